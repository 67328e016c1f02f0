"""Judging a goal whose target stands for a later year only: by its progress from the 基準値, and never as missed.

progress = (実績 − 基準値) ÷ (目標 − 基準値). Before the target's own year a goal is achieved where it is met already, else
it has no verdict (`not_applicable`) but a progress, and a grade by how much of the time is gone. In the target's own year
the plain rules hold (`values.achievement`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from review.domain import rating, values
from review.domain.fiscal import fiscal_year_label
from review.domain.values import achievement
from review.domain.values.achievement import Judgement
from review.domain.values.reading import Quantity, Reading, rounded
from review.domain.wording import part, sentence

NONE = sentence("基準値がないため、進み具合は計算できません。")
UNREAD = sentence("基準値・目標・実績を同じ単位の1つの数として読み取れないため、進み具合は計算できません。")
LEVEL = sentence("目標が基準値と同じ値のため、進み具合は計算できません。")
_DUE = sentence("目標は%(year)sです。")
_PROGRESS = sentence("基準値%(baseline)sからの進み具合は%(rate)sです%(time_words)s。")
_TIME = part("(経過%(gone)s/%(whole)s年%(pace_words)s)")
_PACE = part("に対して%(rate)s")  # what the grade goes by
#: What was said so up to 1.0, and stands in records and editions.
FORMER = (
    sentence("基準値からの進み具合は %(rate)s です%(time_words)s。"),
    part("(経過 %(gone)s/%(whole)s 年%(pace_words)s)"),
    part("に対して %(rate)s"),
)

#: The word's key for a goal that has no verdict yet because its target is of a later year.
BEFORE = "before"


def status_of(status: str, judged: Mapping[str, Any]) -> str:
    """The status by whose word it is shown; `judged` has a "progress" where it was judged by that."""
    return BEFORE if status == "not_applicable" and judged.get("progress") else status


@dataclass(frozen=True, kw_only=True)
class Span:
    """The target's own year, the year that is judged, and the first of the plan (None where it is not known)."""

    target_year: int
    year: int
    first_year: int | None = None

    @property
    def gone(self) -> int:
        """Years gone, the one judged included; 0 where the beginning is not known."""
        return max(self.year - self.first_year + 1, 0) if self.first_year is not None else 0

    @property
    def whole(self) -> int:
        """Years in all."""
        return max(self.target_year - self.first_year + 1, 0) if self.first_year is not None else 0


def later_target(targets: Sequence[tuple[int, str]], year: int) -> tuple[int, str] | None:
    """(year, target) of the first later target, where neither this year nor an earlier one has any."""
    aims = [(one, text) for one, text in sorted(targets) if values.read(text).kind != "none"]
    return aims[0] if aims and aims[0][0] > year else None


def judge(
    *, target: str, actual: str, baseline: str, span: Span, scale: rating.Scale = rating.DEFAULT, **more: Any
) -> Judgement:
    """The judgement of the 実績 of `span.year` against the target of `span.target_year`. `more` as `achievement.judge` takes
    it; the way from 基準値 to 目標 infers the direction, as targets that rise or fall throughout do."""
    start = values.read(baseline)
    due = span.year >= span.target_year
    if start.kind != "none" and not due:
        more["targets"] = (baseline, target)
    plain = achievement.judge(target=target, actual=actual, fiscal_year=span.year, **more)
    if due or plain.status in ("pending", "not_applicable"):
        return plain
    if plain.status == "undetermined" and not plain.state.state.is_result:
        return plain
    rate, cause = _rate(start, plain)
    achieved = plain.status == "achieved" and not _other_way(rate, plain)
    if plain.status == "undetermined":
        return plain._replace(reason=f"{_due(span)}{plain.reason}")
    pace = None
    if rate is not None and not achieved and span.gone and span.whole:
        pace = rate / Fraction(span.gone, span.whole)
    return plain._replace(
        status="achieved" if achieved else "not_applicable",
        rate=rounded(rate),
        exact_rate=rate,
        components=() if not achieved else plain.components,
        reason=_due(span) + (plain.reason if achieved else "") + (cause or _words(rate, baseline, span, scale, pace)),
        pace=pace,
        progress={
            "target": target,
            "target_year": span.target_year,
            "baseline": baseline,
            "gone": span.gone,
            "whole": span.whole,
        },
    )


def _due(span: Span) -> str:
    return _DUE % {"year": fiscal_year_label(span.target_year)}


def _words(rate: Fraction | None, baseline: str, span: Span, scale: rating.Scale, pace: Fraction | None) -> str:
    if rate is None:
        return ""
    by_time = "" if pace is None else _PACE % {"rate": rating.percent(pace, scale)}
    time = _TIME % {"gone": span.gone, "whole": span.whole, "pace_words": by_time} if span.whole else ""
    return _PROGRESS % {"baseline": baseline.strip(), "rate": rating.percent(rate, scale), "time_words": time}


def _rate(start: Reading, plain: Judgement) -> tuple[Fraction | None, str]:
    """The progress, or why there is none."""
    if start.kind == "none":
        return None, NONE
    goal, given, base = plain.target_reading.quantity, plain.actual_reading.quantity, start.quantity
    if goal is None or given is None or base is None or not (_alike(base, goal) and _alike(given, goal)):
        return None, UNREAD
    if goal.value is None or given.value is None or base.value is None:
        return None, UNREAD
    if goal.value == base.value:
        return None, LEVEL
    return Fraction(given.value - base.value) / Fraction(goal.value - base.value), ""


def _other_way(rate: Fraction | None, plain: Judgement) -> bool:
    """Whether a name alone made it achieved, against the way from 基準値 to 目標: that is no verdict yet."""
    goal = plain.target_reading.quantity
    guessed = "direction_inferred" in plain.flags and not (goal and goal.comparator)
    return rate is not None and rate < 1 and guessed


def _alike(one: Quantity, other: Quantity) -> bool:
    """Whether the two values count the same thing on one scale, without a guess."""
    if any(part.value is None or part.change for part in (one, other)):
        return False
    if one.unit.bare == other.unit.bare:
        return one.unit.bare or one.unit.fits(other.unit)
    known = other if one.unit.bare else one
    return known.unit.symbol != "%" and known.scale == 1
