"""Judging numbers: every reading of the target with every reading of the 実績, part by part."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from review.domain.notation import compact
from review.domain.values.case import Case, Component, Verdict
from review.domain.values.compare import (
    CONTRADICTION,
    NO_DIRECTION,
    Direction,
    Outcome,
    compare,
    negated,
    rounded,
    undecided,
    worst,
)
from review.domain.values.direction import from_plan, name_direction, named_change, of_parts, trend
from review.domain.values.pairing import DIFFERENT, pair, same_thing, settled_in_every_order
from review.domain.values.reading import Quantity

Parts = tuple[Quantity, ...]

_CUMULATIVE = re.compile(r"累計|累積|通算|計画期間")


def numeric(case: Case) -> Verdict:
    """The verdict to which every reading leads; `undetermined`, naming two of them, where they differ."""
    entries = [(goal, given, _of_parts(case, goal, given)) for goal in case.target.readings for given in _actuals(case)]
    if len(entries) == 1:
        return entries[0][2]
    # A reading that cannot be compared at all is none, where another can: 1・5ha beside 1.4ha is no list.
    comparable = [entry for entry in entries if entry[2].outcome.flag != "parts_mismatch"]
    candidates = comparable or entries
    first = candidates[0]
    other = next((entry for entry in candidates if entry[2].outcome.status != first[2].outcome.status), None)
    if other is not None:
        return replace(first[2], outcome=_differ(first[:2], other[:2]), components=())
    if any(entry[2].outcome.rate != first[2].outcome.rate for entry in candidates):
        return replace(first[2], outcome=first[2].outcome._replace(rate=None))
    return first[2]


def _actuals(case: Case) -> tuple[Parts, ...]:
    """The readings of the 実績, and for a running total the larger value in brackets: 3 (8)."""
    actual = case.actual
    only, bracket = actual.quantity, actual.bracket
    if not bracket or only is None:
        return actual.readings
    if not _CUMULATIVE.search(compact(case.name) + _OTHER_VALUE.sub("", case.target.plain)):
        return actual.readings
    total = bracket[0] if not bracket[0].unit.bare else replace(bracket[0], unit=only.unit)
    if total.unit.dimension != only.unit.dimension or (total.value or 0) <= (only.value or 0):
        return actual.readings
    return (*actual.readings, (replace(total, label=only.label),))


def _differ(first: tuple[Parts, Parts], other: tuple[Parts, Parts]) -> Outcome:
    side = 0 if first[0] != other[0] else 1
    ways = ["、".join(part.phrase for part in one[side]) for one in (first, other)]
    return undecided(f"{('目標', '実績')[side]}を「{ways[0]}」と読むか「{ways[1]}」と読むかで判定が分かれるため")


def _of_parts(case: Case, targets: Parts, actuals: Parts) -> Verdict:
    if _falls_by(case, targets + actuals):
        return _less(case, targets, actuals)
    direction, doubt = _direction(case, targets)
    doubt = doubt or _other_span(case)
    if doubt is not None:
        return Verdict(outcome=doubt, direction=direction)
    verdict = compared(case, targets, actuals, direction)
    if len(targets) == len(actuals) == 1 and targets[0].breakdown and actuals[0].breakdown:
        parts = compared(case, targets[0].breakdown, actuals[0].breakdown, direction)
        if parts.outcome.status == verdict.outcome.status:
            return parts
        doubt = undecided("合計と内訳とで判定が分かれるため", "parts_mismatch")
        return replace(verdict, outcome=doubt)
    return verdict


def _falls_by(case: Case, parts: Parts) -> bool:
    """True for a 削減率 of ▲46% beside ▲28.5%: both are amounts by which something fell."""
    if named_change(case.name) != "decrease" or case.direction is not None or any(part.comparator for part in parts):
        return False
    return all(part.value is not None and part.value < 0 for part in parts)


def _less(case: Case, targets: Parts, actuals: Parts) -> Verdict:
    """The larger fall is the better one; negative values have no rate."""
    fallen = [tuple(negated(part) for part in side) for side in (targets, actuals)]
    verdict = compared(case, fallen[0], fallen[1], "up")
    return replace(verdict, outcome=verdict.outcome._replace(rate=None), direction="down", components=())


# The direction


def _direction(case: Case, targets: Parts) -> tuple[Direction | None, Outcome | None]:
    """Rule 2: the indicator's own setting, a comparator, the plan's targets, the name."""
    if all(part.change == "decrease" for part in targets):
        return "up", None  # an amount of 削減: the more the better, whichever way the level goes
    demanded = of_parts(targets)
    mixed = demanded is None and any(part.comparator for part in targets)
    if case.direction is not None:
        against = mixed or (demanded is not None and demanded != case.direction)
        return case.direction, CONTRADICTION if against else None
    if mixed:
        return None, None  # each part obeys its own comparator
    if demanded is not None:
        at_the_most = case.target.plain.startswith(("最大", "上限"))  # 最大500人 of 参加者数 is what there is room for
        return (None, NO_DIRECTION) if at_the_most and name_direction(case.name) != "down" else (demanded, None)
    if any(part.value == 0 for part in targets) and not targets[0].is_range:
        return ("down" if name_direction(case.name) == "down" else None), None
    direction = from_plan(case.name, case.targets)[0] or _of_labels(case, targets)
    if direction == "up" and named_change(case.name) and _has_negative(targets + case.actual.parts):
        return None, None  # a 削減率 of -5% and of 5% may be the same
    return direction, None


def _of_labels(case: Case, targets: Parts) -> Direction | None:
    """登録 60人 開催 90回: what the values are called, where the indicator's name and its targets say nothing."""
    if not all(part.label for part in targets) or trend(case.targets).direction:
        return None
    directions = {name_direction(part.label) for part in targets}
    return directions.pop() if len(directions) == 1 else None


def _has_negative(parts: Parts) -> bool:
    return any(end is not None and end < 0 for part in parts for end in (part.low, part.high))


# What is counted, and for how long

_YEARS = re.compile(r"(?<!\d)(?:[2-9]|1\d)[かヶカ]?年(?:間|分)(?!平均)")  # 300人(3年間)
_SINGLE_YEAR = re.compile(r"単年|単独年度")
_EVERY_TIME = re.compile(r"延べ|のべ|延人数")
_EVERY_HEAD = re.compile(r"実人数|実人員|実(?=\d)|実数")
_SPANS = (
    (_CUMULATIVE, _SINGLE_YEAR, "一方が累計、他方が単年の値"),
    (_SINGLE_YEAR, _CUMULATIVE, "一方が単年、他方が累計の値"),
    (_EVERY_TIME, _EVERY_HEAD, "一方が延べ数、他方が実数"),
    (_EVERY_HEAD, _EVERY_TIME, "一方が実数、他方が延べ数"),
)
_SPAN_WORD = re.compile("[累単実延]|通算|のべ|計画期間|年[間分]")
_OF_THE_YEAR = undecided("目標と実績の一方が累計ですが、他方が累計か単年の値か分からないため")
_SEVERAL_YEARS = undecided("実績が複数年の値のため")
_OTHER_VALUE = re.compile(r"\([^()]*\d[^()]*\)")


def _other_span(case: Case) -> Outcome | None:
    """A total since the beginning is not compared with one year's: 累計120基 and 35基(単年)."""
    target, actual = case.target.plain, case.actual.plain
    if not _SPAN_WORD.search(target + actual):
        return None
    if _YEARS.search(actual) and not _YEARS.search(target + compact(case.name)):
        return _SEVERAL_YEARS
    goal = _OTHER_VALUE.sub("", target) or target
    if not any(span[0].search(goal) for span in _SPANS):
        goal = compact(case.name)
    given = _OTHER_VALUE.sub("", actual)
    for one, other, cause in _SPANS:
        if one.search(goal) and other.search(given) and not other.search(goal) and not one.search(given):
            return undecided(f"目標と実績の{cause}のため")
    return None


def _may_be_of_the_year(case: Case, target: Quantity, actual: Quantity) -> bool:
    """累計60件 beside a bare 4件 is perhaps the year's own, and 累計60件 beside a target of 10件 perhaps of many years."""
    if not _CUMULATIVE.search(case.target.plain + case.actual.plain) or _CUMULATIVE.search(compact(case.name)):
        return False
    if not actual.value or not target.value:
        return False
    total, given = (_CUMULATIVE.search(_OTHER_VALUE.sub("", side.plain)) for side in (case.target, case.actual))
    goal, reached = target.value * target.unit.factor, actual.value * actual.unit.factor
    if total and not given:
        return 0 < reached * 3 < goal * 2
    return bool(given and not total) and reached >= goal * 2 > 0


# Part by part


def compared(case: Case, targets: Parts, actuals: Parts, direction: Direction | None) -> Verdict:
    """Rule 7: parts by label or place; 各… against each part."""
    period = _period_in_name(case.name)
    named = named_change(case.name)

    def one(target: Quantity, actual: Quantity) -> Outcome:
        own = direction
        if own is None and target.comparator:
            own = "up" if target.comparator in ("at_least", "above") else "down"
        return compare(target, actual, own, named=named, period=period)

    if len(targets) == 1 and len(actuals) == 1:
        if not same_thing(targets[0], actuals[0], case.name):
            return Verdict(outcome=DIFFERENT, direction=direction)
        if _may_be_of_the_year(case, targets[0], actuals[0]):
            return Verdict(outcome=_OF_THE_YEAR, direction=direction)
        return Verdict(outcome=one(targets[0], actuals[0]), direction=direction)
    if len(targets) == 1 and targets[0].each:
        targets = tuple(replace(targets[0], each="", label=actual.label) for actual in actuals)
        actuals = tuple(replace(actual, each="") for actual in actuals)
    if len(targets) == 1 and len(actuals) > 1:
        actuals = _of_the_same_kind(targets[0], actuals)
        if len(actuals) == 1:
            return Verdict(outcome=one(targets[0], actuals[0]), direction=direction)
    if len(targets) != len(actuals):
        outcome = undecided("目標と実績の内訳の数が異なるため", "parts_mismatch")
        return Verdict(outcome=outcome, direction=direction)
    pairs, certain = pair(targets, actuals)
    if not certain:
        return Verdict(outcome=settled_in_every_order(targets, actuals, one), direction=direction)
    outcomes = [one(*both) for both in pairs]
    return Verdict(outcome=worst(outcomes), direction=direction, components=_components(pairs, outcomes))


def _of_the_same_kind(target: Quantity, actuals: Parts) -> Parts:
    """11回、延べ230人 beside 10回: the one value that is counted in the target's unit; all of them where it is not one."""
    if target.unit.bare or target.label or target.each or any(actual.unit.bare for actual in actuals):
        return actuals
    alike = tuple(actual for actual in actuals if actual.unit.fits(target.unit))
    return alike if len(alike) == 1 and not alike[0].label else actuals


def _components(pairs: list[tuple[Quantity, Quantity]], outcomes: list[Outcome]) -> tuple[Component, ...]:
    return tuple(
        Component(
            label=target.label or actual.label,
            target=replace(target, label="").phrase,
            actual=replace(actual, label="").phrase,
            status=outcome.status,
            rate=rounded(outcome.rate),
        )
        for (target, actual), outcome in zip(pairs, outcomes, strict=True)
    )


_PERIOD_NAMES = (
    ("月", re.compile(r"(?<![\d年])月(?:間|平均|当たり|あたり|別)|1(?:か|ヶ|カ)?月(?:当たり|あたり)|毎月|年度月平均")),
    ("週", re.compile(r"週間?(?:平均|当たり)|毎週")),
    ("日", re.compile(r"1日|日平均|毎日")),
)
_PERIOD_SIGN = re.compile("[1一月週毎日]")
_PER_HEAD_AND_DAY = re.compile(r"[1一]人[1一]日|[1一]日[1一]人")
_PER_ONE = re.compile(
    r"(?:1|一)(人|名|校|園|世帯|団体|社|件|課|回|便|台|戸|施設|か所|店舗)(?:当たり|あたり|当り|平均|につき)"
)


@lru_cache(maxsize=4096)
def _period_in_name(name: str) -> str:
    """月 where the name says that its values are counted by the month; 人 where by the head."""
    plain = compact(name)
    if not _PERIOD_SIGN.search(plain):
        return ""
    if _PER_HEAD_AND_DAY.search(plain):
        return "人日"
    for period, pattern in _PERIOD_NAMES:
        if pattern.search(plain):
            return period
    match = _PER_ONE.search(plain)
    return {"名": "人"}.get(match[1], match[1]) if match else ""
