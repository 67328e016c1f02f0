"""Signing in through the city's own provider; absent (404) where the city has none."""

import logging
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView
from requests import RequestException

logger = logging.getLogger(__name__)


def is_on() -> bool:
    """Whether the city has its own provider."""
    return bool(settings.MEGURI_OIDC_ISSUER)


class Begin(OIDCAuthenticationRequestView):
    """Sends the browser to the provider."""

    def __init__(self, **kwargs: Any) -> None:
        if is_on():
            super().__init__(**kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """A redirect, with state and nonce stored in the session."""
        if not is_on():
            raise Http404
        return cast(HttpResponse, super().get(request))


class Return(OIDCAuthenticationCallbackView):
    """Takes the browser back from the provider."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page one wanted to see; the sign-in page where the provider or the city says no."""
        if not is_on():
            raise Http404
        try:
            return cast(HttpResponse, super().get(request))
        except (RequestException, SuspiciousOperation) as error:
            # The library's own messages may quote the provider's answer: the kind of error is enough.
            logger.warning("sign-in through the provider failed: %s", type(error).__name__)
            return self.login_failure()

    def login_failure(self) -> HttpResponse:
        """Back to the sign-in page, with a sentence that says what to do."""
        messages.error(
            self.request,
            _(
                "シングルサインオンでサインインできませんでした。もう一度お試しください。続く場合は管理者に連絡してください。"
            ),
        )
        return redirect("login")
