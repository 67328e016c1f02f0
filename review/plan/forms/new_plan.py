"""A new plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REQUIRED = {"required": _("入力してください。"), "invalid": _("西暦の年度を数字4桁で入力してください。")}
YEAR: dict[str, Any] = {"help_text": _("西暦の年度で入力します(令和8年度は2026)。"), "error_messages": REQUIRED}


class NewPlanForm(forms.Form):
    """Name, short name and period."""

    name = forms.CharField(label=_("計画の名前"), max_length=100, error_messages=REQUIRED)
    short_name = forms.CharField(
        label=_("短い名前"),
        max_length=20,
        error_messages=REQUIRED,
        help_text=_("アドレスに使います。小文字の英字で始め、英小文字・数字・「-」で2〜20文字(例: dx)。"),
    )
    first_year = forms.IntegerField(label=_("最初の年度(西暦)"), **YEAR)
    last_year = forms.IntegerField(label=_("最後の年度(西暦)"), **YEAR)
