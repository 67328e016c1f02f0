"""The form of the scale that a year is graded on: one of the common scales, or one of the city's own."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from review.domain import rating
from review.domain.grade_words import legends
from review.reader_words import problem

OWN = "own"
#: Rows of the own scale: 達成 first, then the bands, then － as the last.
ROWS = 9
#: a letter stands in narrow columns, its words on a chip
LETTERS, WORDS = 2, 20


class Line(NamedTuple):
    """One row of the own scale on the screen."""

    number: int
    letter: forms.BoundField
    name: forms.BoundField
    threshold: forms.BoundField | None


class ScaleForm(forms.Form):
    """Which of the common scales a year is graded on, by key; or `OWN`, with its rows."""

    scale = forms.ChoiceField(
        label=_("達成区分"),
        widget=forms.RadioSelect,
        choices=[
            *(
                (key, "・".join(f"{letter} {words}" for letter, words in legends(preset).items()))
                for key, preset in rating.PRESETS.items()
            ),
            (OWN, _("下の表のとおりにする(記号・名称・しきい値を自由に決める)")),
        ],
        help_text=_(
            "達成した成果目標は先頭の区分、達成していないものは丸める前の達成率で決まります。判定できないものは「－」になり、人が理由を添えて区分を決められます。"
        ),
        error_messages={"required": _("達成区分を選んでください。"), "invalid_choice": _("一覧から選んでください。")},
    )

    def __init__(self, data: Any = None, *, present: rating.Scale) -> None:
        key = next((key for key, preset in rating.PRESETS.items() if preset == present), OWN)
        super().__init__(data, initial={"scale": key} | _initial(present))
        for row in range(1, ROWS + 1):
            self._add(row)

    def _add(self, row: int) -> None:
        place = {"row": row}
        self.fields[f"letter_{row}"] = forms.CharField(
            label=_("%(row)s行目の記号") % place, required=False, max_length=LETTERS, disabled=row == ROWS
        )
        self.fields[f"name_{row}"] = forms.CharField(
            label=_("%(row)s行目の名称") % place, required=False, max_length=WORDS
        )
        if 1 < row < ROWS:
            self.fields[f"threshold_{row}"] = forms.DecimalField(
                label=_("%(row)s行目のしきい値") % place,
                required=False,
                min_value=0,
                max_value=Decimal("99.99"),
                decimal_places=2,
                error_messages={
                    "invalid": _("0以上100未満の数だけを入力してください(例: 80)。"),
                    "min_value": _("しきい値は0以上にしてください。"),
                    "max_value": _("しきい値は100より小さくしてください。100に届いたものは先頭の区分(達成)です。"),
                },
            )

    def lines(self) -> list[Line]:
        """The rows of the own scale, as the table shows them."""
        return [
            Line(row, self[f"letter_{row}"], self[f"name_{row}"], self[f"threshold_{row}"] if 1 < row < ROWS else None)
            for row in range(1, ROWS + 1)
        ]

    def chosen(self) -> rating.Scale:
        """The scale that was chosen, once `is_valid()`."""
        key = self.cleaned_data["scale"]
        return self.own if key == OWN else rating.PRESETS[key]

    def clean(self) -> dict[str, Any]:
        """Hold the rows of an own scale against each other; each sentence stands under the field to mend."""
        given = super().clean() or self.cleaned_data
        if given.get("scale") != OWN:
            for name in [name for name in self.errors if name != "scale"]:
                del self.errors[name]
            return given
        rows = [row for row in range(1, ROWS + 1) if row in (1, ROWS) or self._typed(row)]
        self._check_texts(rows)
        bands = rows[1:-1]
        if not bands:
            self.add_error("letter_2", _("達成していないときの区分を1つ以上入力してください。"))
        self._check_thresholds(bands)
        if not self.errors:
            self._make(rows)
        return given

    def _typed(self, row: int) -> bool:
        names = (f"letter_{row}", f"name_{row}", f"threshold_{row}")
        return any(name in self.errors or self.cleaned_data.get(name) not in ("", None) for name in names)

    def _check_texts(self, rows: list[int]) -> None:
        before: dict[str, int] = {}
        for row in rows:
            for name, sentence in ((f"letter_{row}", _("記号")), (f"name_{row}", _("名称"))):
                text = self.cleaned_data.get(name, "")
                if name not in self.errors and not text:
                    self.add_error(name, _("%(what)sを入力してください。") % {"what": sentence})
                elif error := problem(text):
                    self.add_error(name, error)
            letter = self.cleaned_data.get(f"letter_{row}", "")
            if letter and letter in before:
                words = say("記号「%(letter)s」は%(row)s行目でも使われています。別の記号にしてください。")
                self.add_error(f"letter_{row}", words % {"letter": letter, "row": before[letter]})
            before.setdefault(letter, row)

    def _check_thresholds(self, bands: list[int]) -> None:
        limits = {row: self.cleaned_data.get(f"threshold_{row}") for row in bands}
        for row in bands[:-1]:
            if limits[row] is None and f"threshold_{row}" not in self.errors:
                self.add_error(
                    f"threshold_{row}", _("しきい値を入力してください。空欄にできるのは最後の区分だけです。")
                )
        if bands and limits[bands[-1]]:
            self.add_error(
                f"threshold_{bands[-1]}", _("最後の区分には残りのすべてが入ります。しきい値は0か空欄にしてください。")
            )
        for upper, lower in pairwise(bands):
            above, below = limits[upper], limits[lower] or (Decimal(0) if lower == bands[-1] else limits[lower])
            if above is not None and below is not None and above <= below:
                words = say(
                    "しきい値は上の行ほど高くしてください。%(upper)s行目は%(above)s%%、この行は%(below)s%%です。"
                )
                words %= {"upper": upper, "above": f"{above.normalize():f}", "below": f"{below.normalize():f}"}
                self.add_error(f"threshold_{lower}", words)

    def _make(self, rows: list[int]) -> None:
        try:
            self.own = rating.Scale(grades=tuple(self._grade(row) for row in rows))
        except rating.ScaleError as error:
            self.add_error(None, str(error))

    def _grade(self, row: int) -> rating.Grade:
        given = self.cleaned_data
        return rating.Grade(
            letter=given[f"letter_{row}"],
            name=given[f"name_{row}"],
            role="achieved" if row == 1 else "undecided" if row == ROWS else "band",
            threshold=Fraction(given[f"threshold_{row}"] or 0) / 100 if 1 < row < ROWS else None,
        )


def _initial(scale: rating.Scale) -> dict[str, Any]:
    """The rows with the grades of the scale in them; － in the last."""
    rows = {**dict(enumerate(scale.decided[: ROWS - 1], start=1)), ROWS: scale.undecided}
    values: dict[str, Any] = {}
    for row, grade in rows.items():
        values |= {f"letter_{row}": grade.letter, f"name_{row}": grade.name}
        if grade.threshold is not None:
            exact = grade.threshold * 100
            percent = Decimal(exact.numerator) / Decimal(exact.denominator)
            values[f"threshold_{row}"] = f"{percent.quantize(Decimal('0.01')).normalize():f}"
    return values
