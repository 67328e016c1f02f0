"""How much a request may carry. Asked before anything reads the body, so that a large one costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template import loader

logger = logging.getLogger(__name__)

# The largest file, and room for the form around it.
MAX_BODY = 10 * 1024 * 1024 + 256 * 1024


class BodyLimitMiddleware:
    """Answers 413 by the length that the request announces; without one Django reads no body at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > MAX_BODY:
            reference = getattr(request, "reference", "")
            logger.warning("status=413 reference=%s path=%s", reference, request.path)
            return HttpResponse(loader.get_template("413.html").render({"reference": reference}), status=413)
        return self.get_response(request)
