"""The sheet as it stands, and what may be said on it."""

from django.http import HttpRequest, HttpResponse


def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def comment(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def grade(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def extend(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def propose_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def meeting(request: HttpRequest, year: int) -> HttpResponse:
    return HttpResponse(status=501)
