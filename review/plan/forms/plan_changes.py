"""Forms of changes in mid-plan: one for each kind, with only the fields that the kind asks for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain import measure_codes
from review.domain.items import circled
from review.models import ChangeKind, Measure
from review.people.forms.people import CHOOSE, REQUIRED, OfficeField, OfficeForm
from review.plan.services.plan_proposals import Detail, Part
from review.reader_words import year_label
from review.screens.forms.fields import ReasonForm

#: So many new 施策 a split can make; their fields repeat with a number.
PARTS = 3


def numbered(name: str, place: int) -> str:
    """name, name2, name3: the field of the n-th part."""
    return name if place == 0 else f"{name}{place + 1}"


class MeasureChoice(forms.Form):
    """Which 施策 the change starts from."""

    measure = forms.ChoiceField(label=_("施策"), error_messages=CHOOSE)

    def __init__(self, *args: Any, measures: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["measure"].choices = list(measures)  # type: ignore[attr-defined]


class ChangeForm(OfficeForm, ReasonForm):
    """A change of one kind, of one 施策, or of the plan's period."""

    fiscal_year = forms.TypedChoiceField(label=_("いつから"), coerce=int, error_messages=CHOOSE)

    def __init__(
        self,
        *args: Any,
        kind: ChangeKind,
        years: Iterable[int],
        goals: Mapping[int, str],
        others: Iterable[tuple[Measure, str]],
        places: Iterable[tuple[int, str]] = (),
        **options: Any,
    ) -> None:
        self.kind, self.places = kind, [("", _("選んでください")), *places]
        super().__init__(*args, **options)
        self.fields["fiscal_year"].choices = [(year, year_label(year)) for year in years]  # type: ignore[attr-defined]
        numbers = [(str(number), f"{circled(number)} {name}") for number, name in goals.items()]
        self._add(numbers, [(str(one.pk), f"{one.code} {name}") for one, name in others])
        self.offer_offices()
        order = [name for name in self.fields if name not in ("reason", "fiscal_year")]
        self.order_fields(["fiscal_year", *order, "reason"])

    def _add(self, numbers: list[tuple[str, str]], others: list[tuple[str, str]]) -> None:
        kind = self.kind
        if kind == ChangeKind.EXTEND:
            # It counts from the year after the plan's last one.
            del self.fields["fiscal_year"]
            self.fields["last_year"] = forms.IntegerField(
                label=_("新しい最終年度"),
                help_text=_("西暦の年度で入力します(令和8年度は2026)。"),
                error_messages={**REQUIRED, "invalid": _("数字で入力してください。")},
            )
        if kind == ChangeKind.MERGE:
            self.fields["others"] = _boxes(_("統合して終わる施策"), others)
            self.fields["name"] = _name(_("統合後の施策名"), required=False)
            self.fields["name"].help_text = _("変えないときは空欄にします。")
        for place in range(PARTS if kind == ChangeKind.SPLIT else 0):
            self._add_part(place, numbers)

    def _add_part(self, place: int, numbers: list[tuple[str, str]]) -> None:
        mark, needed = str(place + 1), place == 0
        self.fields[numbered("code", place)] = forms.CharField(
            label=_("新しい施策ID%(n)s") % {"n": mark},
            max_length=measure_codes.LONGEST,
            required=needed,
            error_messages=REQUIRED,
        )
        self.fields[numbered("name", place)] = _name(_("新しい施策名%(n)s") % {"n": mark}, required=needed)
        self.fields[numbered("owner", place)] = OfficeField(
            label=_("主管部署%(n)s") % {"n": mark}, required=needed, empty_label=_("選んでください")
        )
        self.fields[numbered("field", place)] = forms.ChoiceField(
            label=_("分野%(n)s") % {"n": mark}, choices=self.places, required=needed, error_messages=CHOOSE
        )
        if numbers:
            label = _("この施策に移す成果目標%(n)s") % {"n": mark}
            self.fields[numbered("takes", place)] = _boxes(label, numbers, required=False)

    # --- the change ---

    @property
    def detail(self) -> Detail:
        """What was typed, once `is_valid()`."""
        data = self.cleaned_data
        if self.kind == ChangeKind.SPLIT:
            return Detail(parts=tuple(self._parts()))
        others = tuple(map(int, data.get("others", [])))
        return Detail(name=data.get("name", "").strip(), others=others, last_year=data.get("last_year"))

    def _parts(self) -> Iterable[Part]:
        for place in range(PARTS):
            code, name = (self.cleaned_data.get(numbered(key, place), "").strip() for key in ("code", "name"))
            owner = self.cleaned_data.get(numbered("owner", place))
            if code or name or owner:
                takes = self.cleaned_data.get(numbered("takes", place)) or []
                yield Part(
                    code=code,
                    name=name,
                    owner=owner.pk if owner else 0,
                    field=int(self.cleaned_data.get(numbered("field", place)) or 0),
                    takes=tuple(int(n) for n in takes),
                )


def _name(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=200, error_messages=REQUIRED)


def _boxes(label: Any, choices: list[tuple[str, str]], *, required: bool = True) -> forms.MultipleChoiceField:
    box = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=required, widget=box, error_messages=CHOOSE)


class DecideForm(forms.Form):
    """The approver's word on a proposal."""

    comment = forms.CharField(
        label=_("意見"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
