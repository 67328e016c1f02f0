"""The city's addresses, and one that somebody added without a rule."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as known


def stranger(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [path("stranger/", stranger, name="stranger"), *known]
handler403 = "config.errors.forbidden"
