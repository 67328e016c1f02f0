"""The small forms that stand on a sheet, and the record of a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Outcome


class Day(forms.DateInput):
    """A day, picked from the browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class Moment(forms.DateTimeInput):
    """A day and a minute, picked from the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


def words(rows: int = 3) -> forms.Textarea:
    """A few lines of text."""
    return forms.Textarea(attrs={"rows": rows})


def add_refusal(form: forms.Form, sentence: str, fields: Mapping[str, str]) -> None:
    """Put a service's refusal on the form: each sentence under its field, the general one where none is named."""
    known = {name: said for name, said in fields.items() if name in form.fields}
    for name, said in known.items():
        form.add_error(name, said)
    if not known:
        form.add_error(None, sentence)


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


class MeetingForm(forms.Form):
    """The record of a meeting of the 本部."""

    held_on = forms.DateField(label=_("会議日"), widget=Day())
    attendees = forms.CharField(
        label=_("出席者"), required=False, widget=words(2), help_text=_("職名または氏名を、読点で区切って入力します。")
    )
    minute = forms.CharField(label=_("議事"), required=False, widget=words(4))
    document_number = forms.CharField(label=_("文書番号"), required=False, max_length=60)
    decided_on = forms.DateField(label=_("決裁日"), required=False, widget=Day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="meeting-%s", **kwargs)
