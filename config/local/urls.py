"""The demo's addresses: the city's own, and the page on which one enters as anybody."""

from django.urls import include, path

from config import urls
from config.local import start_page

handler400, handler403, handler404, handler500 = (urls.handler400, urls.handler403, urls.handler404, urls.handler500)

own = [path("", start_page.start, name="start"), path("enter/", start_page.enter, name="enter")]
urlpatterns = [path("demo/", include((own, "demo"))), *urls.urlpatterns]
