"""Forms of departments: a new one, their list, and their reorganisation."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.models import Department, MeasureYear, Reorganisation, User
from review.people.forms.people import CHOOSE, NO_DAY, REQUIRED, OfficeField, OfficeForm
from review.people.services.reorganisation import Planned
from review.screens.forms.fields import DayField, ReasonForm

Kind = Reorganisation.Kind
MOST = 3
ALL = "all"


class OfficeNameForm(forms.Form):
    """A new department."""

    name = forms.CharField(label=_("部署名"), max_length=60, error_messages=REQUIRED)
    starts_on = DayField(
        label=_("開始日"), required=False, error_messages=NO_DAY, help_text=_("先の日付でもかまいません。")
    )


class DepartmentListForm(forms.Form):
    """One line each: 部, a tab, 課."""

    text = forms.CharField(
        label=_("部と課の一覧"),
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 15}),
        error_messages=REQUIRED,
        help_text=_(
            "1行に1つ、部、タブ、課の順に書きます。表計算の2列をそのまま貼り付けられます。部がなければ課だけを書きます。"
        ),
    )


class OfficeChoice(OfficeForm):
    """Which department is renamed or split."""

    before = OfficeField(label=_("部署"), empty_label=_("選んでください"))


class ReorganisationForm(ReasonForm):
    """One reorganisation. A split asks for each sheet and person where they go."""

    effective_on = DayField(label=_("施行日"), error_messages=NO_DAY, help_text=_("この日から新しい部署になります。"))

    def __init__(
        self,
        *args: Any,
        kind: Reorganisation.Kind,
        offices: Iterable[Department] = (),
        sheets: Iterable[MeasureYear] = (),
        people: Iterable[User] = (),
        **options: Any,
    ) -> None:
        self.kind = kind
        super().__init__(*args, **options)
        if kind == Kind.MERGE:
            self.fields["before"] = forms.MultipleChoiceField(
                label=_("統合する部署"),
                choices=[(str(office.pk), str(office)) for office in offices],
                widget=forms.CheckboxSelectMultiple,
                error_messages=CHOOSE,
            )
        for place in range(MOST if kind == Kind.SPLIT else 1):
            self._add_name(place)
        if kind == Kind.SPLIT:
            self._add_places(sheets, people)
        first = [name for name in self.fields if name not in ("reason", "effective_on")]
        self.order_fields(["effective_on", *first, "reason"])

    def _add_name(self, place: int) -> None:
        label = _("新しい部署名") if self.kind != Kind.SPLIT else _("新しい部署名 %(n)s") % {"n": place + 1}
        needed = place == 0 or (self.kind == Kind.SPLIT and place == 1)
        self.fields[name_field(place)] = forms.CharField(
            label=label, max_length=60, required=needed, error_messages=REQUIRED
        )

    def _add_places(self, sheets: Iterable[MeasureYear], people: Iterable[User]) -> None:
        places = [(str(place), _("新しい部署 %(n)s") % {"n": place + 1}) for place in range(MOST)]
        for year in {year.measure_id: year for year in sheets}.values():
            self.fields[f"measure-{year.measure_id}"] = forms.ChoiceField(
                label=_("%(sheet)s の移り先") % {"sheet": f"{year.measure.code} {year.name}"},
                choices=places,
                error_messages=CHOOSE,
            )
        for person in people:
            self.fields[f"person-{person.pk}"] = forms.ChoiceField(
                label=_("%(who)sさんの移り先") % {"who": person},
                choices=[*places, (ALL, _("すべての新しい部署"))],
                error_messages=CHOOSE,
            )

    def planned(self, before: Iterable[int]) -> Planned:
        """What was typed, once `is_valid()`; `before` are the departments where the form does not ask for them."""
        data = self.cleaned_data
        names = [data[name_field(place)].strip() for place in range(MOST) if data.get(name_field(place), "").strip()]
        measures = {key: int(value) for key, value in _numbered(data, "measure-")}
        people = {
            key: tuple(range(len(names))) if value == ALL else (min(int(value), len(names) - 1),)
            for key, value in _numbered(data, "person-")
        }
        return Planned(
            kind=self.kind,
            before=tuple(int(pk) for pk in data.get("before", before)),
            names=tuple(names),
            effective_on=data["effective_on"],
            reason=data["reason"],
            measures={key: min(place, len(names) - 1) for key, place in measures.items()},
            people=people,
        )


def name_field(place: int) -> str:
    """name, name2, name3."""
    return "name" if place == 0 else f"name{place + 1}"


def _numbered(data: dict[str, Any], prefix: str) -> list[tuple[int, str]]:
    return [(int(name.removeprefix(prefix)), value) for name, value in data.items() if name.startswith(prefix)]
