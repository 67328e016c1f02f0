"""One question of judging, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from review.domain.values.compare import Direction, Outcome, Status, undecided
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
    asked: Direction | None
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
