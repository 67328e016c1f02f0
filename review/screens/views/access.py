"""The door of every address: who may call it, and from where the call came.

Which rule an address has stands in `addresses.RULED`, what the rule asks in `permissions`. A view may ask more of the thing it shows, never less.
"""

import logging
import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect

from review import calendar, permissions, queries
from review.models import Correction, Meeting, PlanChange
from review.screens.views import sessions, signed_out
from review.screens.views.answers import SeeOther, receipted
from review.trail.services import audit

logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]

#: A page that only shows, or only acts, says so itself; what programs load has its own.
SAFE = ("GET", "HEAD")
METHODS = (*SAFE, "POST")
#: marks the sign-in page that a button led to, whose act was not done
UNSENT = "unsent"

# What someone who must first choose a password of their own may still call.
BEFORE_PASSWORD_CHANGE = frozenset({"password_change", "password_change_done", "logout", "set_language"})

# Open to everyone, and showing whoever is signed in what is theirs.
PERSONAL = frozenset({"meguri:home", "meguri:help"})


class NumberedRequest(HttpRequest):
    """A request with its reference number, which the pages of errors show."""

    reference: str


class OriginMiddleware:
    """Gives each request a reference number, and tells the audit trail from where it came."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: NumberedRequest) -> HttpResponse:
        reference = secrets.token_hex(4)
        request.reference = reference
        where, shows = client_address(request), request.method in SAFE
        with audit.origin(address=where, request_id=reference), calendar.cached(), queries.only_showing(shows):
            response = self.get_response(request)
        response.headers["X-Request-ID"] = reference
        return response


def client_address(request: HttpRequest) -> str | None:
    """The caller's address. Behind the city's own proxy it is the last one that proxy named; None where unknown."""
    named = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        # The rightmost entry is the one our own proxy wrote; whatever stands left of it the visitor may have typed.
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or named
    try:
        return str(ip_address(named))
    except ValueError:
        return None


class AccessMiddleware(MiddlewareMixin):
    """Asks `permissions.may_visit` before any view runs. An address without a rule is refused and logged."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """With the receipt of a form that was saved; what was made for one person no proxy keeps."""
        if request.method == "POST" and response.status_code == SeeOther.status_code:
            receipted(request, response)
        if request.session.accessed:
            # Made for one person: no proxy keeps it, and a browser asks again before it shows it.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None lets the view run; anonymous people are sent to sign in; the rest is 403, a method that no page has 405."""
        address = request.resolver_match.view_name if request.resolver_match else ""
        for_programs = address.startswith("api:") or getattr(view, "csrf_exempt", False)
        if request.method not in METHODS and not for_programs:
            return HttpResponseNotAllowed(METHODS)
        rule = permissions.rule_of(address)
        if rule is None and not address.startswith("admin:"):
            logger.error("address without a rule refused: %s", address)
            raise PermissionDenied
        if rule is permissions.anyone and not (address in PERSONAL and request.user.is_authenticated):
            # Asks nothing of the person: a public page costs no session.
            return None
        user = request.user
        if not user.is_authenticated:
            return to_sign_in(request)
        ended = sessions.why_ended(request, user)
        if ended:
            logout(request)
            return to_sign_in(request, ended=ended)
        if getattr(user, "must_change_password", False) and address not in BEFORE_PASSWORD_CHANGE:
            return to_own_password(request)
        if not permissions.may_visit(user, address, plan_of(address, kwargs)):
            logger.warning("refused: %s for user %s", address, user.pk)
            raise PermissionDenied
        return None


#: Addresses of things of one plan that are named by their number alone: where the plan stands. (A sheet has its own scope.)
OF_A_PLAN: dict[str, tuple[type[Model], str]] = {
    **dict.fromkeys(
        [f"meguri:correction{act}" for act in ("", "_items", "_submit", "_drop", "_decide", "_preview")],
        (Correction, "cycle__plan"),
    ),
    "meguri:meeting_amend": (Meeting, "cycle__plan"),
    "meguri:plan_change": (PlanChange, "plan"),
}


def plan_of(address: str, given: Mapping[str, Any]) -> int | str | None:
    """The plan of which the address is, by its short name or number; None where it is of none. A query for a thing."""
    if address not in OF_A_PLAN:
        named: str | None = given.get("plan", given.get("short_name"))
        return named
    model, way = OF_A_PLAN[address]
    return model._default_manager.filter(pk=given["pk"]).values_list(way, flat=True).first()


def to_own_password(request: HttpRequest) -> HttpResponse:
    """The page where a password is chosen, with the way on to the page that a mail's link named."""
    target, back = resolve_url("password_change"), way_back(request)
    return HttpResponseRedirect(f"{target}?{urlencode({'next': back})}" if back not in ("", "/") else target)


def to_sign_in(request: HttpRequest, *, ended: str = "") -> HttpResponse:
    """The sign-in page, with the way back to the page that was read, and why the session `ended`.

    Words that were being saved are not thrown away by a redirect: they come back on a page that leads to sign-in.
    """
    words = {"ended": ended} if ended else {}
    back = way_back(request)
    if back:
        words["next"] = back
    target = resolve_url(settings.LOGIN_URL)
    if words:
        target = f"{target}?{urlencode(words)}"
    if request.method == "POST" and (typed := list(signed_out.typed(request))):
        return signed_out.page(request, typed, target)
    if request.method == "POST" and not request.headers.get("HX-Request"):
        target = f"{target}{'&' if words else '?'}{urlencode({UNSENT: 1})}"
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)


def way_back(request: HttpRequest) -> str:
    """The path of the page that the person was reading: this one, or the one from which a form or a part was sent."""
    if request.method in SAFE and not request.headers.get("HX-Request"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    here = page.netloc == request.get_host() and page.path.startswith("/") and not page.path.startswith("//")
    return page.path if here else ""
