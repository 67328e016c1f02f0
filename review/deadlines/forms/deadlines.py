"""Forms about deadlines: a department's own, closing days, the days of reminders, pauses, nudges and extensions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.deadlines.services.deadlines import OwnDeadlines
from review.domain import reminding
from review.domain.reminding import Rule, Step
from review.models import Cycle, Department
from review.screens.forms.fields import DayField, MinuteField, OneOfSeveral

OWN = ("due_at", "closes_at", "endorse_due_at", "review_due_at", "decide_due_at")


def reason_field(label: Any, rows: int = 2, *, required: bool = True) -> forms.CharField:
    """A few words that go on record; whether they can be stored is checked by the service."""
    return forms.CharField(label=label, required=required, max_length=1000, widget=forms.Textarea(attrs={"rows": rows}))


class DepartmentDeadlinesForm(forms.Form):
    """The deadlines in which one department differs from the year; blank follows the year."""

    department = forms.ModelChoiceField(label=_("部署"), queryset=Department.objects.none())
    due_at = MinuteField(label=_("提出期限"), required=False, help_text=_("空欄の期限は、年度の期限と同じになります。"))
    closes_at = MinuteField(label=_("締切"), required=False)
    endorse_due_at = MinuteField(label=_("所属長確認期限"), required=False)
    review_due_at = MinuteField(label=_("確認期限"), required=False)
    decide_due_at = MinuteField(label=_("審議期限"), required=False)
    reason = reason_field(_("理由"), required=False)

    def __init__(self, *args: Any, owners: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = owners  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(cycle: Cycle, department: Department) -> dict[str, Any]:
        """What the department has of its own."""
        stored = cycle.department_deadlines.get(str(department.pk), {})
        moments = {name: datetime.fromisoformat(stored[name]) for name in OWN if name in stored}
        return {"department": department, "reason": stored.get("reason", ""), **moments}

    def own(self) -> OwnDeadlines:
        """What was typed, once `is_valid()`."""
        return OwnDeadlines(**{name: self.cleaned_data[name] for name in OWN})


class ClosingDayForm(forms.Form):
    """A day on which the city hall is closed."""

    day = DayField(label=_("閉庁日"))
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例: 市制施行記念日、庁舎の停電"))


class RulesForm(forms.Form):
    """The days of reminders, one row of controls for each step."""

    def __init__(self, *args: Any, rules: Mapping[Step, Rule], labels: Mapping[Step, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = labels
        for step, rule in rules.items():
            label = {"step": labels[step]}
            self._days(f"{step}_before", _("%(step)s: 期限の何開庁日前") % label, rule.before)
            self.fields[f"{step}_on_day"] = forms.BooleanField(
                label=_("%(step)s: 期限の日") % label, required=False, initial=rule.on_day
            )
            self._days(f"{step}_after", _("%(step)s: 期限の何開庁日後") % label, rule.after)
            if step in (Step.SUBMIT,):
                self._day(f"{step}_head", _("%(step)s: 所属長へ知らせる日") % label, rule.head)
            self._day(f"{step}_office", _("%(step)s: 確認者へ知らせる日") % label, rule.office)

    def _days(self, name: str, label: Any, days: tuple[int, ...]) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            required=False,
            max_length=60,
            initial=", ".join(map(str, sorted(days, reverse="before" in name))),
        )

    def _day(self, name: str, label: Any, day: int | None) -> None:
        self.fields[name] = forms.IntegerField(
            label=label, required=False, min_value=1, max_value=reminding.FURTHEST, initial=day
        )

    def clean(self) -> dict[str, Any]:
        """The days as numbers."""
        data = super().clean() or self.cleaned_data
        for name in [name for name in data if name.endswith(("_before", "_after"))]:
            try:
                data[name] = reminding.days_of(data[name])
            except ValueError:
                self.add_error(name, _("1から60までの日数を「5, 1」のように区切って入力してください。"))
        return data

    def rules(self) -> dict[Step, Rule]:
        """What was typed, once `is_valid()`."""
        data = self.cleaned_data
        return {
            step: Rule(
                before=data[f"{step}_before"],
                on_day=data[f"{step}_on_day"],
                after=data[f"{step}_after"],
                head=data.get(f"{step}_head"),
                office=data[f"{step}_office"],
            )
            for step in self.labels
        }


class PauseForm(forms.Form):
    """A pause: of what, from when to when, and why. `scope` is `year`, `department:3` or `sheet:12`."""

    scope = forms.ChoiceField(label=_("止める範囲"))
    starts_on = DayField(label=_("この日から"))
    ends_on = DayField(label=_("この日まで"))
    reason = reason_field(_("理由"))

    def __init__(
        self, *args: Any, departments: Iterable[tuple[int, str]], sheets: Iterable[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("year", _("年度全体")),
            (_("部署"), [(f"department:{pk}", name) for pk, name in departments]),
            (_("施策"), [(f"sheet:{pk}", name) for pk, name in sheets]),
        ]

    def scope_ids(self) -> dict[str, int]:
        """{"department" or "sheet": its id}, once `is_valid()`; {} for the year."""
        kind, _colon, pk = self.cleaned_data["scope"].partition(":")
        return {kind: int(pk)} if pk else {}


class NudgeForm(forms.Form):
    """A few words that go with a nudge."""

    note = reason_field(_("添える言葉"), 3, required=False)


class AskForm(forms.Form):
    """A department's request for a later end."""

    until = MinuteField(label=_("いつまで延ばしたいか"))
    reason = reason_field(_("延長の理由"), 3)


class AnswerForm(OneOfSeveral):
    """The answer to a request."""

    ids = "answer"
    until = MinuteField(label=_("延長後の締切"), required=False)
    answer = reason_field(_("回答(見送るときは理由)"), required=False)
