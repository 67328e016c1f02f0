"""One question of judging, what is answered, and why: one Japanese sentence for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from review.domain.values.compare import NO_DIRECTION, Direction, Outcome, Status, undecided
from review.domain.values.reading import Reading

Basis = Literal["number", "text", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """The judgement of one part of a value."""

    label: str
    target: str
    actual: str
    status: Status
    rate: Decimal | None = None  #: four decimals, half up


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One question: the readings and what is known about the indicator."""

    name: str
    target: Reading
    actual: Reading
    previous: Reading | None
    targets: tuple[str, ...]
    direction: Direction | None
    fiscal_year: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The answer of one way of judging."""

    outcome: Outcome
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    basis: Basis = "number"


def words(case: Case) -> Verdict:
    """Rule 9: equal texts are achieved, others are a person's to judge."""
    if case.target.plain == case.actual.plain:
        return Verdict(outcome=Outcome("achieved"), basis="text")
    if case.target.parts:
        cause = "実績を数値として読み取れないため"
    elif case.actual.parts:
        cause = "目標が文章で実績が数値のため"
    else:
        cause = "目標と実績が文章で書かれているため、担当者が内容を見て判断してください。"
        return Verdict(outcome=Outcome("undetermined", None, "", cause), basis="none")
    return Verdict(outcome=undecided(cause), basis="none")


_PLAIN = ("number", "share")
_WAYS = {"up": "(多い方がよい指標)", "down": "(少ない方がよい指標)", "rank": "(順位が上の方がよい指標)"}
_ENDS = {
    ("up", True): "に達しているため、達成です",
    ("up", False): "に届いていないため、未達成です",
    ("down", True): "以下に収まっているため、達成です",
    ("down", False): "を上回っているため、未達成です",
}


def reason_of(case: Case, verdict: Verdict) -> str:
    """One sentence, ending in a full stop."""
    outcome = verdict.outcome
    if outcome.status == "undetermined":
        return outcome.cause or NO_DIRECTION.cause
    if verdict.basis == "text":
        return "実績が目標と同じ文言のため達成とみなしました。内容を確認してください。"
    return _of_components(verdict) if verdict.components else _of_values(case, verdict)


def _of_components(verdict: Verdict) -> str:
    parts = enumerate(verdict.components, 1)
    missed = [part.label or f"{place}番目" for place, part in parts if part.status == "missed"]
    if missed:
        return f"内訳のうち「{'」「'.join(missed)}」が目標を満たしていないため、未達成です。"
    return f"{len(verdict.components)}つの内訳がすべて目標を満たしているため、達成です。"


def _of_values(case: Case, verdict: Verdict) -> str:
    achieved = verdict.outcome.status == "achieved"
    only = case.target.quantity
    is_rank = only is not None and only.unit.dimension == "rank"
    end = "を満たしているため、達成です" if achieved else "を満たしていないため、未達成です"
    goal, given = _named(case.target, "目標"), _named(case.actual, "実績")
    if case.target.kind in _PLAIN and goal == given:
        return f"実績の{given}は目標どおりのため、達成です。"
    if case.target.kind in _PLAIN and verdict.direction:
        end = _ENDS["up" if is_rank else verdict.direction, achieved]
    way = _WAYS["rank" if is_rank else verdict.direction] if verdict.direction else ""
    return f"実績の{given}は目標の{goal}{end}{way}。"


def _named(reading: Reading, side: str) -> str:
    """The value for a sentence: a number as it is, anything longer in quotes."""
    words = reading.sentence.partition("(")[0].removeprefix(f"{side} ")
    return words if reading.kind in _PLAIN else f"「{words}」"
