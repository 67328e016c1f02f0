"""What ends a request early and is no fault: a service's refusal, a lock of the database that did not come in time, or a
store of files that is away."""

import logging
from collections.abc import Iterator

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from review.background.services import causes
from review.screens.views import signed_out
from review.screens.views.access import way_back
from review.screens.views.answers import refused

log = logging.getLogger(__name__)

#: PostgreSQL: lock_timeout, a deadlock, statement_timeout while waiting for a lock
STATES = frozenset({"55P03", "40P01", "57014"})
#: SQLite's primary result codes: SQLITE_BUSY and SQLITE_LOCKED
CODES = frozenset({5, 6})
WAIT_SECONDS = "10"
#: never shown again, whatever the form
SECRET = ("password", "token", "code", "secret")


class BusyMiddleware(MiddlewareMixin):
    """Turns a refusal into its page, and the error of a lock that was waited for in vain into a page of 503."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """None leaves any other error to the page of a fault."""
        if causes.is_store(error):
            log.warning("the store of files does not answer: reference=%s", getattr(request, "reference", ""))
            return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
        return page(request, error) if is_lock(error) else refused(request, error)


def is_lock(error: Exception) -> bool:
    """Whether the database gave up waiting for somebody else's work."""
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    return getattr(cause, "sqlstate", None) in STATES or (code is not None and code & 0xFF in CODES)


def page(request: HttpRequest, error: Exception) -> HttpResponse:
    """503 with what was typed. The page asks the database nothing; the log says by what code the database gave up."""
    reference = getattr(request, "reference", "")
    code = getattr(error.__cause__, "sqlstate", None) or getattr(error.__cause__, "sqlite_errorname", "")
    log.warning("lock not given: reference=%s code=%s method=%s path=%s", reference, code, request.method, request.path)
    words = {"texts": list(typed(request)), "reference": reference, "next_url": way_back(request) or "/"}
    response = HttpResponse(render_to_string("503_busy.html", words), status=503)
    response.headers["Retry-After"] = WAIT_SECONDS
    response.headers["X-Unsaved"] = "1"
    return response


def typed(request: HttpRequest) -> Iterator[dict[str, str]]:
    """The words of the form: those with a known name by their label, any other sentence without one."""
    known = list(signed_out.typed(request))
    yield from known
    labelled = {one["text"] for one in known}
    for name, text in request.POST.items():
        secret = any(part in name for part in SECRET)
        if isinstance(text, str) and not text.isascii() and not secret and text not in labelled:
            yield {"label": _("入力した内容"), "text": text}
