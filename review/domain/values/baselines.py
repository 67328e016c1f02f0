"""Targets that are no plain values: 前年度比10%増, 現状維持 (rule 8, part by part against last year's 実績), and dates."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import cast

from review.domain.fiscal import last_day
from review.domain.notation import compact
from review.domain.values import cells
from review.domain.values.case import Case, Verdict, words
from review.domain.values.compare import Outcome, Status, compare, undecided
from review.domain.values.direction import Direction, name_direction
from review.domain.values.doubts import steps_between
from review.domain.values.numeric import compared
from review.domain.values.reading import Change, Comparator, DateSpan, Quantity, Reading, Relation


def related(case: Case, relation: Relation) -> Verdict:
    """The verdict on a relative target; `undetermined` where last year is needed and not known."""
    if relation.base == "" and case.target.plain == case.actual.plain:
        return Verdict(outcome=Outcome("achieved"), basis="text")
    stated = _stated(case, relation)
    if stated is not None:
        return stated
    direction = _relative_direction(case, relation)
    if case.direction and direction and case.direction != direction:
        return Verdict(outcome=undecided("指標の方向と目標の増減の表現が矛盾しているため"), direction=case.direction)
    previous = _baseline(case, relation)
    if relation.base == "" and previous is not None and _unchanged(previous, case.actual):
        return Verdict(outcome=Outcome("achieved"))
    if previous is None or not previous.parts or relation.relation == "unclear":
        return Verdict(outcome=_needs_previous(relation), direction=direction)
    if not case.actual.parts:
        return words(case)
    targets = [_target_from(relation, part) for part in previous.parts]
    if any(isinstance(target, Outcome) for target in targets):
        doubt = next(target for target in targets if isinstance(target, Outcome))
        return Verdict(outcome=doubt, direction=direction)
    required = tuple(target for target in targets if isinstance(target, Quantity))
    verdict = compared(case, required, case.actual.parts, direction)
    if relation.relation == "same" and verdict.outcome.status != "achieved":
        return replace(verdict, outcome=undecided("前年並み・維持の目標に対し実績が変わっているため"))
    return _without_rates(verdict)


def _baseline(case: Case, relation: Relation) -> Reading | None:
    """What the target is measured against: last year's 実績, or a value typed beside the base (前年度実績(65%)以上).

    A typed value that is not last year's leaves the base unknown.
    """
    typed = cells.read(case.target.note) if case.target.note else None
    previous = case.previous
    if previous is not None and (previous.not_measured or previous.state in ("part_of_year", "planned")):
        previous = None  # what was not yet last year's result is nothing to compare with
    if typed is None or typed.quantity is None or typed.quantity.is_range:
        return previous if relation.base in ("previous", "") else None
    known = previous if relation.base == "previous" else None
    return typed if known is None or _unchanged(known, typed) else None


def _unchanged(previous: Reading, actual: Reading) -> bool:
    """現状維持 with last year's very value: kept."""
    steps = list(steps_between(previous, actual))
    return len(steps) == len(actual.parts) > 0 and all(before == after for before, after in steps)


def _without_rates(verdict: Verdict) -> Verdict:
    components = tuple(replace(part, rate=None) for part in verdict.components)
    return replace(verdict, outcome=verdict.outcome._replace(rate=None), components=components)


def _relative_direction(case: Case, relation: Relation) -> Direction | None:
    if relation.change:
        return "up" if relation.change == "increase" else "down"
    if relation.relation == "same":
        return None
    amount = relation.amount
    if amount is not None and amount.comparator:
        return "up" if amount.comparator in ("at_least", "above") else "down"
    if case.direction:
        return case.direction
    if relation.relation == "ratio" and amount is not None and amount.value != 100:
        return "up" if amount.value is not None and amount.value > 100 else name_direction(case.name)
    return name_direction(case.name)


def _needs_previous(relation: Relation) -> Outcome:
    if relation.relation == "unclear":
        return undecided("何と比べてどれだけ増減する目標かを読み取れないため", "needs_previous")
    base = {"previous": "前年度", "": "現状"}.get(relation.base, relation.base)
    return undecided(f"比べる元となる{base}の実績が分からないため", "needs_previous")


def _stated(case: Case, relation: Relation) -> Verdict | None:
    """前年度比10%増 against 前年度比12%増 or 12%増: the amounts are compared, no last year is needed."""
    amount, other = relation.amount, case.actual.relation
    if amount is None and relation.change and other is not None and other.base == relation.base:
        return _stated_way(relation.change, other)
    if amount is None or relation.relation == "unclear":
        return None
    if other is not None and other.base == relation.base and other.amount is not None and other.relation != "unclear":
        same_kind = (other.relation == "ratio") == (relation.relation == "ratio")
        return _amounts(case, relation, amount, other.amount) if same_kind else None
    only = case.actual.quantity
    if only is not None and amount.change == "decrease" and only.value is not None and only.value < 0:
        only = replace(only, low=-only.value, high=-only.value, change="decrease")  # ▲18.2% beside 20%削減
    if other is None and only is not None and only.change and amount.change and only.unit.fits(amount.unit):
        return _amounts(case, relation, amount, only)
    return None


def _stated_way(change: Change, other: Relation) -> Verdict | None:
    """前年度より減少 against 前年度比5件減: it went the way that was asked, by more than nothing."""
    if other.change is None or other.amount is None or not other.amount.value or other.relation == "unclear":
        return None
    way: Direction = "up" if change == "increase" else "down"
    return Verdict(outcome=Outcome("achieved" if other.change == change else "missed"), direction=way)


def _amounts(case: Case, relation: Relation, goal: Quantity, given: Quantity) -> Verdict:
    direction: Direction | None = "up" if goal.change else _relative_direction(case, relation)
    outcome = compare(replace(goal, label=""), replace(given, label=""), direction)
    return Verdict(outcome=outcome._replace(rate=None), direction=_relative_direction(case, relation))


def _target_from(relation: Relation, before: Quantity) -> Quantity | Outcome:
    """The value that the relation asks for, given last year's."""
    value = before.value
    if value is None:
        return undecided("前年度の実績に幅があるため", "needs_previous")
    if relation.amount is None:
        return _end(before, value, relation.relation)
    required = _moved(relation, before, value)
    if isinstance(required, Outcome):
        return required
    comparator = relation.amount.comparator
    strict = comparator in ("above", "below")
    word = "at_least" if relation.change != "decrease" else "at_most"
    if relation.relation == "ratio":
        word = comparator or ""
    elif strict:
        word = "above" if relation.change != "decrease" else "below"
    return _end(before, required, word)


def _moved(relation: Relation, before: Quantity, value: Fraction) -> Fraction | Outcome:
    amount = relation.amount
    if amount is None or amount.value is None:
        return undecided("増減の量を読み取れないため", "needs_previous")
    sign = -1 if relation.change == "decrease" else 1
    if amount.unit.dimension == "percent":
        if before.unit.dimension == "percent" or before.unit.bare:
            return undecided("割合の増減が比率かポイントか分からないため", "needs_previous")
        if value == 0:
            return undecided("前年度の実績が0で、割合の増減を求められないため", "needs_previous")
        share = amount.value * amount.unit.factor / 100
        return value * share if relation.relation == "ratio" else value * (1 + sign * share)
    if amount.unit.dimension == "point" and before.unit.dimension == "percent":
        return value + sign * amount.value
    if amount.unit.dimension != before.unit.dimension:
        return undecided("前年度の実績と増減の量の単位が合わないため", "unit_mismatch")
    return value + sign * amount.value * amount.unit.factor / before.unit.factor


def _end(before: Quantity, value: Fraction, word: str) -> Quantity:
    low: Fraction | None = None if word in ("at_most", "below") else value
    high: Fraction | None = None if word in ("at_least", "above") else value
    known: Comparator | None = cast(Comparator, word) if word in ("at_least", "above", "at_most", "below") else None
    return replace(
        before,
        low=low,
        high=high,
        comparator=known,
        low_open=word == "above",
        high_open=word == "below",
        approximate=False,
        whole=None,
        is_range=False,
    )


# Dates

_ENDING = re.compile(
    r"完了|開始|策定|施行|供用|導入|公表|稼働|制定|設置|開設|開館|開所|締結|実施時期|期限|期日|竣工|完成|着手|着工|改定|提出"
)


def dated(case: Case, target: DateSpan, actual: DateSpan) -> Verdict:
    """Dates by a deadline: all of the actual before its end, or all after it; without a deadline only an equal date."""
    if target.has_year != actual.has_year:
        return Verdict(outcome=undecided("目標と実績の一方に年がないため"))
    statuses = {_by(target, actual)}
    if not target.has_year:  # April after a March deadline: eleven months early, or one late?
        statuses.add(_by(_calendar(target), _calendar(actual)))
    if _is_calendar_year(target):  # 令和6年, meant perhaps as its 年度
        statuses.add(_by(replace(target, last=last_day(target.first.year)), actual))
    named = target.is_deadline or _ENDING.search(compact(case.name) + case.target.plain)
    same = target.first <= actual.first and actual.last <= target.last
    if len(statuses) == 1 and (named or same):
        return Verdict(outcome=Outcome(statuses.pop()))
    return Verdict(outcome=undecided("日付の前後だけでは達成したかどうかが定まらないため"))


def _by(target: DateSpan, actual: DateSpan) -> Status:
    if actual.last <= target.last:
        return "achieved"
    return "missed" if actual.first > target.last else "undetermined"


def _is_calendar_year(span: DateSpan) -> bool:
    return (span.first.month, span.last.month, span.first.year) == (1, 12, span.last.year)


def _calendar(span: DateSpan) -> DateSpan:
    year = timedelta(days=366)
    early = span.first.month < 4
    return replace(span, first=span.first - year, last=span.last - year) if early else span
