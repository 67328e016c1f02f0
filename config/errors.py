"""Error pages: the sentences stand in templates/<status>.html; each page gets a reference number for the log."""

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse
from django.utils import translation

from config import broken
from review.publication.views import public_frame, shelf

log = logging.getLogger("meguri.errors")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, "400.html")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403, "403.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django names the reason; the person needs only to know what to do."""
    return error_page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A citizen is led back to the published results, everybody else home."""
    language = next((one for one, root in public_roots() if request.path.startswith(root)), None)
    if language is None:
        return error_page(request, 404, "404.html")
    with translation.override(language):
        page = public_frame.not_there(language, noted(request, 404))
        return HttpResponse(page.html(), status=404)


def public_roots() -> list[tuple[str, str]]:
    """(language, where its published results begin), the longer address first."""
    roots = [(language, reverse(f"{name}:index")) for language, name in shelf.NAMESPACES.items()]
    return sorted(roots, key=lambda root: -len(root[1]))


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever the other pages need may be what failed: this one stands in `broken` as it is."""
    response = HttpResponse(broken.page(noted(request, 500)), status=500)
    response._csp_update = {"style-src": [broken.STYLE_SOURCE]}  # type: ignore[attr-defined]
    return response


def error_page(request: HttpRequest, status: int, template: str) -> HttpResponse:
    """The page with the request's reference number. Asks neither session nor database, which may be what failed."""
    reference = noted(request, status)
    return HttpResponse(loader.get_template(template).render({"reference": reference}), status=status)


def noted(request: HttpRequest, status: int) -> str:
    """The request's reference number, written to the log beside what happened."""
    reference = getattr(request, "reference", "") or secrets.token_hex(4)
    log.warning("status=%d reference=%s method=%s path=%s", status, reference, request.method, request.path)
    return reference
