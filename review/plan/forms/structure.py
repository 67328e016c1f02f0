"""The form of a plan's 体系: a line for each 分野, some blank ones, and the 分野 of each 施策."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from review.models import Measure, PlanField
from review.people.forms.people import CHOOSE, REQUIRED
from review.plan.services.structure import LONGEST_NAME, LONGEST_NUMBER, Place

BLANK = 3
PARTS = ("order", "number", "name", "parent")


class StructureForm(forms.Form):
    """`places` as `structure.places` gives them, `measures` with their present names."""

    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("実施中の年度があるときは、理由が必要です。監査記録に残ります。"),
    )

    def __init__(
        self, *args: Any, places: Sequence[PlanField], measures: Sequence[tuple[Measure, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.places, self.measures = places, measures
        self.number_of = {place.pk: number for number, place in enumerate(places)}
        self.choices = [(str(number), place.label) for number, place in enumerate(places)]
        for number, place in enumerate([*places, *[None] * BLANK]):
            self._add_line(number, place)
        for measure, name in measures:
            self.fields[f"home-{measure.pk}"] = forms.ChoiceField(
                label=f"{measure.code} {name}".strip(),
                choices=self.choices,
                initial=str(self.number_of[measure.field_id]),
                error_messages={**CHOOSE, **REQUIRED},
            )
        self.order_fields([*(name for name in self.fields if name != "reason"), "reason"])

    def _add_line(self, number: int, place: PlanField | None) -> None:
        count = {"n": number + 1}
        others = [choice for choice in self.choices if choice[0] != str(number)]
        parent = self.number_of.get(place.parent_id) if place and place.parent_id else None
        self.fields |= {
            f"order-{number}": forms.IntegerField(
                label=_("並び順 (%(n)s行目)") % count, min_value=1, max_value=9999, initial=number + 1
            ),
            f"number-{number}": forms.CharField(
                label=_("番号 (%(n)s行目)") % count,
                required=False,
                max_length=LONGEST_NUMBER,
                initial=place.number if place else "",
            ),
            f"name-{number}": forms.CharField(
                label=_("分野名 (%(n)s行目)") % count,
                required=False,
                max_length=LONGEST_NAME,
                initial=place.name if place else "",
            ),
            f"parent-{number}": forms.ChoiceField(
                label=_("上の階層 (%(n)s行目)") % count,
                required=False,
                choices=[("", _("なし(第1階層)")), *others],
                initial="" if parent is None else str(parent),
                error_messages=CHOOSE,
            ),
        }

    def lines(self) -> list[list[BoundField]]:
        """The controls line by line."""
        return [[self[f"{part}-{number}"] for part in PARTS] for number in range(len(self.places) + BLANK)]

    def homes(self) -> list[BoundField]:
        """The control of each 施策."""
        return [self[f"home-{measure.pk}"] for measure, _name in self.measures]

    def rows(self) -> list[Place]:
        """What was typed, line by line, once `is_valid()`."""
        stored: list[int | None] = [place.pk for place in self.places]
        return [
            Place(
                pk=pk,
                number=self.cleaned_data[f"number-{number}"].strip(),
                name=self.cleaned_data[f"name-{number}"].strip(),
                order=self.cleaned_data[f"order-{number}"],
                parent=int(above) if (above := self.cleaned_data[f"parent-{number}"]) else None,
            )
            for number, pk in enumerate([*stored, *[None] * BLANK])
        ]

    def chosen(self) -> dict[int, int]:
        """{施策: line of its 分野}."""
        return {measure.pk: int(self.cleaned_data[f"home-{measure.pk}"]) for measure, _name in self.measures}
