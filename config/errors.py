"""Error pages: the sentences stand in templates/<status>.html; each page gets a reference number for the log."""

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from config import broken
from review.publication.views import public_frame, shelf
from review.screens.views.answers import error_page, noted


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400, "400.html")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403, "403.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django names the reason; the person needs only to know what to do."""
    return error_page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A citizen is led back to the published results, everybody else home."""
    roots = [(reverse(f"{name}:index"), language) for language, name in shelf.NAMESPACES.items()]
    fitting = [one for one in sorted(roots) if request.path.startswith(one[0])]
    if not fitting:
        return error_page(request, 404, "404.html")
    language = fitting[-1][1]  # the longer one: one language's results begin below the other's
    with translation.override(language):
        page = public_frame.not_there(language, noted(request, 404))
        return HttpResponse(page.html(), status=404)


@csp_update({"style-src": [broken.STYLE_SOURCE]})
def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever the other pages need may be what failed: this one stands in `broken` as it is."""
    return HttpResponse(broken.page(noted(request, 500)), status=500)
