"""Guided entry."""

from django.http import HttpRequest, HttpResponse


def entry(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    return HttpResponse(status=501)


def autosave(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


def reading(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    return HttpResponse(status=501)
