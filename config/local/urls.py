"""The demo's addresses: the city's own, and the page on which one enters as anybody."""

from django.urls import include, path

from config import urls
from config.local import start_page
from review import permissions

handler400, handler403, handler404, handler500 = (urls.handler400, urls.handler403, urls.handler404, urls.handler500)

own = [path("", start_page.start, name="start"), path("enter/", start_page.enter, name="enter")]
urlpatterns = [path("demo/", include((own, "demo"))), *urls.urlpatterns]

# Its two addresses stand in no table of the city's: an installation that served them would refuse everybody.
permissions.ACCESS.update(dict.fromkeys(("demo:start", "demo:enter"), permissions.anyone))
