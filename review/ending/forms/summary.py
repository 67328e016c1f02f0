"""The forms of a 計画期間の総括: the text on the whole, one 施策 with its goals, the decision, a further edition."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.domain.items import circled
from review.domain.rating import Scale
from review.ending.services.summary_content import Part
from review.reader_words import grade_choices
from review.screens.forms.fields import ReasonForm, words


class TextForm(forms.Form):
    """The text on the plan as a whole."""

    text = forms.CharField(label=gettext_lazy("計画全体の総括"), required=False, widget=words(8))


class MeasureForm(forms.Form):
    """One 施策: its text, and for each goal a grade of one's own with its reason."""

    text = forms.CharField(label=gettext_lazy("施策の総括"), required=False, widget=words(6))

    def __init__(self, data: Any = None, *, part: Part, scale: Scale) -> None:
        own = {f"grade_{goal.pk}": goal.grade if goal.grade != goal.proposed else "" for goal in part.goals}
        reasons = {f"reason_{goal.pk}": goal.grade_reason for goal in part.goals}
        super().__init__(data, initial={"text": part.text, **own, **reasons})
        self.part = part
        for goal in part.goals:
            title = f"{circled(goal.number)} {goal.name}"
            blank = _("年度評価のとおり(%(grade)s)") % {"grade": goal.proposed or _("評価なし")}
            self.fields[f"grade_{goal.pk}"] = forms.ChoiceField(
                label=_("%(title)s の最終の達成区分") % {"title": title},
                required=False,
                choices=[("", blank), *grade_choices(scale)],
            )
            self.fields[f"reason_{goal.pk}"] = forms.CharField(
                label=_("%(title)s の区分を変える理由") % {"title": title}, required=False, widget=words(2)
            )

    def grades(self) -> dict[int, tuple[str, str]]:
        """{goal: (own grade or '', why)}, once `is_valid()`."""
        typed = self.cleaned_data
        return {goal.pk: (typed[f"grade_{goal.pk}"], typed[f"reason_{goal.pk}"]) for goal in self.part.goals}


class DecisionForm(forms.Form):
    """The approver's word on a proposed 総括."""

    round = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=gettext_lazy("意見、差し戻す理由"),
        required=False,
        widget=words(3),
        help_text=gettext_lazy("差し戻すときは必ず入力してください。"),
    )


class ReopenForm(ReasonForm):
    """Why a further edition is made."""
