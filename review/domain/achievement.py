"""Judging an 実績 against its 目標: `judge`.

A verdict is given only where every honest reading leads to it. Numbers decide by comparison, equal texts are achieved
for a person to confirm, and everything else is `undetermined` with the reason. A text never makes a `missed`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from review.domain import doubts, values
from review.domain.comparison import NO_DIRECTION, Outcome, Status, compare, rounded, worst
from review.domain.direction import Direction, from_plan, infer_direction, is_reduction, name_direction, of_target
from review.domain.notation import compact
from review.domain.pairing import pair, settled_in_every_order
from review.domain.reading import DateSpan, Quantity, Reading, Relation

__all__ = ["Component", "Judgement", "infer_direction", "judge"]

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
                {"label": part.label, "target": part.target, "actual": part.actual, "status": part.status,
                 "rate": _plain(part.rate)}
                for part in self.components
            ],
            "flags": list(self.flags),
            "reading": {"target": self.target_reading.sentence, "actual": self.actual_reading.sentence},
            "reason": self.reason,
        }


def _plain(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Case:
    """One question: the readings and what is known about the indicator."""

    name: str
    target: Reading
    actual: Reading
    previous: Reading | None
    targets: tuple[str, ...]
    asked: Direction | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verdict:
    outcome: Outcome
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    basis: Basis = "number"


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
    case = _Case(
        name=name, target=values.read(target), actual=values.read(actual),
        previous=None if previous is None else values.read(previous), targets=tuple(targets), asked=direction,
    )
    absent = _absent(case)
    if absent is not None:
        return absent
    return _finished(case, _verdict(case))


# Nothing to judge


def _absent(case: _Case) -> Judgement | None:
    """Rule 1: no target, no actual yet, or an actual that was not measured."""
    if case.target.kind == "none":
        return _undecided(case, "not_applicable", "目標が設定されていないため、評価の対象外です。")
    if case.actual.kind == "none" and case.actual.blank:
        return _undecided(case, "pending", "実績がまだ入力されていません。")
    if case.actual.kind == "none" or case.actual.not_measured:
        return _undecided(case, "undetermined", "実績が測定されていないため、判定できません。", ("not_measured",))
    return None


def _undecided(case: _Case, status: Status, reason: str, flags: tuple[str, ...] = ()) -> Judgement:
    return Judgement(status=status, basis="none", reason=reason, flags=flags, target_reading=case.target,
                     actual_reading=case.actual)


# The verdict


def _verdict(case: _Case) -> _Verdict:
    target, actual = case.target, case.actual
    if target.relation is not None:
        return _related(case, target.relation)
    if target.span is not None and actual.span is not None:
        return _dated(case, target.span, actual.span)
    if target.parts and actual.parts:
        return _numeric(case, target.parts, actual.parts)
    if target.parts and actual.relation is not None:
        return _Verdict(outcome=_amount_against(case, target.parts, actual.relation))
    return _words(case)


def _words(case: _Case) -> _Verdict:
    """Rule 9: equal texts are achieved, others are a person's to judge."""
    if case.target.plain == case.actual.plain:
        return _Verdict(outcome=Outcome("achieved"), basis="text")
    if case.target.parts:
        cause = "実績を数値として読み取れないため、判定できません。"
    elif case.actual.parts:
        cause = "目標が文章で実績が数値のため、判定できません。"
    else:
        cause = "文章で書かれた目標と実績は、人が判断します。"
    return _Verdict(outcome=Outcome("undetermined", None, "", cause), basis="none")


# Numbers


def _numeric(case: _Case, targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...]) -> _Verdict:
    direction, doubt = _direction(case)
    if doubt is not None:
        return _Verdict(outcome=doubt, direction=direction)
    return _compared(case, targets, actuals, direction)


def _direction(case: _Case) -> tuple[Direction | None, Outcome | None]:
    """Rule 2: the indicator's own setting, a comparator, the plan's targets, the name."""
    demanded = of_target(case.target)
    mixed = demanded is None and any(part.comparator for part in case.target.parts)
    if case.asked is not None:
        if mixed or (demanded is not None and demanded != case.asked):
            return case.asked, Outcome("undetermined", None, "", "指標の方向と目標の以上・以下の表現が矛盾しているため、判定できません。")
        return case.asked, None
    if mixed:
        return None, None  # each part obeys its own comparator
    if demanded is not None:
        return demanded, None
    if any(part.value == 0 for part in case.target.parts) and not case.target.parts[0].is_range:
        return ("down" if name_direction(case.name) == "down" else None), None
    found, _ = from_plan(case.name, case.targets)
    if found == "up" and is_reduction(case.name) and _has_negative(case):
        return None, None  # a 削減率 of -5% and of 5% may be the same
    return found, None


def _has_negative(case: _Case) -> bool:
    parts = case.target.parts + case.actual.parts
    return any(end is not None and end < 0 for part in parts for end in (part.low, part.high))


def _compared(case: _Case, targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...], direction: Direction | None) -> _Verdict:
    """Rule 7: parts by label or place; 各… against each part."""
    period = _period_in_name(case.name)
    reduction = is_reduction(case.name)

    def one(target: Quantity, actual: Quantity) -> Outcome:
        own = direction
        if own is None and target.comparator:
            own = "up" if target.comparator in ("at_least", "above") else "down"
        return compare(target, actual, own, reduction=reduction, period=period)

    if len(targets) == 1 and len(actuals) == 1:
        return _Verdict(outcome=one(targets[0], actuals[0]), direction=direction)
    if len(targets) == 1 and targets[0].each:
        targets = tuple(replace(targets[0], each="", label=actual.label) for actual in actuals)
        actuals = tuple(replace(actual, each="") for actual in actuals)
    if len(targets) != len(actuals):
        outcome = Outcome("undetermined", None, "parts_mismatch", "目標と実績の内訳の数が異なるため、判定できません。")
        return _Verdict(outcome=outcome, direction=direction)
    pairs, certain = pair(targets, actuals)
    if not certain:
        return _Verdict(outcome=settled_in_every_order(targets, actuals, one), direction=direction)
    outcomes = [one(*both) for both in pairs]
    return _Verdict(outcome=worst(outcomes), direction=direction, components=_components(pairs, outcomes))


def _components(pairs: list[tuple[Quantity, Quantity]], outcomes: list[Outcome]) -> tuple[Component, ...]:
    return tuple(
        Component(label=target.label or actual.label, target=replace(target, label="").phrase,
                  actual=replace(actual, label="").phrase, status=outcome.status, rate=rounded(outcome.rate))
        for (target, actual), outcome in zip(pairs, outcomes, strict=True)
    )


def _period_in_name(name: str) -> str:
    found = re.search(r"(?:(?<![\d年])月(?:間|平均|当たり|あたり|別)|1(?:か|ヶ|カ)?月(?:当たり|あたり)|毎月|年度月平均)|(週間?(?:平均|当たり)|毎週)|(1日|日平均|毎日)",
                      compact(name))
    if not found:
        return ""
    return "週" if found[1] else "日" if found[2] else "月"


# Relative targets


def _related(case: _Case, relation: Relation) -> _Verdict:
    """Rule 8: relative targets need last year's actual, part by part."""
    if relation.base == "" and case.target.plain == case.actual.plain:
        return _Verdict(outcome=Outcome("achieved"), basis="text")
    stated = _stated(case, relation)
    if stated is not None:
        return stated
    direction = _relative_direction(case, relation)
    if case.asked and direction and case.asked != direction:
        cause = "指標の方向と目標の増減の表現が矛盾しているため、判定できません。"
        return _Verdict(outcome=Outcome("undetermined", None, "", cause), direction=case.asked)
    previous = case.previous
    if relation.base != "previous" or previous is None or not previous.parts or relation.relation == "unclear":
        return _Verdict(outcome=_needs_previous(relation), direction=direction)
    if not case.actual.parts:
        return _words(case)
    targets = [_target_from(relation, part) for part in previous.parts]
    if any(isinstance(target, Outcome) for target in targets):
        doubt = next(target for target in targets if isinstance(target, Outcome))
        return _Verdict(outcome=doubt, direction=direction)
    wanted = tuple(target for target in targets if isinstance(target, Quantity))
    verdict = _compared(case, wanted, case.actual.parts, direction)
    if relation.relation == "same" and verdict.outcome.status != "achieved":
        cause = "前年並み・維持の目標に対し実績が変わっているため、判定できません。"
        return replace(verdict, outcome=Outcome("undetermined", None, "", cause))
    return _without_rates(verdict)


def _without_rates(verdict: _Verdict) -> _Verdict:
    components = tuple(replace(part, rate=None) for part in verdict.components)
    return replace(verdict, outcome=verdict.outcome._replace(rate=None), components=components)


def _relative_direction(case: _Case, relation: Relation) -> Direction | None:
    if relation.change:
        return "up" if relation.change == "increase" else "down"
    if relation.relation == "same":
        return None
    amount = relation.amount
    if amount is not None and amount.comparator:
        return "up" if amount.comparator in ("at_least", "above") else "down"
    if case.asked:
        return case.asked
    if relation.relation == "ratio" and amount is not None and amount.value != 100:
        return "up" if amount.value is not None and amount.value > 100 else name_direction(case.name)
    return name_direction(case.name)


def _needs_previous(relation: Relation) -> Outcome:
    if relation.relation == "unclear":
        return Outcome("undetermined", None, "needs_previous", "何と比べてどれだけ増減する目標かを読み取れないため、判定できません。")
    base = {"previous": "前年度", "": "現状"}.get(relation.base, relation.base)
    return Outcome("undetermined", None, "needs_previous", f"比べる元となる{base}の実績が分からないため、判定できません。")


def _stated(case: _Case, relation: Relation) -> _Verdict | None:
    """前年度比10%増 against 前年度比12%増 or 12%増: the amounts are compared, no last year is needed."""
    amount = relation.amount
    if amount is None or relation.relation == "unclear":
        return None
    other = case.actual.relation
    if other is not None and other.base == relation.base and other.amount is not None and other.relation != "unclear":
        if (other.relation == "ratio") == (relation.relation == "ratio"):
            return _amounts(case, relation, amount, other.amount)
    only = case.actual.quantity
    if other is None and only is not None and only.change and amount.change and only.unit.fits(amount.unit):
        return _amounts(case, relation, amount, only)
    return None


def _amounts(case: _Case, relation: Relation, wanted: Quantity, given: Quantity) -> _Verdict:
    direction: Direction | None = "up" if wanted.change else _relative_direction(case, relation)
    outcome = compare(replace(wanted, label=""), replace(given, label=""), direction)
    return _Verdict(outcome=outcome._replace(rate=None), direction=_relative_direction(case, relation))


def _target_from(relation: Relation, before: Quantity) -> Quantity | Outcome:
    """The value that the relation asks for, given last year's."""
    value = before.value
    if value is None:
        return Outcome("undetermined", None, "needs_previous", "前年度の実績に幅があるため、判定できません。")
    if relation.amount is None:
        return _end(before, value, relation.relation)
    wanted = _moved(relation, before, value)
    if isinstance(wanted, Outcome):
        return wanted
    comparator = relation.amount.comparator
    strict = comparator in ("above", "below")
    word = "at_least" if relation.change != "decrease" else "at_most"
    if relation.relation == "ratio":
        word = comparator or ""
    elif strict:
        word = "above" if relation.change != "decrease" else "below"
    return _end(before, wanted, word)


def _moved(relation: Relation, before: Quantity, value: Fraction) -> Fraction | Outcome:
    amount = relation.amount
    if amount is None or amount.value is None:
        return Outcome("undetermined", None, "needs_previous", "増減の量を読み取れないため、判定できません。")
    sign = -1 if relation.change == "decrease" else 1
    if amount.unit.dimension == "percent":
        if before.unit.dimension == "percent" or before.unit.bare:
            return Outcome("undetermined", None, "needs_previous", "割合の増減が比率かポイントか分からないため、判定できません。")
        share = amount.value * amount.unit.factor / 100
        return value * share if relation.relation == "ratio" else value * (1 + sign * share)
    if amount.unit.dimension == "point" and before.unit.dimension == "percent":
        return value + sign * amount.value
    if amount.unit.dimension != before.unit.dimension:
        return Outcome("undetermined", None, "unit_mismatch", "前年度の実績と増減の量の単位が合わないため、判定できません。")
    return value + sign * amount.value * amount.unit.factor / before.unit.factor


def _end(before: Quantity, value: Fraction, word: str) -> Quantity:
    low: Fraction | None = None if word in ("at_most", "below") else value
    high: Fraction | None = None if word in ("at_least", "above") else value
    known = word if word in ("at_least", "above", "at_most", "below") else None
    return replace(before, low=low, high=high, comparator=known, low_open=word == "above",  # type: ignore[arg-type]
                   high_open=word == "below", approximate=False, whole=None, is_range=False)


def _amount_against(case: _Case, targets: tuple[Quantity, ...], relation: Relation) -> Outcome:
    """10%削減 against 前年度比12%削減: a person must say whether the base is the same."""
    return Outcome("undetermined", None, "needs_previous", "実績がほかの年との比較で書かれているため、判定できません。")


# Dates

_ENDING = re.compile(r"完了|開始|策定|施行|供用|導入|公表|稼働|制定|設置|開設|開館|開所|締結|実施時期|期限|期日|竣工|完成|着手|着工|改定|提出")


def _dated(case: _Case, target: DateSpan, actual: DateSpan) -> _Verdict:
    """Dates by a deadline: all of the actual before its end, or all after it; without a deadline only an equal date."""
    if target.has_year != actual.has_year:
        return _Verdict(outcome=Outcome("undetermined", None, "", "目標と実績の一方に年がないため、判定できません。"))
    statuses = {_by(target, actual)}
    if not target.has_year:  # April after a March deadline: eleven months early, or one late?
        statuses.add(_by(_calendar(target), _calendar(actual)))
    named = target.is_deadline or _ENDING.search(compact(case.name) + case.target.plain)
    same = target.first <= actual.first and actual.last <= target.last
    if len(statuses) == 1 and (named or same):
        return _Verdict(outcome=Outcome(statuses.pop()))
    cause = "日付の前後だけでは達成したかどうかが定まらないため、判定できません。"
    return _Verdict(outcome=Outcome("undetermined", None, "", cause))


def _by(target: DateSpan, actual: DateSpan) -> Status:
    if actual.last <= target.last:
        return "achieved"
    return "missed" if actual.first > target.last else "undetermined"


def _calendar(span: DateSpan) -> DateSpan:
    year = timedelta(days=366)
    early = span.first.month < 4
    return replace(span, first=span.first - year, last=span.last - year) if early else span


# The answer


def _finished(case: _Case, verdict: _Verdict) -> Judgement:
    outcome = verdict.outcome
    is_number = verdict.basis == "number"
    decided = outcome.status in ("achieved", "missed")
    rate = outcome.rate if decided else None
    direction = verdict.direction if is_number else None
    return Judgement(
        status=outcome.status, basis=verdict.basis if decided else "none", rate=rounded(rate), exact_rate=rate,
        direction=direction, components=verdict.components, flags=_flags(case, verdict, direction),
        reason=_reason(case, verdict, rate), target_reading=case.target, actual_reading=case.actual,
    )


def _flags(case: _Case, verdict: _Verdict, direction: Direction | None) -> tuple[str, ...]:
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


def _reason(case: _Case, verdict: _Verdict, rate: Fraction | None) -> str:
    outcome = verdict.outcome
    if outcome.status == "undetermined":
        return outcome.cause or NO_DIRECTION.cause
    if verdict.basis == "text":
        return "実績が目標と同じ文言のため達成とみなしました。内容を確認してください。"
    wanted, given = (reading.sentence.partition("(")[0] for reading in (case.target, case.actual))
    if verdict.components:
        missed = [part.label or f"{place}番目" for place, part in enumerate(verdict.components, 1) if part.status == "missed"]
        if missed:
            return f"内訳のうち{'、'.join(missed)}が目標に届いていないため、未達成です。"
        return f"{len(verdict.components)}つの内訳がすべて目標を満たすため、達成です。"
    way = {"up": "(多い方がよい指標)", "down": "(少ない方がよい指標)"}.get(verdict.direction or "", "")
    verb = "満たすため、達成です。" if outcome.status == "achieved" else "満たさないため、未達成です。"
    return f"実績 {given} は目標 {wanted} {way}を{verb}".replace(" (", "(").replace(" を", "を")
