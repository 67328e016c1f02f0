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

from review.domain.fiscal import first_day, last_day
from review.domain.notation import compact
from review.domain.values import baselines, cells, numeric, states
from review.domain.values.compare import Basis, Component, Outcome, Status, undecided
from review.domain.values.direction import Direction, infer_direction
from review.domain.values.numeric import Case
from review.domain.values.reading import FINAL, SCALE_WORDS, Reading, State, ValueState, rounded
from review.domain.values.units import Unit

__all__ = ["Component", "Judgement", "infer_direction", "judge", "proposed_state"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The verdict on one indicator in one 年度, with everything that a person needs to check it."""

    status: Status
    basis: Basis
    reason: str  #: one Japanese sentence
    target_reading: Reading
    actual_reading: Reading
    state: ValueState  #: as confirmed, else as the words of the 実績 propose
    rate: Decimal | None = None  #: four decimals, half up
    exact_rate: Fraction | None = None  #: unrounded, for grading
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    flags: tuple[str, ...] = ()  #: codes; the sentences are `checks.SENTENCES`
    pace: Fraction | None = None  #: of a target of a later year: the progress by the share of the time that is gone
    progress: dict[str, Any] | None = (
        None  #: what the progress is of (`domain.progress`); the rate is then the progress
    )

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of `manage.py judge`."""
        return {
            "status": self.status,
            "basis": self.basis,
            "rate": None if self.rate is None else float(self.rate),
            "direction": self.direction,
            "components": [part.as_dict() for part in self.components],
            "flags": list(self.flags),
            "reading": {"target": self.target_reading.sentence, "actual": self.actual_reading.sentence},
            "reason": self.reason,
        }


def judge(
    *,
    name: str,
    target: str,
    actual: str,
    direction: Direction | None = None,
    previous: str | None = None,
    targets: Sequence[str] = (),
    fiscal_year: int | None = None,
    state: State | None = None,
    previous_state: State | None = None,
    kind: str = "",
) -> Judgement:
    """The judgement of one 実績. `previous` is last year's 実績, `targets` the plan's targets in year order,
    `fiscal_year` the year in question, where it is known: a 実績 may name another one. `state` and `previous_state`
    are what a person confirmed of the two values; without, their words propose. `kind` is what was confirmed of the
    goal ("total" for 累計); without, its words say it.

    Never raises for any texts; a direction other than up, down or None is a ValueError.
    """
    if direction not in ("up", "down", None):
        raise ValueError(f"direction must be 'up', 'down' or None, not {direction!r}")
    counts = proposed_state(actual, name=name, target=target, fiscal_year=fiscal_year)
    if state is not None:
        counts = replace(counts, state=state) if state == counts.state else ValueState(state=state)
    case = Case(
        name=name,
        target=cells.read(target),
        actual=_in_state(cells.read(actual), counts),
        previous=_last_year(previous, previous_state, fiscal_year),
        targets=tuple(targets),
        direction=direction,
        kind=kind,
    )
    return _finished(case, _absent(case, counts) or _verdict(case), counts)


def _in_state(reading: Reading, state: ValueState) -> Reading:
    return reading if state is reading.state or state == reading.state else replace(reading, state=state)


def _last_year(previous: str | None, state: State | None, fiscal_year: int | None) -> Reading | None:
    """Last year's reading with the state that counts; a year that its words name is its own where none is known."""
    if previous is None:
        return None
    counts = proposed_state(previous, fiscal_year=None if fiscal_year is None else fiscal_year - 1)
    if state is not None:
        counts = ValueState(state=state)
    elif fiscal_year is None and counts.state is State.OTHER_YEAR:
        counts = FINAL
    return _in_state(cells.read(previous), counts)


def proposed_state(actual: str, *, name: str = "", target: str = "", fiscal_year: int | None = None) -> ValueState:
    """What the words of a cell propose, wherever they stand: a 実績 of the year that is judged, or none yet.

    A part of the year is no doubt where the target or the name is of that part as well; nor a year that is the one in
    question, or that the target names, too.
    """
    reading = cells.read(actual)
    if reading.state is FINAL and reading.kind != "none":
        return FINAL
    words, plain = reading.state.words, compact(target)
    if reading.kind == "none" and not reading.blank:
        return ValueState(state=State.NOT_MEASURED, words=reading.plain)
    if reading.state.state is State.INTERIM:
        if states.says_part_of_year(plain + compact(name)):
            return states.whole_year(reading.plain)
        until = None if fiscal_year is None else states.last_day_of(words, fiscal_year)
        if fiscal_year is None or until is None or first_day(fiscal_year) <= until < last_day(fiscal_year):
            return replace(reading.state, until=until)
        if until >= first_day(fiscal_year):  # 令和7年5月末現在 of 令和6年度: after the year's end
            return states.whole_year(reading.plain)
        return ValueState(state=State.OTHER_YEAR, words=words, fiscal_year=until.year - (until.month < 4))
    if reading.state.state is State.OTHER_YEAR:
        year = states.year_of(compact(words))
        by_words = "年度末" in reading.plain or states.year_of(plain) is not None
        if year is not None and (by_words if fiscal_year is None else year == fiscal_year):
            return states.whole_year(reading.plain)
        return replace(reading.state, fiscal_year=year)
    return reading.state


_NO_RESULT = {
    State.NOT_MEASURED: "実績が測定されていないため、判定できません。",
    State.INTERIM: "実績が年度の途中までの値のため、判定できません。",
    State.OTHER_YEAR: "実績がほかの年度の値のため、判定できません。",
}


def _absent(case: Case, state: ValueState) -> Outcome | None:
    """Rule 1, and values that are not the year's result."""
    if case.target.kind == "none":
        return Outcome("not_applicable", cause="目標が設定されていないため、評価の対象外です。", basis="none")
    if case.actual.blank:
        return Outcome("pending", cause="実績がまだ入力されていません。", basis="none")
    if state.state.is_result:
        return None
    flag = "not_measured" if state.state is State.NOT_MEASURED else ""
    return Outcome("undetermined", flag=flag, cause=_NO_RESULT[state.state], basis="none")


def _verdict(case: Case) -> Outcome:
    target, actual = case.target, case.actual
    if target.relation is not None:
        return baselines.related(case, target.relation)
    if target.span is not None and actual.span is not None:
        return baselines.dated(case, target.span, actual.span)
    if target.parts and actual.parts:
        return numeric.numeric(case)
    if target.parts and actual.relation is not None:
        return undecided("実績がほかの年との比較で書かれているため", "needs_previous")
    return baselines.words(case)


def _finished(case: Case, outcome: Outcome, state: ValueState) -> Judgement:
    decided = outcome.status in ("achieved", "missed")
    direction = outcome.direction if outcome.basis == "number" else None
    rate = outcome.rate if decided else None
    target, actual = _assumed(case.target, case.actual, outcome)
    relation = case.target.relation
    parts = (*case.target.parts, *case.actual.parts, *([relation.amount] if relation and relation.amount else ()))
    codes = {
        "direction_inferred": direction is not None and case.direction is None,
        outcome.flag: outcome.flag,
        "provisional": state.state is State.PROVISIONAL,
        "approximate": any(part.approximate for part in parts),
    }
    asks = numeric.doubts_of(case.name, actual, case.previous) if outcome.flag != "not_measured" else ()
    flags = (*(code for code, applies in codes.items() if applies), *asks)
    return Judgement(
        status=outcome.status,
        basis=outcome.basis if decided else "none",
        rate=rounded(rate),
        exact_rate=rate,
        direction=direction,
        components=outcome.components,
        flags=() if outcome.status in ("pending", "not_applicable") else flags,
        reason=_reason(case, outcome),
        target_reading=target if decided else case.target,
        actual_reading=actual if decided else case.actual,
        state=state,
    )


def _assumed(target: Reading, actual: Reading, outcome: Outcome) -> tuple[Reading, Reading]:
    """The readings with what the verdict took for granted: the unit of a bare number, and its scale."""
    goal, given = target.quantity, actual.quantity
    if goal is None or given is None or goal.unit.bare == given.unit.bare or not goal.unit.fits(given.unit):
        return target, actual
    if goal.unit.bare:
        return _in(target, given.unit, outcome.scale), actual
    if goal.whole is not None or goal.change is not None:
        return target, actual
    return target, _in(actual, goal.unit, outcome.scale)


def _in(reading: Reading, unit: Unit, scale: int) -> Reading:
    part = reading.parts[0].times(scale)
    meant = replace(part, unit=unit, scale=max(scale, part.scale))
    return replace(reading, parts=(meant,), assumed=f"単位がないため「{SCALE_WORDS.get(scale, '')}{unit.symbol}」")


_PLAIN = ("number", "share")
_WAYS = {"up": "(多い方がよい指標)", "down": "(少ない方がよい指標)", "rank": "(順位が上の方がよい指標)", None: ""}
_ENDS = {
    ("up", True): "に達しているため、達成です",
    ("up", False): "に届いていないため、未達成です",
    ("down", True): "以下に収まっているため、達成です",
    ("down", False): "を上回っているため、未達成です",
    (None, True): "を満たしているため、達成です",
    (None, False): "を満たしていないため、未達成です",
}


def _reason(case: Case, outcome: Outcome) -> str:
    """One sentence, ending in a full stop."""
    if outcome.status not in ("achieved", "missed"):
        return outcome.cause
    if outcome.basis == "text":
        return "実績が目標と同じ文言のため達成とみなしました。内容を確認してください。"
    parts = outcome.components
    missed = [part.label or f"{place}番目" for place, part in enumerate(parts, 1) if part.status == "missed"]
    if missed:
        return f"内訳のうち「{'」「'.join(missed)}」が目標を満たしていないため、未達成です。"
    if parts:
        return f"{len(parts)}つの内訳がすべて目標を満たしているため、達成です。"
    is_rank = case.target.quantity is not None and case.target.quantity.unit.dimension == "rank"
    goal, given = _named(case.target), _named(case.actual)
    plain = case.target.kind in _PLAIN
    if plain and goal == given:
        return f"実績の{given}は目標どおりのため、達成です。"
    way = "up" if is_rank and outcome.direction else outcome.direction
    end = _ENDS[way if plain else None, outcome.status == "achieved"]
    return f"実績の{given}は目標の{goal}{end}{_WAYS['rank' if is_rank and way else outcome.direction]}。"


def _named(reading: Reading) -> str:
    """The value for a sentence: a number as it is, anything longer in quotes."""
    words = reading.sentence.partition("(")[0].removeprefix("目標 ").removeprefix("実績 ")
    return words if reading.kind in _PLAIN else f"「{words}」"
