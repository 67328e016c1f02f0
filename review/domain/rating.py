"""Grades: a city's own scale as data, and the grade that a judgement earns on it.

Achieved is the highest grade. Missed is graded by the unrounded rate, never the highest; without a rate, the lowest.
`undetermined` is － until a person grades it. 対象外 and 未入力 have no grade and count in no total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from review.domain.values.achievement import Judgement

Role = Literal["achieved", "band", "undecided"]

#: Shape names and the sign that shows them, so that a grade is never told by colour alone.
SHAPES = {
    "double_circle": "◎",
    "circle": "○",
    "diamond": "◇",
    "square": "□",
    "triangle": "△",
    "cross": "×",
    "dash": "－",
}
#: What stands in place of a grade.
NOT_GRADED = {"not_applicable": "対象外", "pending": "未入力"}
MINIMUM_CONTRAST = 4.5

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class ScaleError(ValueError):
    """The scale cannot be used; the message says in Japanese what to mend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """One grade of a scale."""

    letter: str  #: A, S, －
    name: str  #: 達成, 80%以上
    role: Role  #: what earns it: achievement, a rate of at least `threshold`, or nothing decided
    threshold: Fraction | None = None  #: for a band, as a rate: 4/5 is 80 %
    shape: str = "dash"  #: a key of SHAPES
    colour: str = "#333333"  #: text, #RRGGBB
    background: str = "#FFFFFF"  #: #RRGGBB; contrast with `colour` is at least 4.5:1

    @property
    def sign(self) -> str:
        """The sign of the shape: ◎."""
        return SHAPES[self.shape]

    @property
    def is_decided(self) -> bool:
        """False for －, which waits for a person."""
        return self.role != "undecided"


_KEYS = tuple(field.name for field in fields(Grade))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """The grades of a cycle, best first, － last."""

    grades: tuple[Grade, ...]

    def __post_init__(self) -> None:
        _check(self.grades)

    @classmethod
    def from_data(cls, data: Iterable[dict[str, Any]]) -> Scale:
        """The scale stored as `as_data` gives it. Raises ScaleError where it makes no scale."""
        try:
            return cls(grades=tuple(_grade_from(entry) for entry in data))
        except (KeyError, TypeError, AttributeError) as error:
            raise ScaleError(f"達成区分の設定に必要な項目がないか、形式が違います({error})。") from None

    def as_data(self) -> list[dict[str, Any]]:
        """The scale as JSON-able data; thresholds are decimal strings, or fractions like 2/3 where that is exact."""
        return [asdict(grade) | {"threshold": _written(grade.threshold)} for grade in self.grades]

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


def _grade_from(entry: dict[str, Any]) -> Grade:
    threshold = entry.get("threshold")
    try:
        exact = None if threshold is None else Fraction(str(threshold))
    except (ValueError, ZeroDivisionError):
        raise ScaleError(f"しきい値「{threshold}」を数として読み取れません。") from None
    texts: dict[str, Any] = {key: str(entry[key]) for key in _KEYS if key != "threshold"}
    return Grade(threshold=exact, **texts)


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
    for entry in grades:
        if entry.shape not in SHAPES:
            raise ScaleError(f"区分{entry.letter}の形「{entry.shape}」は使えません。")
        if not (_COLOUR.fullmatch(entry.colour) and _COLOUR.fullmatch(entry.background)):
            raise ScaleError(f"区分{entry.letter}の色は #RRGGBB の形で設定してください。")
        if contrast(entry.colour, entry.background) < MINIMUM_CONTRAST:
            raise ScaleError(f"区分{entry.letter}は文字と背景の色の差が足りません(4.5:1以上が必要です)。")


def contrast(text: str, background: str) -> float:
    """The WCAG contrast ratio of two #RRGGBB colours, 1 to 21."""
    bright, dark = sorted((_luminance(text), _luminance(background)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_LOOKS = {
    "best": ("double_circle", "#115A36", "#E6F5EC"),
    "good": ("circle", "#0017C1", "#E8F1FE"),
    "fair": ("triangle", "#6D4C00", "#FBF5E0"),
    "weak": ("diamond", "#8B3A00", "#FFEEE2"),
    "poor": ("cross", "#A30000", "#FDEEEE"),
    "even": ("square", "#3D3270", "#F0EEFA"),
    "open": ("dash", "#4D4D4D", "#F2F2F2"),
}


#: Sign of a shape: its colours, for a scale of the city's own.
COLOURS = {shape: (colour, background) for shape, colour, background in _LOOKS.values()}


def _preset(letters: str, *limits: int) -> Scale:
    """達成, a grade from each limit in percent on, one below the last, and －."""
    looks = ("good", "fair", "weak")[: len(limits)]
    rows: list[tuple[str, Role, str | None, str]] = [("達成", "achieved", None, "best")]
    rows += [(f"{one}%以上", "band", f"{one}/100", look) for one, look in zip(limits, looks, strict=True)]
    rows += [(f"{limits[-1]}%未満", "band", "0", "poor"), ("評価できない", "undecided", None, "open")]
    grades = [(letter, *row[:3], *_LOOKS[row[3]]) for letter, row in zip(letters, rows, strict=True)]
    return Scale.from_data(dict(zip(_KEYS, grade, strict=True)) for grade in grades)


#: Common municipal scales by key; "abcd" is the default.
PRESETS: dict[str, Scale] = {
    "abcd": _preset("ABCD－", 80, 50),
    "sabc": _preset("SABC－", 80, 50),
    "bands_80_50_20": _preset("ABCDE－", 80, 50, 20),
}
DEFAULT = PRESETS["abcd"]
