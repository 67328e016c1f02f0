"""The fields that several forms have, and where they show a refusal."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from review.domain.fields import Field, Kind
from review.domain.refusals import Invalid
from review.reader_words import problem

LOCAL_MINUTE = "%Y-%m-%dT%H:%M"


class OneOfSeveral(forms.Form):
    """A form that stands beside others on a page: the ids of its controls begin with `ids`, so that no two are alike."""

    ids = ""

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"{self.ids}-%s", **kwargs)


class WordsField(forms.CharField):
    """Words that go on record."""

    def clean(self, value: Any) -> str:
        words: str = super().clean(value)
        if error := problem(words):
            raise forms.ValidationError(error)
        return words


class ReasonForm(forms.Form):
    """A reason that goes on record."""

    reason = WordsField(
        label=_("理由"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("あとから読む人に分かるように書いてください。監査記録に残ります。"),
        error_messages={"required": _("理由を入力してください。")},
    )


class MinuteField(forms.DateTimeField):
    """A day and a minute, typed in the browser's own control."""

    def __init__(self, **options: Any) -> None:
        words = {
            "invalid": _("日付と時刻を「2025-05-30 17:15」の形で入力してください。"),
            "required": _("日時を入力してください。"),
        }
        super().__init__(
            widget=Moment(), error_messages=words, input_formats=[LOCAL_MINUTE, "%Y-%m-%d %H:%M"], **options
        )


class DayField(forms.DateField):
    """A day, typed in the browser's own control."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=Day(), input_formats=["%Y-%m-%d"], **options)


class PickedFile(forms.FileField):
    """A file that a person chooses, of these endings. What it is, the services find out; here only whether one came."""

    def __init__(self, *, accept: str, **options: Any) -> None:
        words = {
            "required": _("ファイルを選んでください。"),
            "missing": _("ファイルを選んでください。"),
            "invalid": _("ファイルが届いていません。もう一度選んでください。"),
            "max_length": _("ファイルの名前が長すぎます。短くして選び直してください。"),
        }
        widget = forms.ClearableFileInput(attrs={"accept": accept})
        super().__init__(allow_empty_file=True, error_messages=words, widget=widget, **options)


class Day(forms.DateInput):
    """A day, picked from the browser's own calendar."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class Moment(forms.DateTimeInput):
    """A day and a minute, picked from the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format=LOCAL_MINUTE, **kwargs)


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the choice of that name offer these."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let the choice of a row offer these."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def words(rows: int = 3) -> forms.Textarea:
    """A few lines of text."""
    return forms.Textarea(attrs={"rows": rows})


def item_field(label: Any, help_text: Any, one: Field | None, rows: int) -> forms.CharField:
    """The field of an item of a sheet: a choice where the item has levels, else lines as they are typed, one for a number."""
    choices = [("", ""), *((level, level) for level in one.levels)] if one and one.levels else []
    number = one is not None and one.kind in (Kind.AMOUNT, Kind.NUMBER)
    widget = forms.Select(choices=choices) if choices else words(1 if number else rows)
    return forms.CharField(label=label, help_text=help_text, required=False, strip=False, widget=widget)


def add_refusal(form: forms.Form, sentence: str, fields: Mapping[str, str]) -> None:
    """Put a service's refusal on the form: each sentence under its field, or above the form that has no such field; the
    general one where no field of the form is named."""
    if not form.fields.keys() & fields:
        form.add_error(None, sentence)
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)


@contextmanager
def refusals_on(form: forms.Form) -> Iterator[None]:
    """What a service refuses in the block stands on the form, and the page goes on after it."""
    try:
        yield
    except Invalid as refusal:
        add_refusal(form, str(refusal), refusal.fields)
