"""Forms around signing in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import User


class CodeField(forms.CharField):
    """Six digits, or a recovery code. The browser may fill it from the phone's message."""

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false", "autocapitalize": "none"}
        options.setdefault("label", _("確認番号"))
        super().__init__(
            max_length=40,
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": _("番号を入力してください。")},
            **options,
        )


class CodeForm(forms.Form):
    """The code at sign-in."""

    code = CodeField(help_text=_("認証アプリの6桁の番号か、控えておいた回復コードを入力してください。"))


class FirstCodeForm(forms.Form):
    """The first code of a new app."""

    code = CodeField(help_text=_("認証アプリに今出ている6桁の番号を入力してください。"))


class PasswordForm(forms.Form):
    """The present password, before something that weakens the account."""

    password = forms.CharField(
        label=_("現在のパスワード"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("パスワードを入力してください。")},
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("パスワードが違います。"))
        return password
