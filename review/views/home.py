"""Home: what waits for me, by when, and what happens next."""

from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=501)
