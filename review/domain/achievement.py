"""Judging an 実績 against its 目標: `judge`.

A verdict is given only where every honest reading leads to it. Numbers decide by comparison, equal texts are achieved
for a person to confirm, and everything else is `undetermined` with the reason. A text never makes a `missed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from review.domain import doubts, values
from review.domain.baselines import related, stated_against_a_value
from review.domain.cases import Basis, Case, Component, Verdict, numeric, words
from review.domain.comparison import Status, rounded
from review.domain.deadlines import dated
from review.domain.direction import Direction, infer_direction
from review.domain.reading import Reading
from review.domain.reasons import reason_of

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
) -> Judgement:
    """The judgement of one 実績. `previous` is last year's 実績, `targets` the plan's targets in year order.

    Never raises for any texts; a direction other than up, down or None is a ValueError.
    """
    if direction not in ("up", "down", None):
        raise ValueError(f"direction must be 'up', 'down' or None, not {direction!r}")
    case = Case(
        name=name,
        target=values.read(target),
        actual=values.read(actual),
        previous=None if previous is None else values.read(previous),
        targets=tuple(targets),
        asked=direction,
    )
    absent = _absent(case)
    if absent is not None:
        return absent
    return _finished(case, _verdict(case))


# Nothing to judge


_ONLY_PLANNED = ("予定", "予定値", "計画", "計画値", "目標", "目標値")  # 5回(予定)


def _absent(case: Case) -> Judgement | None:
    """Rule 1: no target, no actual yet, or an actual that was not measured."""
    if case.target.kind == "none":
        return _undecided(case, "not_applicable", "目標が設定されていないため、評価の対象外です。")
    if case.actual.kind == "none" and case.actual.blank:
        return _undecided(case, "pending", "実績がまだ入力されていません。")
    if case.actual.note in _ONLY_PLANNED:
        return _undecided(case, "undetermined", "実績ではなく予定の値のため、判定できません。", ("not_measured",))
    if case.actual.kind == "none" or case.actual.not_measured:
        return _undecided(case, "undetermined", "実績が測定されていないため、判定できません。", ("not_measured",))
    return None


def _undecided(case: Case, status: Status, reason: str, flags: tuple[str, ...] = ()) -> Judgement:
    return Judgement(
        status=status, basis="none", reason=reason, flags=flags, target_reading=case.target, actual_reading=case.actual
    )


# The verdict


def _verdict(case: Case) -> Verdict:
    target, actual = case.target, case.actual
    if target.relation is not None:
        return related(case, target.relation)
    if target.span is not None and actual.span is not None:
        return dated(case, target.span, actual.span)
    if target.parts and actual.parts:
        return numeric(case, target.parts, actual.parts)
    if target.parts and actual.relation is not None:
        return Verdict(outcome=stated_against_a_value())
    return words(case)


# The answer


def _finished(case: Case, verdict: Verdict) -> Judgement:
    outcome = verdict.outcome
    is_number = verdict.basis == "number"
    decided = outcome.status in ("achieved", "missed")
    rate = outcome.rate if decided else None
    direction = verdict.direction if is_number else None
    return Judgement(
        status=outcome.status,
        basis=verdict.basis if decided else "none",
        rate=rounded(rate),
        exact_rate=rate,
        direction=direction,
        components=verdict.components,
        flags=_flags(case, verdict, direction),
        reason=reason_of(case, verdict),
        target_reading=case.target,
        actual_reading=case.actual,
    )


def _flags(case: Case, verdict: Verdict, direction: Direction | None) -> tuple[str, ...]:
    found: list[str] = []
    if direction is not None and case.asked is None:
        found.append("direction_inferred")
    if verdict.outcome.flag:
        found.append(verdict.outcome.flag)
    if case.actual.provisional:
        found.append("provisional")
    amount = case.target.relation.amount if case.target.relation else None
    parts = case.target.parts + case.actual.parts + ((amount,) if amount else ())
    if any(part.approximate for part in parts):
        found.append("approximate")
    if case.actual.parts:
        found += doubts.of_actual(case.name, case.actual, case.previous)
    return tuple(dict.fromkeys(found))
