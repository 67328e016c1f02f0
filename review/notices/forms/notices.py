"""Forms about notices: how a person receives them, and the administrator's own words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.notices.services.notice_choices import Channel
from review.notices.services.notice_texts import Text


class ChoicesForm(forms.Form):
    """One choice for each notice: (key, label, channels, the one in force)."""

    def __init__(self, *args: Any, rows: Iterable[tuple[str, str, list[Channel], str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label, channels, chosen in rows:
            self.fields[key] = forms.ChoiceField(
                label=label,
                choices=[(channel.value, channel.label) for channel in channels],
                initial=chosen,
                error_messages={"invalid_choice": _("このお知らせでは選べない受け取り方です。選び直してください。")},
            )


class TextForm(forms.Form):
    """The three texts of a notice; whether they hold together is checked by the service."""

    title = forms.CharField(
        label=_("件名"),
        error_messages={"required": _("件名を入力してください。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    body = forms.CharField(label=_("本文"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5}))
    act = forms.CharField(
        label=_("していただくこと"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def text(self) -> Text:
        """What was typed, once `is_valid()`; newlines as the mail has them."""
        return Text(**{name: self.cleaned_data[name].replace("\r\n", "\n").strip() for name in self.fields})
