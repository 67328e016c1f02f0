"""Judging an 実績 against its 目標: `judge`.

Numbers decide by comparison (`numeric`), equal texts are achieved for a person to confirm, and everything else is
`undetermined` with the reason. A text never makes a `missed`.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from review.domain import value_words
from review.domain.fiscal import first_day, fiscal_year_of, last_day
from review.domain.notation import compact
from review.domain.values import cells, reading, times
from review.domain.values.compare import Basis, Component, Outcome, Status, compare, undecided
from review.domain.values.direction import infer_direction, name_direction
from review.domain.values.numeric import Case, compared, doubts_of, numeric, steps_between
from review.domain.values.reading import FINAL, Direction, Quantity, Reading, Relation, State, ValueState, way_of

__all__ = ["Component", "Judgement", "infer_direction", "judge", "proposed_state"]


class Judgement(NamedTuple):
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
    progress: dict[str, Any] | None = None  #: what `rate` is the progress of, where it is one (`domain.progress`)

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
    are what a person confirmed of the two values, `kind` of the goal ("total" for 累計); without, their words propose.

    Never raises for any texts; a direction other than up, down or None is a ValueError.
    """
    if direction not in ("up", "down", None):
        raise ValueError(f"direction must be 'up', 'down' or None, not {direction!r}")
    given = _in_state(actual, proposed_state(actual, name=name, target=target, fiscal_year=fiscal_year), state)
    earlier = None
    if previous is not None:
        before = proposed_state(previous, fiscal_year=fiscal_year and fiscal_year - 1)
        if fiscal_year is None and before.state is State.OTHER_YEAR:
            before = FINAL  # a year that its words name is its own where none is known
        earlier = _in_state(previous, before, previous_state)
    case = Case(name, cells.read(target), given, earlier, tuple(targets), direction, kind)
    return _finished(case, _verdict(case))


def _in_state(text: str, proposed: ValueState, confirmed: State | None) -> Reading:
    """The reading in the state that counts: as confirmed, else as proposed."""
    state = proposed if confirmed in (None, proposed.state) else ValueState(confirmed)
    cell = cells.read(text)
    return cell if state is cell.state else cell._replace(state=state)


def proposed_state(actual: str, *, name: str = "", target: str = "", fiscal_year: int | None = None) -> ValueState:
    """What the words of a cell propose, where they stand beside a target. A part of the year is no doubt where the target or
    the name is of that part as well; nor a year that is the one in question, or where the target names its own (not its base: 2013年度比10%減), too."""
    cell = cells.read(actual)
    state = cell.state
    if cell.kind == "none" and not cell.blank:
        return ValueState(State.NOT_MEASURED, cell.plain)
    if state.state is State.INTERIM and not times.says_part_of_year(compact(target) + compact(name)):
        until = None if fiscal_year is None else times.last_day_of(state.words, fiscal_year)
        if fiscal_year is None or until is None or first_day(fiscal_year) <= until < last_day(fiscal_year):
            return state._replace(until=until)
        if until < first_day(fiscal_year):
            return ValueState(State.OTHER_YEAR, state.words, fiscal_year=fiscal_year_of(until))
    elif state.state is State.OTHER_YEAR:
        year, goal = times.year_of(compact(state.words)), cells.read(target)
        by_words = "年度末" in cell.plain or times.year_of(goal.note if goal.relation else goal.plain) is not None
        if year is None or not (by_words if fiscal_year is None else year == fiscal_year):
            return state._replace(fiscal_year=year)
    elif state.state is not State.INTERIM:
        year = 0 if cell.bracket or not cell.note else fiscal_year or 0
        end = times.last_day_of(cell.plain, year, ends=True) if year else None  # 令和6年3月末現在 of 令和6年度
        old = end and end < first_day(year)
        return ValueState(State.OTHER_YEAR, cell.note, None, fiscal_year_of(end)) if end and old else state
    return times.whole_year(cell.plain)  # also 令和7年5月末現在 of 令和6年度: after the year's end


def _verdict(case: Case) -> Outcome:
    """Rule 1, values that are not the year's result, and else the way of judging that the two readings call for."""
    target, actual = case.target, case.actual
    if target.kind == "none":
        return Outcome("not_applicable", cause=value_words.NO_TARGET, basis="none")
    if actual.blank:
        return Outcome("pending", cause=value_words.NOT_ENTERED, basis="none")
    if not (state := actual.state.state).is_result:
        return undecided(state, "not_measured" if state is State.NOT_MEASURED else "", basis="none")
    if target.relation is not None:
        return _related(case, target.relation)
    if target.span is not None and actual.span is not None:
        return _dated(case, target.span, actual.span)
    said_beside = times.A_GOAL.fullmatch(target.note) and f"{target.note})" not in target.plain
    if target.parts and actual.parts and not said_beside:
        return numeric(case)
    if target.parts and actual.relation is not None:
        return undecided("actual_compares", "needs_previous")
    return _words(case)


def _finished(case: Case, outcome: Outcome) -> Judgement:
    decided = outcome.status in ("achieved", "missed")
    direction = outcome.direction if outcome.basis == "number" else None
    rate = outcome.rate if decided else None
    target, actual = _assumed(case.target, case.actual, outcome)
    flags: list[str] = []
    if outcome.status not in ("pending", "not_applicable"):
        amounts = (case.target.relation.amount,) if case.target.relation and case.target.relation.amount else ()
        flags += ["direction_inferred"] if direction and not case.direction else []
        flags += [outcome.flag] if outcome.flag else []
        flags += ["provisional"] if actual.state.state is State.PROVISIONAL else []
        flags += ["approximate"] if True in [part.approximate for part in target.parts + actual.parts + amounts] else []
        flags += doubts_of(case.name, actual, case.previous) if outcome.flag != "not_measured" else []
    basis, shown = (outcome.basis, (target, actual)) if decided else ("none", (case.target, case.actual))
    return Judgement(
        *(outcome.status, basis, _reason(case, outcome), *shown, case.actual.state),
        *(reading.rounded(rate), rate, direction, outcome.components, tuple(flags)),
    )


def _assumed(target: Reading, actual: Reading, outcome: Outcome) -> tuple[Reading, Reading]:
    """The readings with what the verdict took for granted: the unit of a bare number, and its scale."""
    goal, given = target.quantity, actual.quantity
    if goal is None or given is None or goal.unit.bare == given.unit.bare or not goal.unit.fits(given.unit):
        return target, actual
    bare, other = (goal, given) if goal.unit.bare else (given, goal)
    part = bare.times(outcome.scale)._replace(unit=other.unit, scale=max(outcome.scale, bare.scale))
    unit = f"{reading.SCALE_WORDS.get(outcome.scale, '')}{other.unit.symbol}"
    meant = (target if bare is goal else actual)._replace(parts=(part,), assumed=unit)
    meant = meant._replace(phrase=meant.in_words)
    return (meant, actual) if bare is goal else (target, meant)


def _reason(case: Case, outcome: Outcome) -> str:
    """One sentence, ending in a full stop."""
    if outcome.status not in ("achieved", "missed"):
        return outcome.cause
    if outcome.basis == "text":
        return value_words.SAME_TEXT
    parts = outcome.components
    missed = [part.label or f"{place}番目" for place, part in enumerate(parts, 1) if part.status == "missed"]
    if missed:
        return value_words.PARTS_MISS % {"missed_names": "」「".join(missed)}
    if parts:
        return value_words.PARTS_MEET % {"count": len(parts)}
    both = (case.target, case.actual)
    plain = [one.kind in ("number", "share") for one in both]
    words = [one.phrase.partition("(")[0].removeprefix("目標 ").removeprefix("実績 ") for one in both]
    goal, given = [one if alone else f"「{one}」" for one, alone in zip(words, plain, strict=True)]
    if plain[0] and goal == given:
        return value_words.HIT % {"actual_value": given}
    ranked = case.target.quantity and case.target.quantity.unit.dimension == "rank"
    way = "rank" if outcome.direction and ranked else outcome.direction
    seen = None if not plain[0] else "up" if way == "rank" else way
    facts = {"actual_value": given, "target_value": goal, "way_words": value_words.WAYS[way]}
    return value_words.VERDICTS[outcome.status == "achieved", seen] % facts


# Targets that are no plain values: 前年度比10%増, 現状維持 (rule 8, part by part), dates, words.

_SAME_TEXT = Outcome("achieved", basis="text")


def _words(case: Case) -> Outcome:
    """Rule 9: equal texts are achieved, others are a person's to judge."""
    if case.target.plain == case.actual.plain:
        return _SAME_TEXT
    if not case.target.parts and not case.actual.parts:
        return Outcome("undetermined", cause=value_words.PROSE, basis="none")
    return undecided("unreadable" if case.target.parts else "target_in_words", basis="none")


def _related(case: Case, relation: Relation) -> Outcome:
    """The verdict on a relative target; `undetermined` where last year is needed and not known."""
    if relation.base != "previous" and case.target.plain == case.actual.plain:
        return _SAME_TEXT
    if stated := _stated(case, relation):
        return stated
    direction = _way(case, relation)
    if case.direction and direction and case.direction != direction:
        return undecided("against_change")._replace(direction=case.direction)
    if relation.relation == "unclear":
        return undecided("relation", "needs_previous")._replace(direction=direction)
    previous = _baseline(case, relation)
    if previous is None or not previous.parts:
        base = {"previous": "前年度", "": "現状"}.get(relation.base, relation.base)
        return undecided("no_base", "needs_previous", base_term=base)._replace(direction=direction)
    if not case.actual.parts:
        return _words(case)
    targets: list[Quantity] = []
    for target in (_target_from(relation, part) for part in previous.parts):
        if isinstance(target, Outcome):
            return target._replace(direction=direction)
        targets.append(target)
    verdict = compared(case, tuple(targets), case.actual.parts, direction)
    if relation.relation == "same" and verdict.status != "achieved":
        return undecided("not_level")._replace(components=verdict.components)
    return verdict._replace(rate=None, components=tuple(part._replace(rate=None) for part in verdict.components))


def _baseline(case: Case, relation: Relation) -> Reading | None:
    """What the target is measured against: last year's result, or a value typed beside the base (前年度実績(65%)以上); None
    where the two differ."""
    typed = cells.read(case.target.note) if case.target.note else None
    previous = case.previous if case.previous and case.previous.state.state.is_result else None
    if typed is None or typed.quantity is None or typed.quantity.is_range:
        return previous if relation.base in ("previous", "") else None
    if previous is None or relation.base != "previous":
        return typed
    steps = list(steps_between(previous, typed))
    return typed if steps and all(before == after for before, after in steps) else None


def _way(case: Case, relation: Relation) -> Direction | None:
    if relation.way or relation.relation == "same":
        return relation.way
    more = relation.relation == "ratio" and relation.amount and (relation.amount.value or 0) > 100
    return case.direction or ("up" if more else name_direction(case.name))


def _stated(case: Case, relation: Relation) -> Outcome | None:
    """前年度比10%増 against 前年度比12%増 or 12%増: the amounts are compared, no last year is needed."""
    amount, other, direction = relation.amount, case.actual.relation, _way(case, relation)
    if other is None and amount and amount.change and case.actual.quantity:  # ▲18.2% beside 20%削減
        other = cells.of_amount(relation.base, "", case.actual.quantity)
    if not other or "unclear" in (relation.relation, other.relation) or other.base != relation.base:
        return None
    only = other.amount
    if only and not amount:  # 前年度より減少 against 前年度比5件減: by more than nothing
        status: Status = "achieved" if only.change and way_of(only.change) == relation.way else "missed"
        return Outcome(status, direction=direction) if relation.way and only.change and only.value else None
    alike = (other.relation == "ratio") == (relation.relation == "ratio")
    if not amount or not only or not alike or not only.unit.fits(amount.unit):
        return None
    outcome = compare(amount._replace(label=""), only._replace(label=""), "up" if amount.change else direction)
    return outcome._replace(rate=None, direction=direction)


def _target_from(relation: Relation, before: Quantity) -> Quantity | Outcome:
    """The value that the relation asks for, given last year's."""
    value, amount, word = before.value, relation.amount, str(relation.relation)
    if value is None:
        return undecided("base_range", "needs_previous")
    if amount is not None:
        if amount.value is None:
            return undecided("amount", "needs_previous")
        down = word == "at_most"
        step = -amount.value if down else amount.value
        if amount.unit.dimension == "percent":
            if before.unit.dimension == "percent" or before.unit.bare:
                return undecided("ratio_or_points", "needs_previous")
            if value == 0:
                return undecided("base_zero", "needs_previous")
            share = Fraction(step * amount.unit.factor, 100)
            value *= share if relation.relation == "ratio" else 1 + share
        elif amount.unit.dimension == "point" and before.unit.dimension == "percent":
            value += step
        elif amount.unit.dimension != before.unit.dimension:
            return undecided("base_units", "unit_mismatch")
        else:
            value += Fraction(step * amount.unit.factor, before.unit.factor)
        moved = (("at_most", "below") if down else ("at_least", "above"))[amount.comparator in ("above", "below")]
        word = (amount.comparator or "") if relation.relation == "ratio" else moved
    low, high, low_open, high_open = reading.limits(value, word)
    ends = before._replace(low=low, high=high, low_open=low_open, high_open=high_open)
    return ends._replace(approximate=False, whole=None, is_range=False)


_ENDING = re.compile(
    r"完了|開始|策定|施行|供用|導入|公表|稼働|制定|設置|開設|開館|開所|締結|実施時期|期限|期日|竣工|完成|着手|着工|改[定訂正]|提出|開通|発足|設立|移転"
)


def _dated(case: Case, target: reading.DateSpan, actual: reading.DateSpan) -> Outcome:
    """Dates by a deadline: all of the actual before its end, or all after it; without a deadline only an equal date."""
    if target.has_year != actual.has_year:
        return undecided("one_year_lacks")
    due, first, last = target.last, actual.first, actual.last
    ways: list[tuple[date, ...]] = [(due, first, last)]
    if not target.has_year:  # April after a March deadline: eleven months early, or one late?
        ways.append(tuple(day - timedelta(days=366 if day.month < 4 else 0) for day in ways[0]))
    if (target.first.month, due.month, target.first.year) == (1, 12, due.year):  # 令和6年, meant perhaps as its 年度
        ways.append((last_day(due.year), first, last))
    statuses: set[Status] = {
        "achieved" if last <= due else "missed" if first > due else "undetermined" for due, first, last in ways
    }
    named = target.is_deadline or _ENDING.search(compact(case.name) + case.target.plain + case.actual.plain)
    if len(statuses) == 1 and (named or target.first <= first <= last <= due):
        return Outcome(statuses.pop())
    return undecided("days")
