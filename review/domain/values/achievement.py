"""Judging an 実績 against its 目標: `judge`.

A verdict is given only where every honest reading leads to it: every reading of the target is held against every
reading of the 実績, under every direction still open. Numbers decide by comparison, equal texts are achieved for a
person to confirm, and everything else is `undetermined` with the reason. A text never makes a `missed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from review.domain.notation import compact
from review.domain.values import baselines, cells, doubts, numeric, states
from review.domain.values.case import Basis, Case, Component, Verdict, reason_of, words
from review.domain.values.compare import Direction, Outcome, Status, rounded, undecided
from review.domain.values.direction import infer_direction
from review.domain.values.reading import SCALE_WORDS, Reading
from review.domain.values.units import Unit

__all__ = ["Component", "Judgement", "infer_direction", "judge"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict on one indicator in one 年度, with everything that a person needs to check it."""

    status: Status
    basis: Basis
    reason: str  #: one Japanese sentence
    target_reading: Reading
    actual_reading: Reading
    rate: Decimal | None = None  #: four decimals, half up
    exact_rate: Fraction | None = None  #: unrounded, for grading
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    flags: tuple[str, ...] = ()  #: codes; the sentences are `checks.SENTENCES`

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of `manage.py judge`."""
        return {
            "status": self.status,
            "basis": self.basis,
            "rate": _plain(self.rate),
            "direction": self.direction,
            "components": [
                {
                    "label": part.label,
                    "target": part.target,
                    "actual": part.actual,
                    "status": part.status,
                    "rate": _plain(part.rate),
                }
                for part in self.components
            ],
            "flags": list(self.flags),
            "reading": {"target": self.target_reading.sentence, "actual": self.actual_reading.sentence},
            "reason": self.reason,
        }


def _plain(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)


def judge(
    *,
    name: str,
    target: str,
    actual: str,
    direction: Direction | None = None,
    previous: str | None = None,
    targets: Sequence[str] = (),
    fiscal_year: int | None = None,
) -> Judgement:
    """The judgement of one 実績. `previous` is last year's 実績, `targets` the plan's targets in year order,
    `fiscal_year` the year in question, where it is known: a 実績 may name another one.

    Never raises for any texts; a direction other than up, down or None is a ValueError.
    """
    if direction not in ("up", "down", None):
        raise ValueError(f"direction must be 'up', 'down' or None, not {direction!r}")
    case = Case(
        name=name,
        target=cells.read(target),
        actual=cells.read(actual),
        previous=None if previous is None else cells.read(previous),
        targets=tuple(targets),
        direction=direction,
        fiscal_year=fiscal_year,
    )
    return _absent(case) or _finished(case, _verdict(case))


# Nothing to judge


def _absent(case: Case) -> Judgement | None:
    """Rule 1, and values that are not the year's: planned, not measured, of a part of the year or of another one."""
    target, actual = case.target, case.actual
    if target.kind == "none":
        return _undecided(case, "not_applicable", "目標が設定されていないため、評価の対象外です。")
    if actual.kind == "none" and actual.blank:
        return _undecided(case, "pending", "実績がまだ入力されていません。")
    if actual.state == "planned":
        return _undecided(case, "undetermined", "実績ではなく予定の値のため、判定できません。", ("not_measured",))
    if actual.kind == "none" or actual.not_measured:
        return _undecided(case, "undetermined", "実績が測定されていないため、判定できません。", ("not_measured",))
    if actual.state == "part_of_year" and not states.says_part_of_year(target.plain + compact(case.name)):
        return _undecided(case, "undetermined", "実績が年度の途中までの値のため、判定できません。", doubtful(case))
    if actual.state == "other_year" and not _of_the_year(case):
        return _undecided(case, "undetermined", "実績がほかの年度の値のため、判定できません。", doubtful(case))
    return None


def _of_the_year(case: Case) -> bool:
    """True where the year that the 実績 names is the year in question, or the target names its year as well."""
    named, target_year = states.year_of(case.actual.plain), states.year_of(case.target.plain)
    if named is None:
        return False
    if case.fiscal_year is not None:
        return named == case.fiscal_year
    return "年度末" in case.actual.plain or target_year is not None


def doubtful(case: Case) -> tuple[str, ...]:
    """What the value itself gives reason to ask, also where it is not judged."""
    return tuple(doubts.of_actual(case.name, case.actual, case.previous))


def _undecided(case: Case, status: Status, reason: str, flags: tuple[str, ...] = ()) -> Judgement:
    return Judgement(
        status=status, basis="none", reason=reason, flags=flags, target_reading=case.target, actual_reading=case.actual
    )


# The verdict


def _verdict(case: Case) -> Verdict:
    target, actual = case.target, case.actual
    if target.relation is not None:
        return baselines.related(case, target.relation)
    if target.span is not None and actual.span is not None:
        return baselines.dated(case, target.span, actual.span)
    if target.parts and actual.parts:
        return numeric.numeric(case)
    if target.parts and actual.relation is not None:
        return Verdict(outcome=undecided("実績がほかの年との比較で書かれているため", "needs_previous"))
    return words(case)


# The answer


def _finished(case: Case, verdict: Verdict) -> Judgement:
    outcome = verdict.outcome
    is_number = verdict.basis == "number"
    decided = outcome.status in ("achieved", "missed")
    rate = outcome.rate if decided else None
    direction = verdict.direction if is_number else None
    meant = _assumed(case.target, case.actual, outcome)
    target, actual = meant if decided else (case.target, case.actual)
    return Judgement(
        status=outcome.status,
        basis=verdict.basis if decided else "none",
        rate=rounded(rate),
        exact_rate=rate,
        direction=direction,
        components=verdict.components,
        flags=_flags(case, verdict, direction, meant[1]),
        reason=reason_of(case, verdict),
        target_reading=target,
        actual_reading=actual,
    )


def _assumed(target: Reading, actual: Reading, outcome: Outcome) -> tuple[Reading, Reading]:
    """The readings with what the verdict took for granted: the unit of a bare number, and its scale."""
    if len(target.parts) != 1 or len(actual.parts) != 1:
        return target, actual
    goal, given = target.parts[0], actual.parts[0]
    if goal.unit.bare == given.unit.bare or not goal.unit.fits(given.unit):
        return target, actual
    if given.unit.bare and not (goal.whole is None and goal.change is None):
        return target, actual
    if given.unit.bare:
        return target, _in(actual, goal.unit, outcome.scale)
    return _in(target, given.unit, outcome.scale), actual


def _in(reading: Reading, unit: Unit, scale: int) -> Reading:
    part = reading.parts[0]
    low, high = (None if end is None else end * scale for end in (part.low, part.high))
    meant = replace(part, low=low, high=high, unit=unit, scale=max(scale, part.scale))
    words_ = f"単位がないため「{SCALE_WORDS.get(scale, '')}{unit.symbol}」"
    return replace(reading, parts=(meant,), assumed=words_)


def _flags(case: Case, verdict: Verdict, direction: Direction | None, actual: Reading) -> tuple[str, ...]:
    codes: list[str] = []
    if direction is not None and case.direction is None:
        codes.append("direction_inferred")
    if verdict.outcome.flag:
        codes.append(verdict.outcome.flag)
    if case.actual.provisional:
        codes.append("provisional")
    amount = case.target.relation.amount if case.target.relation else None
    parts = case.target.parts + case.actual.parts + ((amount,) if amount else ())
    if any(part.approximate for part in parts):
        codes.append("approximate")
    return tuple(dict.fromkeys(codes + doubts.of_actual(case.name, actual, case.previous)))
