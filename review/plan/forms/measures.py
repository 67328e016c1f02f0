"""The form of a whole 施策: its head, texts, 成果目標 with their 目標 by year, and schedule, each field under its key of the state."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.domain import bars, measure_codes
from review.domain.text import normal_newlines
from review.models import Cycle, CycleState, Department
from review.people.forms.people import CHOOSE, REQUIRED, open_offices
from review.plan.services import measure_state, plan_proposals, structure
from review.plan.services.measure_state import State
from review.plan.services.plan_proposals import Part
from review.reader_words import year_label
from review.screens.forms.fields import ReasonForm, words

HELP = {
    "related": gettext_lazy("選んだ部署の人は、公表前のシートを読めます。新しく選んだ部署は、今の並びの後に載ります。"),
    "related_all": gettext_lazy("すべての部署が関連するときに選びます。"),
}


class MeasureForm(forms.Form):
    """`now` is the state that it shows; what is new stands behind it as blank goals and rows."""

    def __init__(self, data: Any = None, *, cycle: Cycle, now: State, more: int = 2, new: bool = False) -> None:
        super().__init__(data)
        self.cycle, self.now = cycle, {**now, **measure_state.blanks(cycle, more)}
        if new:
            most = measure_codes.LONGEST
            places = [(str(one.pk), one.label) for one in structure.places(cycle.plan)]
            self.fields["code"] = forms.CharField(label=_("施策ID"), max_length=most, error_messages=REQUIRED)
            self.fields["field"] = forms.ChoiceField(
                label=_("分野"), choices=[("", _("選んでください")), *places], error_messages=CHOOSE
            )
        offices = {str(one.pk): str(one) for one in open_offices()}
        held = [self.now["owner"], *self.now["related"]]
        past = Department.objects.filter(pk__in=[pk for pk in held if pk and pk not in offices])
        self.offices = offices | {str(one.pk): str(one) for one in past}
        for key, value in self.now.items():
            self.fields[key] = self._field(key, value)
        if cycle.state != CycleState.DRAFT:
            years = [] if new else plan_proposals.open_years(cycle.plan)
            choices = [(year, year_label(year)) for year in years if year >= cycle.fiscal_year]
            if len(choices) > 1:
                self.fields["fiscal_year"] = forms.TypedChoiceField(
                    label=_("いつから"), choices=choices, coerce=int, initial=choices[0][0], error_messages=CHOOSE
                )
            self.fields["reason"] = deepcopy(ReasonForm.base_fields["reason"])

    def _field(self, key: str, value: Any) -> forms.Field:
        named: dict[str, Any] = {"label": measure_state.label_of(key, self.cycle), "initial": value, "required": False}
        if isinstance(value, bool):
            return forms.BooleanField(help_text=HELP.get(key, ""), **named)
        if key == "owner":
            choices = [("", _("選んでください")), *self.offices.items()]
            return forms.ChoiceField(choices=choices, error_messages=CHOOSE, **{**named, "required": True})
        if key == "related":
            box = forms.CheckboxSelectMultiple
            choices = list(self.offices.items())
            return forms.MultipleChoiceField(
                choices=choices, widget=box, error_messages=CHOOSE, help_text=HELP[key], **named
            )
        part = key.rpartition(":")[2]
        if part in measure_state.CHOICES:
            ways = [("", _("推定する") if part == "direction" else "－"), *measure_state.CHOICES[part]]
            return forms.ChoiceField(choices=ways, error_messages=CHOOSE, **named)
        several = key.startswith("text:") or "\n" in value
        named["required"] = key == "name"
        return forms.CharField(strip=False, widget=words() if several else None, error_messages=REQUIRED, **named)

    # --- what stands together ---

    def head(self) -> Iterator[BoundField]:
        """施策ID, 分野, name and departments."""
        return (field for field in self if ":" not in field.name and field.name not in ("fiscal_year", "reason"))

    def texts(self) -> Iterator[BoundField]:
        """The texts of the plan."""
        return (field for field in self if field.name.startswith("text:"))

    def goals(self) -> dict[str, list[BoundField]]:
        """Each 成果目標 by its mark."""
        return self._together("goal:")

    def rows(self) -> dict[str, list[BoundField]]:
        """Each 取組内容 by its mark."""
        return self._together("row:")

    def _together(self, kind: str) -> dict[str, list[BoundField]]:
        groups: dict[str, list[BoundField]] = {}
        for field in self:
            if field.name.startswith(kind):
                mark, field.label = measure_state.labels_of(field.name)
                groups.setdefault(mark, []).append(field)
        return groups

    # --- what was typed, once `is_valid()` ---

    def changes(self) -> State:
        """{key: value} of what differs from what the form showed."""
        typed = {key: _as_stored(key, self.cleaned_data[key]) for key in self.now}
        shown = [pk for pk in self.now["related"] if pk in typed["related"]]
        typed["related"] = list(dict.fromkeys([*shown, *typed["related"]]))
        return {key: value for key, value in typed.items() if value != _as_stored(key, self.now[key])}

    def part(self, changes: State) -> tuple[Part, State]:
        """A new 施策, and what else is said of it."""
        code, field = self.cleaned_data["code"].strip(), int(self.cleaned_data["field"])
        part = Part(code=code, name=changes.get("name", ""), owner=int(changes.get("owner", 0)), field=field)
        return part, {key: value for key, value in changes.items() if key not in ("name", "owner")}


def _as_stored(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key.startswith("row:") and key.rpartition(":")[2].isdecimal():
        on_bar = bars.read_cell(value)
        return "" if on_bar is None else bars.cell_text(on_bar)
    text = normal_newlines(value)
    return text if text.strip() else ""
