"""The small forms that stand on a sheet."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Outcome
from review.screens.forms.fields import DayField, Moment, OneOfSeveral, words


class CommentForm(OneOfSeveral):
    """A remark on an item or on the whole sheet."""

    ids = "comment"
    item = forms.ChoiceField(label=_("対象"), required=False)
    body = forms.CharField(label=_("コメント"), widget=words())

    def __init__(self, *args: Any, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [("", _("シート全体")), *choices]  # type: ignore[attr-defined]


class GradeForm(OneOfSeveral):
    """A person's own 達成区分 of one 成果目標; blank takes it back."""

    grade = forms.ChoiceField(label=_("達成区分(判断)"), required=False)
    reason = forms.CharField(label=_("判断の理由"), required=False, widget=words(2))

    def __init__(self, *args: Any, number: int, choices: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        self.ids = f"grade-{number}"
        super().__init__(*args, **kwargs)
        self.number = number
        self.fields["grade"].choices = [("", _("自動の判定のとおり")), *choices]  # type: ignore[attr-defined]


class ExtendForm(OneOfSeveral):
    """A later end for one sheet."""

    ids = "extend"
    until = forms.DateTimeField(label=_("延長後の締切"), widget=Moment())
    reason = forms.CharField(label=_("延長の理由"), widget=words(2))


class ExternalOpinionForm(OneOfSeveral):
    """外部評価の意見: whose, of which day, and its text."""

    ids = "external"
    giver = forms.CharField(
        label=_("意見を述べた会議・人"), max_length=100, help_text=_("例: 外部評価委員会。公表ページに出ます。")
    )
    given_on = DayField(label=_("意見の日付"))
    text = forms.CharField(label=_("意見"), widget=words(4))


class OutcomeForm(OneOfSeveral):
    """A proposal to settle a sheet without a report."""

    ids = "outcome"
    outcome = forms.ChoiceField(
        label=_("扱い"),
        choices=[(Outcome.NOT_SUBMITTED.value, _("未提出")), (Outcome.EXCLUDED.value, _("対象外"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("理由"), widget=words(2))
