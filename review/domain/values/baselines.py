"""Targets that are no plain values: 前年度比10%増, 現状維持 (rule 8, part by part against last year's 実績), dates, words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import cast

from review.domain.fiscal import last_day
from review.domain.notation import compact
from review.domain.values import cells
from review.domain.values.compare import Outcome, Status, compare, undecided
from review.domain.values.direction import Direction, name_direction
from review.domain.values.numeric import Case, compared, steps_between
from review.domain.values.reading import (
    COMPARATOR_WORDS,
    Comparator,
    DateSpan,
    Quantity,
    Reading,
    Relation,
    limits,
    way_of,
)

_SAME_TEXT = Outcome("achieved", basis="text")
_PROSE = "目標と実績が文章で書かれているため、担当者が内容を見て判断してください。"


def words(case: Case) -> Outcome:
    """Rule 9: equal texts are achieved, others are a person's to judge."""
    if case.target.plain == case.actual.plain:
        return _SAME_TEXT
    if not case.target.parts and not case.actual.parts:
        return Outcome("undetermined", cause=_PROSE, basis="none")
    cause = "実績を数値として読み取れないため" if case.target.parts else "目標が文章で実績が数値のため"
    return undecided(cause, basis="none")


def related(case: Case, relation: Relation) -> Outcome:
    """The verdict on a relative target; `undetermined` where last year is needed and not known."""
    if relation.base == "" and case.target.plain == case.actual.plain:
        return _SAME_TEXT
    stated = _stated(case, relation)
    if stated is not None:
        return stated
    direction = _direction(case, relation)
    if case.direction and direction and case.direction != direction:
        return undecided("指標の方向と目標の増減の表現が矛盾しているため")._replace(direction=case.direction)
    previous = _baseline(case, relation)
    if relation.base == "" and previous is not None and _unchanged(previous, case.actual):
        return Outcome("achieved")
    if previous is None or not previous.parts or relation.relation == "unclear":
        return _needs_previous(relation)._replace(direction=direction)
    if not case.actual.parts:
        return words(case)
    targets = [_target_from(relation, part) for part in previous.parts]
    doubt = next((target for target in targets if isinstance(target, Outcome)), None)
    if doubt is not None:
        return doubt._replace(direction=direction)
    verdict = compared(case, tuple(cast(list[Quantity], targets)), case.actual.parts, direction)
    if relation.relation == "same" and verdict.status != "achieved":
        return undecided("前年並み・維持の目標に対し実績が変わっているため")._replace(components=verdict.components)
    return verdict._replace(rate=None, components=tuple(replace(part, rate=None) for part in verdict.components))


def _baseline(case: Case, relation: Relation) -> Reading | None:
    """What the target is measured against: last year's 実績, or a value typed beside the base (前年度実績(65%)以上).

    A typed value that is not last year's leaves the base unknown; what was not yet last year's result is none.
    """
    typed = cells.read(case.target.note) if case.target.note else None
    previous = case.previous
    if previous is not None and not previous.state.state.is_result:
        previous = None
    if typed is None or typed.quantity is None or typed.quantity.is_range:
        return previous if relation.base in ("previous", "") else None
    known = previous if relation.base == "previous" else None
    return typed if known is None or _unchanged(known, typed) else None


def _unchanged(previous: Reading, actual: Reading) -> bool:
    """現状維持 with last year's very value."""
    steps = list(steps_between(previous, actual))
    return len(steps) == len(actual.parts) > 0 and all(before == after for before, after in steps)


def _direction(case: Case, relation: Relation) -> Direction | None:
    amount = relation.amount
    if relation.change:
        return "up" if relation.change == "increase" else "down"
    if relation.relation == "same":
        return None
    if amount is not None and amount.comparator:
        return way_of(amount.comparator)
    if not case.direction and relation.relation == "ratio" and amount and (amount.value or 0) > 100:
        return "up"
    return case.direction or name_direction(case.name)


def _needs_previous(relation: Relation) -> Outcome:
    if relation.relation == "unclear":
        return undecided("何と比べてどれだけ増減する目標かを読み取れないため", "needs_previous")
    base = {"previous": "前年度", "": "現状"}.get(relation.base, relation.base)
    return undecided(f"比べる元となる{base}の実績が分からないため", "needs_previous")


def _stated(case: Case, relation: Relation) -> Outcome | None:
    """前年度比10%増 against 前年度比12%増 or 12%増: the amounts are compared, no last year is needed."""
    amount, other, only = relation.amount, case.actual.relation, case.actual.quantity
    if relation.relation == "unclear" or (other is not None and (other.base != relation.base or other.amount is None)):
        return None
    if other is not None and other.amount is not None and other.relation != "unclear":
        if amount is None:  # 前年度より減少 against 前年度比5件減: by more than nothing
            if not (relation.change and other.change and other.amount.value):
                return None
            status: Status = "achieved" if other.change == relation.change else "missed"
            return Outcome(status, direction=_direction(case, relation))
        only = other.amount
        comparable = (other.relation == "ratio") == (relation.relation == "ratio")
    else:
        if only is not None and only.value is not None and only.value < 0:
            only = replace(only.times(-1), change="decrease")  # ▲18.2% beside 20%削減
        changes = amount is not None and only is not None and amount.change and only.change
        comparable = bool(other is None and changes)
    if amount is None or only is None or not comparable or not only.unit.fits(amount.unit):
        return None
    direction = _direction(case, relation)
    outcome = compare(replace(amount, label=""), replace(only, label=""), "up" if amount.change else direction)
    return outcome._replace(rate=None, direction=direction)


def _target_from(relation: Relation, before: Quantity) -> Quantity | Outcome:
    """The value that the relation asks for, given last year's."""
    value, amount, word = before.value, relation.amount, str(relation.relation)
    if value is None:
        return undecided("前年度の実績に幅があるため", "needs_previous")
    if amount is not None:
        down = relation.change == "decrease"
        step = amount.value if not down or amount.value is None else -amount.value
        if step is None:
            return undecided("増減の量を読み取れないため", "needs_previous")
        if amount.unit.dimension == "percent":
            if before.unit.dimension == "percent" or before.unit.bare:
                return undecided("割合の増減が比率かポイントか分からないため", "needs_previous")
            if value == 0:
                return undecided("前年度の実績が0で、割合の増減を求められないため", "needs_previous")
            share = step * amount.unit.factor / 100
            value *= share if relation.relation == "ratio" else 1 + share
        elif amount.unit.dimension == "point" and before.unit.dimension == "percent":
            value += step
        elif amount.unit.dimension != before.unit.dimension:
            return undecided("前年度の実績と増減の量の単位が合わないため", "unit_mismatch")
        else:
            value += step * amount.unit.factor / before.unit.factor
        strict = amount.comparator in ("above", "below")
        moved = ("below" if strict else "at_most") if down else ("above" if strict else "at_least")
        word = (amount.comparator or "") if relation.relation == "ratio" else moved
    comparator = cast(Comparator, word) if word in COMPARATOR_WORDS else None
    return replace(before, **limits(value, value, comparator), approximate=False, whole=None, is_range=False)


_ENDING = re.compile(
    r"完了|開始|策定|施行|供用|導入|公表|稼働|制定|設置|開設|開館|開所|締結|実施時期|期限|期日|竣工|完成|着手|着工|改定|提出"
)


def dated(case: Case, target: DateSpan, actual: DateSpan) -> Outcome:
    """Dates by a deadline: all of the actual before its end, or all after it; without a deadline only an equal date."""
    if target.has_year != actual.has_year:
        return undecided("目標と実績の一方に年がないため")
    statuses = {_by(target, actual)}
    if not target.has_year:  # April after a March deadline: eleven months early, or one late?
        statuses.add(_by(_calendar(target), _calendar(actual)))
    first, last = target.first, target.last
    if (first.month, last.month, first.year) == (1, 12, last.year):  # 令和6年, meant perhaps as its 年度
        statuses.add(_by(replace(target, last=last_day(first.year)), actual))
    named = target.is_deadline or _ENDING.search(compact(case.name) + case.target.plain)
    same = first <= actual.first and actual.last <= last
    if len(statuses) == 1 and (named or same):
        return Outcome(statuses.pop())
    return undecided("日付の前後だけでは達成したかどうかが定まらないため")


def _by(target: DateSpan, actual: DateSpan) -> Status:
    if actual.last <= target.last:
        return "achieved"
    return "missed" if actual.first > target.last else "undetermined"


def _calendar(span: DateSpan) -> DateSpan:
    year = timedelta(days=366 if span.first.month < 4 else 0)
    return replace(span, first=span.first - year, last=span.last - year)
