"""The small forms that stand on a sheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Outcome
from review.screens.forms.fields import Moment, words


class CommentForm(forms.Form):
    """A remark on an item or on the whole sheet."""

    item = forms.ChoiceField(label=_("対象"), required=False)
    body = forms.CharField(label=_("コメント"), widget=words())

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id="comment-%s", **kwargs)
        self.fields["item"].choices = [("", _("シート全体")), *choices]  # type: ignore[attr-defined]


class GradeForm(forms.Form):
    """A person's own 達成区分 of one 成果目標; blank takes it back."""

    grade = forms.ChoiceField(label=_("達成区分(判断)"), required=False)
    reason = forms.CharField(label=_("判断の理由"), required=False, widget=words(2))

    def __init__(self, *args: Any, number: int, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"grade-{number}-%s", **kwargs)
        self.number = number
        self.fields["grade"].choices = [("", _("自動の判定のとおり")), *choices]  # type: ignore[attr-defined]


class ExtendForm(forms.Form):
    """A later end for one sheet."""

    until = forms.DateTimeField(label=_("延長後の締切"), widget=Moment())
    reason = forms.CharField(label=_("延長の理由"), widget=words(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="extend-%s", **kwargs)


class OutcomeForm(forms.Form):
    """A proposal to settle a sheet without a report."""

    outcome = forms.ChoiceField(
        label=_("扱い"),
        choices=[(Outcome.NOT_SUBMITTED.value, _("未提出")), (Outcome.EXCLUDED.value, _("対象外"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("理由"), widget=words(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="outcome-%s", **kwargs)
