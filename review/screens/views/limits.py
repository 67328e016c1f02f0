"""How much a request may carry (413 beyond it), and how often one may call what costs much or is worth guessing at (429).

Sign-in is counted by address, and so generously that a whole city hall behind one of them never meets it; whoever
guesses at one name is stopped long before by `services/sign_in.py`. The rest is counted by person.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from review.screens.services import incoming, throttle
from review.screens.views.access import way_back
from review.screens.views.answers import error_page
from review.trail.services import audit

# The largest file, and with it room for the form around it.
MAX_FILE = 10 * 1024 * 1024
MAX_BODY = MAX_FILE + 256 * 1024


class BodyLimitMiddleware(MiddlewareMixin):
    """Answers 413 by the length that the request announces, before anything reads the body; without one Django reads none."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """None lets the request on."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > MAX_BODY:
            return error_page(request, 413, "413.html", size=length, limit=MAX_FILE, next_url=way_back(request))
        return None


@dataclass(frozen=True, kw_only=True)
class Rate:
    """At most `most` POST requests within `span`."""

    most: int
    span: timedelta


#: name of the address -> its rate
RATES = {
    "login": Rate(most=300, span=timedelta(minutes=1)),
    "second_factor": Rate(most=300, span=timedelta(minutes=1)),
    "password_change": Rate(most=20, span=timedelta(hours=1)),
    "meguri:comment": Rate(most=30, span=timedelta(minutes=10)),
    "meguri:upload": Rate(most=30, span=timedelta(hours=1)),
    "meguri:evidence_add": Rate(most=120, span=timedelta(hours=1)),
    "meguri:mail_test": Rate(most=20, span=timedelta(hours=1)),
    "meguri:people_import": Rate(most=60, span=timedelta(hours=1)),
}


class RateMiddleware(MiddlewareMixin):
    """Counts the POST requests to the addresses of RATES before their views run."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """None lets the view run."""
        if request.method != "POST":
            return None
        incoming.sender.set(request.user.pk or "")
        address = request.resolver_match.view_name if request.resolver_match else ""
        rate = RATES.get(address)
        if rate is None:
            return None
        if throttle.hit(throttle.named("rate." + address, whom(request)), span=rate.span) <= rate.most:
            return None
        response = error_page(request, 429, "429.html")
        response.headers["Retry-After"] = str(int(rate.span.total_seconds()))
        return response


def whom(request: HttpRequest) -> object:
    """Who is counted: the person, or the address of somebody who has not signed in."""
    return request.user.pk if request.user.is_authenticated else audit.address()
