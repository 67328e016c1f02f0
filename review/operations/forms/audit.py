"""The search of the audit trail."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import DayField


class AuditSearchForm(forms.Form):
    """What to look for in the trail."""

    subject = forms.CharField(label=_("対象(施策IDなど)"), required=False, max_length=80)
    action = forms.ChoiceField(label=_("行為"), required=False)
    person = forms.CharField(label=_("氏名"), required=False, max_length=60)
    since = DayField(label=_("この日から"), required=False)
    until = DayField(label=_("この日まで"), required=False)

    def __init__(self, *args: Any, actions: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["action"].choices = [("", _("すべて")), *actions.items()]  # type: ignore[attr-defined]
