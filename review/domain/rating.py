"""Grades: a city's own scale as data, and the grade that a judgement earns on it.

Achieved is the highest grade. Missed is graded by the unrounded rate, never the highest; without a rate, the lowest.
`undetermined` is － until a person grades it. 対象外 and 未入力 have no grade and count in no total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from review.domain.values.achievement import Judgement

Role = Literal["achieved", "band", "undecided"]


class Look(NamedTuple):
    """How a grade looks, on screens and on paper alike: never told by colour alone."""

    sign: str
    colour: str  #: of letters on the ground, or of a ground for letters in its colour: at least 4.5:1 apart
    background: str


#: A grade looks as its place on the scale says, whatever its letter and its words: the shape of each look.
LOOKS = {
    "circle": Look("●", "#115A36", "#E6F5EC"),
    "square": Look("■", "#0017C1", "#E8F1FE"),
    "star": Look("★", "#3D3270", "#F0EEFA"),
    "triangle": Look("▲", "#6D4C00", "#FBF5E0"),
    "wedge": Look("▼", "#8B3A00", "#FFEEE2"),
    "diamond": Look("◆", "#A30000", "#FDEEEE"),
    "dash": Look("－", "#4D4D4D", "#F2F2F2"),
}
_INNER = {0: (), 1: ("triangle",), 2: ("square", "triangle"), 3: ("square", "triangle", "wedge")}
_INNER[4] = ("square", "star", "triangle", "wedge")
#: What stands in place of a grade.
NOT_GRADED = {"not_applicable": "対象外", "pending": "未入力"}


class ScaleError(ValueError):
    """The scale cannot be used; the message says in Japanese what to mend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """One grade of a scale."""

    letter: str  #: A, S, －
    name: str  #: 達成, 80%以上
    role: Role  #: what earns it: achievement, a rate of at least `threshold`, or nothing decided
    threshold: Fraction | None = None  #: for a band, as a rate: 4/5 is 80 %
    shape: str = "dash"  #: a key of LOOKS: its scale gives it, by the grade's place

    @property
    def look(self) -> Look:
        """Its sign and colours."""
        return LOOKS[self.shape]

    @property
    def mark(self) -> str:
        """● A: the sign and the letter; － alone, whose sign is its letter."""
        return self.letter if self.letter == self.look.sign else f"{self.look.sign} {self.letter}"

    @property
    def is_decided(self) -> bool:
        """False for －, which waits for a person."""
        return self.role != "undecided"


def shapes(count: int) -> tuple[str, ...]:
    """The shapes of so many grades, best first: the ends are always the same, so that the best and the lowest grade of every
    scale look alike. Between more than four grades some share the look of a neighbour."""
    between = count - 2
    inner = _INNER.get(between) or tuple(_INNER[4][place * 4 // between] for place in range(between))
    return ("circle", *inner, "diamond")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The grades of a cycle, best first, － last."""

    grades: tuple[Grade, ...]

    def __post_init__(self) -> None:
        _check(self.grades)
        looks = (*shapes(len(self.grades) - 1), "dash")
        dressed = (replace(one, shape=shape) for one, shape in zip(self.grades, looks, strict=True))
        object.__setattr__(self, "grades", tuple(dressed))

    @classmethod
    def from_data(cls, data: Iterable[Mapping[str, Any]]) -> Scale:
        """The scale stored as `as_data` gives it. Raises ScaleError where it makes no scale."""
        try:
            return _scale(tuple(tuple(entry.items()) for entry in data))
        except (KeyError, TypeError, AttributeError) as error:
            raise ScaleError(f"達成区分の設定に必要な項目がないか、形式が違います({error})。") from None

    def as_data(self) -> list[dict[str, Any]]:
        """The scale as JSON-able data; thresholds are decimal strings, or fractions like 2/3 where that is exact."""
        return [
            asdict(one)
            | {"threshold": _written(one.threshold), "colour": one.look.colour, "background": one.look.background}
            for one in self.grades
        ]

    @property
    def decided(self) -> tuple[Grade, ...]:
        """The grades without －, best first."""
        return tuple(grade for grade in self.grades if grade.is_decided)

    @property
    def undecided(self) -> Grade:
        """－."""
        return self.grades[-1]

    @property
    def thresholds(self) -> tuple[Fraction, ...]:
        """Every rate at which a grade begins, 100 % first."""
        return (Fraction(1), *(grade.threshold for grade in self.grades if grade.threshold))

    def by_letter(self, letter: str) -> Grade:
        """The grade with this letter; KeyError where the scale has none."""
        for grade in self.grades:
            if grade.letter == letter:
                return grade
        raise KeyError(letter)

    def shape_of(self, letter: str) -> str:
        """The shape of the grade with this letter; that of － for none."""
        return next((one.shape for one in self.grades if one.letter == letter), "dash")


# Grading


def grade(judgement: Judgement, scale: Scale) -> Grade | None:
    """The grade of a judgement; None for 対象外 and 未入力 (their words are in `NOT_GRADED`)."""
    if judgement.pace is not None:
        return _by_rate(judgement.pace, scale.decided) if judgement.pace < 1 else scale.decided[0]
    if judgement.status in NOT_GRADED:
        return None
    if judgement.status == "undetermined":
        return scale.undecided
    decided = scale.decided
    if judgement.status == "achieved":
        return decided[0]
    if judgement.exact_rate is None:
        return decided[-1]
    return _by_rate(judgement.exact_rate, decided)


def _by_rate(rate: Fraction, decided: tuple[Grade, ...]) -> Grade:
    return next((band for band in decided[1:] if rate >= (band.threshold or 0)), decided[-1])


def label(judgement: Judgement, scale: Scale) -> str:
    """What a table shows: the letter, or 対象外, or 未入力."""
    earned = grade(judgement, scale)
    return earned.letter if earned else NOT_GRADED[judgement.status]


def overall(grades: Iterable[Grade | None], scale: Scale) -> Grade | None:
    """The proposed 総合評価: the lowest decided grade; － where none is decided; None where nothing counts."""
    counted = [earned for earned in grades if earned is not None]
    if not counted:
        return None
    order = {earned.letter: place for place, earned in enumerate(scale.grades)}
    decided = [earned for earned in counted if earned.is_decided]
    return max(decided, key=lambda earned: order[earned.letter], default=scale.undecided)


def percent(exact_rate: Fraction | None, scale: Scale) -> str:
    """The rate for the screen with one decimal, 55.8%; "" without a rate.

    Never rounds across a threshold: 79.96 % shows as 79.9%, for 80.0% beside a C would look wrong.
    """
    if exact_rate is None:
        return ""
    exact = exact_rate * 100
    limits = [threshold * 100 for threshold in scale.thresholds]
    for places in range(1, 9):
        for shown in _roundings(exact, 10**places):
            if all((shown >= limit) == (exact >= limit) for limit in limits):
                return f"{Decimal(int(shown * 10**places)).scaleb(-places):,f}%"
    return f"{float(exact):,.9f}%"


def _roundings(value: Fraction, unit: int) -> tuple[Fraction, ...]:
    """Half up, down and up to 1/unit."""
    scaled = value * unit
    down = scaled.numerator // scaled.denominator
    near = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(near, unit), Fraction(down, unit), Fraction(down + 1, unit)


# Scales as data


def _grade_from(entry: Mapping[str, Any]) -> Grade:
    threshold = entry.get("threshold")
    try:
        exact = None if threshold is None else Fraction(str(threshold))
    except (ValueError, ZeroDivisionError):
        raise ScaleError(f"しきい値「{threshold}」を数として読み取れません。") from None
    texts: dict[str, Any] = {key: str(entry[key]) for key in ("letter", "name", "role")}
    return Grade(threshold=exact, **texts)


@lru_cache(maxsize=64)
def _scale(entries: tuple[tuple[tuple[str, Any], ...], ...]) -> Scale:
    """Thousands of 施策 are shown by the few scales that a city has."""
    return Scale(grades=tuple(_grade_from(dict(entry)) for entry in entries))


def _written(threshold: Fraction | None) -> str | None:
    if threshold is None:
        return None
    decimal = Decimal(threshold.numerator) / Decimal(threshold.denominator)
    return f"{decimal.normalize():f}" if Fraction(decimal) == threshold else str(threshold)


def _check(grades: tuple[Grade, ...]) -> None:
    """Raises ScaleError for grades that make no scale."""
    roles = [entry.role for entry in grades]
    bands = len(grades) - 2
    if bands < 1 or roles != ["achieved", *["band"] * bands, "undecided"]:
        raise ScaleError("達成区分は、達成、未達成の区分を1つ以上、評価できないもの、の順に設定してください。")
    if len({entry.letter for entry in grades}) != len(grades) or not all(entry.letter.strip() for entry in grades):
        raise ScaleError("達成区分の記号が空か、重複しています。")
    thresholds = [entry.threshold for entry in grades[1:-1]]
    if any(threshold is None for threshold in thresholds) or thresholds[-1] != 0:
        raise ScaleError("未達成の区分にはしきい値を設定し、最後の区分は0にしてください。")
    if any(upper <= lower for upper, lower in pairwise(limit for limit in thresholds if limit is not None)):
        raise ScaleError("しきい値は高い順に設定してください。")


def _preset(letters: str, *limits: int) -> Scale:
    """達成, a grade from each limit in percent on, one below the last, and －."""
    rows: list[tuple[str, Role, str | None]] = [("達成", "achieved", None)]
    rows += [(f"{one}%以上", "band", f"{one}/100") for one in limits]
    rows += [(f"{limits[-1]}%未満", "band", "0"), ("評価できない", "undecided", None)]
    keys = ("letter", "name", "role", "threshold")
    return Scale.from_data(dict(zip(keys, (one, *row), strict=True)) for one, row in zip(letters, rows, strict=True))


#: Common municipal scales by key; "abcd" is the default.
PRESETS: dict[str, Scale] = {
    "abcd": _preset("ABCD－", 80, 50),
    "sabc": _preset("SABC－", 80, 50),
    "bands_80_50_20": _preset("ABCDE－", 80, 50, 20),
}
DEFAULT = PRESETS["abcd"]
