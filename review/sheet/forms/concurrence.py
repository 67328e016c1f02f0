"""The forms of a 合議: whom to ask by when, and an opinion."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.screens.forms.fields import Day, OneOfSeveral, words


class AskForm(OneOfSeveral):
    """The departments to ask, all ticked at first, and the date of the answer."""

    ids = "ask"
    departments = forms.TypedMultipleChoiceField(
        label=_("依頼する部署"), coerce=int, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    )
    due_on = forms.DateField(
        label=_("回答期限"),
        widget=Day(),
        help_text=_("この日までに回答がないときは、「期限までに回答なし」と記録して先に進みます。"),
    )

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].choices = list(choices)  # type: ignore[attr-defined]


class OpinionForm(OneOfSeveral):
    """What the department has to say."""

    opinion = forms.CharField(label=_("意見"), widget=words(3), help_text=_("主管部署に届き、このシートに残ります。"))

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        self.ids = f"opinion-{number}"
        super().__init__(*args, **kwargs)
