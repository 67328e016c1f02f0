"""Signing in, and choosing a new password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from review.services import sign_in
from review.views.access import client_address


class SignInForm(AuthenticationForm):
    """Name and password; rests for a while after many wrong tries."""

    def clean(self) -> dict[str, Any]:
        """Refuse before the password is looked at, so that guessing learns nothing during the pause."""
        name = self.cleaned_data.get("username") or ""
        if self.request and sign_in.paused(name, client_address(self.request)):
            raise ValidationError(
                _("続けて間違えたため、しばらくサインインできません。15分ほどたってから、もう一度お試しください。"),
                code="paused",
            )
        return super().clean()


class SignIn(LoginView):
    """The sign-in page."""

    authentication_form = SignInForm


class PasswordChange(PasswordChangeView):
    """Choosing a new password; also what a first sign-in begins with."""

    form_class = PasswordChangeForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password and leave the trail, together."""
        with transaction.atomic():
            response = super().form_valid(form)
            sign_in.password_changed(form.user)
        return response
