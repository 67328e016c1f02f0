"""What a grade says of the goals that it stands for: no percentage where no rate exists, and no silence about goals that
a 総合評価 leaves out. Every screen, book, paper and table takes its words from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from review.domain.rating import Scale

#: A missed goal whose rate cannot be computed; a band below the highest that a person gave, whatever the rate.
NO_RATE, BY_HAND = "未達成(率なし)", "未達成(人の判断)"
#: The lowest band in a legend: what cannot be rated lands there too.
LOWEST = "%(name)s・率なし"
PARTIAL = "(%(counted)s件中%(judged)s件を評価)"


class Goal(Protocol):
    """As much of one judged 成果目標 as the words of a grade need."""

    @property
    def grade(self) -> str: ...  # the one that counts; '' for what no total counts: 目標なし, 未入力

    @property
    def computed(self) -> str: ...

    @property
    def rated(self) -> bool: ...


class Judged(NamedTuple):
    """The plain Goal."""

    grade: str
    computed: str
    rated: bool


def frozen(indicators: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """The 成果目標 of a snapshot's 施策."""
    return [
        Judged(one["grade"], one.get("computed_grade", one["grade"]), one["rate"] is not None) for one in indicators
    ]


def meaning(letter: str, scale: Scale, goals: Iterable[Goal]) -> str:
    """What the letter means of these goals, or of the one goal; '' for a letter that the scale does not have."""
    grade = next((one for one in scale.grades if one.letter == letter), None)
    if grade is None or grade.role != "band":
        return grade.name if grade else ""
    own = [goal for goal in goals if goal.grade == letter]
    if any(goal.rated and goal.computed == letter for goal in own):
        return grade.name
    return NO_RATE if any(goal.computed == letter for goal in own) else BY_HAND


def legend(grade: Mapping[str, Any]) -> str:
    """What a grade of a scale (as data) means where no single goal is spoken of."""
    threshold = grade.get("threshold")
    lowest = grade.get("role") == "band" and threshold is not None and not Fraction(str(threshold))
    return LOWEST % {"name": grade["name"]} if lowest else str(grade["name"])


def legends(scale: Scale) -> dict[str, str]:
    """{letter: its legend}, best first."""
    return {grade["letter"]: legend(grade) for grade in scale.as_data()}


def partial(letter: str, scale: Scale, goals: Iterable[Goal]) -> dict[str, int] | None:
    """How many of the goals that count a 総合評価 rests on; None where it leaves none out, or says nothing itself."""
    counted = [goal.grade for goal in goals if goal.grade]
    judged = sum(grade != scale.undecided.letter for grade in counted)
    if not letter or letter == scale.undecided.letter or judged == len(counted):
        return None
    return {"counted": len(counted), "judged": judged}


def note(letter: str, scale: Scale, goals: Iterable[Goal]) -> str:
    """(2件中1件を評価), as it stands behind the 総合評価; '' where all goals count."""
    counts = partial(letter, scale, goals)
    return PARTIAL % counts if counts else ""
