"""Signing in, and choosing a new password."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeDoneView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

from review.screens.views import sessions
from review.screens.views.access import UNSENT, client_address
from review.sign_in.services import second_factor, sign_in
from review.sign_in.views import single_sign_on
from review.sign_in.views.second_factor import wait_for_code

PAUSED = _("続けて間違えたため、しばらくサインインできません。15分ほどたってから、もう一度お試しください。")

#: why a session ended -> the sentence of the sign-in page
ENDED = {
    sessions.AGE: _("サインインから8時間たったため、サインアウトしました。"),
    sessions.IDLENESS: _("1時間操作がなかったため、サインアウトしました。"),
    sessions.CHANGED: _("役割が変わったため、サインアウトしました。"),
}


NOT_DONE = _(
    "サインインが切れていたため、押した操作は行っていません。提出や保存はされていません。もう一度操作してください。"
)


class SignInForm(AuthenticationForm):
    """Name and password; rests for a while after many wrong tries."""

    def clean(self) -> dict[str, Any]:
        """Refuse before the password is looked at, so that guessing learns nothing during the pause."""
        name = self.cleaned_data.get("username") or ""
        address = client_address(self.request) if self.request else None
        if sign_in.paused(name, address):
            sign_in.take_time(self.cleaned_data.get("password") or "")
            sign_in.record_failure(None, {"username": name}, why=sign_in.PAUSED)
            raise ValidationError(PAUSED, code="paused")
        cleaned = super().clean()
        user = self.get_user()
        if user and sign_in.by_others() and not sign_in.is_emergency(user):
            # The same answer as to a wrong password, and counted alike: whether it still works is nobody's business.
            sign_in.record_failure(None, {"username": name}, why=sign_in.SSO_ONLY)
            raise self.get_invalid_login_error()
        sign_in.succeeded(name, address)
        return cleaned

    @property
    def paused(self) -> bool:
        """Whether the page must tell that sign-in rests."""
        return self.has_error("__all__", code="paused")


class SignIn(LoginView):
    authentication_form = SignInForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Whom the proxy signed in on this very page goes on at once."""
        super().setup(request, *args, **kwargs)
        self.redirect_authenticated_user = bool(settings.MEGURI_REMOTE_USER_HEADER)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the code of whoever has a second factor."""
        user = form.get_user()
        if UNSENT in self.request.GET:
            messages.warning(self.request, NOT_DONE)
        if second_factor.is_on(user):
            return wait_for_code(self.request, user, self.get_success_url())
        with transaction.atomic():
            response = super().form_valid(form)
            if sign_in.by_others():
                sign_in.record_emergency(user)
        return response

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Why the last session ended, and whether the city has its own provider."""
        more["ended"] = ENDED.get(self.request.GET.get("ended", ""), "")
        more["not_done"] = NOT_DONE if UNSENT in self.request.GET else ""
        more["single_sign_on"] = single_sign_on.is_on()
        return super().get_context_data(**more)


class SignOut(LogoutView):
    """Ends the session, and tells the browser to delete its cached pages: screens are shared."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


class PasswordChange(PasswordChangeView):
    """Choosing a new password; also what a first sign-in begins with."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password and leave the trail, together."""
        with transaction.atomic():
            response = super().form_valid(form)
            sign_in.password_changed(form.user)
        return response

    def get_success_url(self) -> str:
        """The page that says so, which knows where the person was going."""
        onward = self.request.GET.get("next", "")
        return super().get_success_url() + (f"?{urlencode({'next': onward})}" if onward else "")


class PasswordChanged(PasswordChangeDoneView):
    """The password is changed: on to where the person was going, where they came by a link."""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The way on, within our own pages alone."""
        onward = self.request.GET.get("next", "")
        ours = url_has_allowed_host_and_scheme(
            onward, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        more["onward"] = onward if ours else ""
        more["to_sheet"] = bool(ours) and onward.startswith(("/sheets/", "/mine/"))
        return super().get_context_data(**more)
