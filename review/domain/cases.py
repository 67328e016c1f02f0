"""One question of judging: what is asked, and the verdict on numbers and on words.

`achievement` asks; `baselines` and `deadlines` answer relative targets and dates with the same `Verdict`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from review.domain.comparison import NO_DIRECTION, Outcome, Status, compare, rounded, worst
from review.domain.direction import Direction, from_plan, name_direction, named_change, of_target, trend
from review.domain.notation import compact
from review.domain.pairing import DIFFERENT, pair, same_thing, settled_in_every_order
from review.domain.reading import Quantity, Reading

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    outcome: Outcome
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    basis: Basis = "number"


def words(case: Case) -> Verdict:
    """Rule 9: equal texts are achieved, others are a person's to judge."""
    if case.target.plain == case.actual.plain:
        return Verdict(outcome=Outcome("achieved"), basis="text")
    if case.target.parts:
        cause = "実績を数値として読み取れないため、判定できません。"
    elif case.actual.parts:
        cause = "目標が文章で実績が数値のため、判定できません。"
    else:
        cause = "目標と実績が文章で書かれているため、担当者が内容を見て判断してください。"
    return Verdict(outcome=Outcome("undetermined", None, "", cause), basis="none")


def numeric(case: Case, targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...]) -> Verdict:
    if _falls_by(case):
        return _less(case, targets, actuals)
    direction, doubt = _direction(case)
    doubt = doubt or _other_span(case)
    if doubt is not None:
        return Verdict(outcome=doubt, direction=direction)
    verdict = _so_far(case, compared(case, targets, actuals, direction))
    if len(targets) == len(actuals) == 1 and targets[0].breakdown and actuals[0].breakdown:
        return _with_breakdown(verdict, compared(case, targets[0].breakdown, actuals[0].breakdown, direction))
    return verdict


def _falls_by(case: Case) -> bool:
    """True for a 削減率 of ▲46% beside ▲28.5%: both are amounts by which something fell."""
    parts = case.target.parts + case.actual.parts
    if named_change(case.name) != "decrease" or case.asked is not None or any(part.comparator for part in parts):
        return False
    return all(part.value is not None and part.value < 0 for part in parts)


# 85人(12月末現在), 85人(上半期): what a year may still add to. The end of the year itself is no such word.
_PART_OF_YEAR = re.compile(
    r"[上下]半?期|年度途中|途中経過|中間(?:値|実績|集計|時点)|第?[1-3]四半期"
    r"|(?<!\d)(?:[4-9]|1[0-2]|[12])月末?(?:現在|時点|まで|実績)|(?<!\d)4月?[~-](?:[5-9]|1[0-2]|[12])月"
)


def _so_far(case: Case, verdict: Verdict) -> Verdict:
    """A value of a part of the year: what is reached stands, what is not may still be."""
    if not _PART_OF_YEAR.search(case.actual.note) or _PART_OF_YEAR.search(case.target.plain + compact(case.name)):
        return verdict
    sure = {"up": "achieved", "down": "missed"}.get(verdict.direction or "")
    if verdict.outcome.status in (sure, "undetermined"):
        return verdict
    cause = "実績が年度の途中までの値のため、判定できません。"
    return replace(verdict, outcome=Outcome("undetermined", None, "", cause), components=())


def _size(part: Quantity) -> Quantity:
    """▲46% as 46%."""
    return replace(part, low=None if part.high is None else -part.high, high=None if part.low is None else -part.low)


def _less(case: Case, targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...]) -> Verdict:
    """The larger fall is the better one; negative values have no rate."""
    fallen = [tuple(_size(part) for part in side) for side in (targets, actuals)]
    verdict = compared(case, fallen[0], fallen[1], "up")
    return replace(verdict, outcome=verdict.outcome._replace(rate=None), direction="down", components=())


def _with_breakdown(total: Verdict, parts: Verdict) -> Verdict:
    """Parts that both sides list beside their total: decided where they agree with it."""
    if total.outcome.status == parts.outcome.status:
        return parts
    cause = "合計と内訳とで判定が分かれるため、判定できません。"
    return replace(total, outcome=Outcome("undetermined", None, "parts_mismatch", cause))


def _direction(case: Case) -> tuple[Direction | None, Outcome | None]:
    """Rule 2: the indicator's own setting, a comparator, the plan's targets, the name."""
    if case.target.parts and all(part.change == "decrease" for part in case.target.parts):
        return "up", None  # an amount of 削減: the more the better, whichever way the level goes
    demanded = of_target(case.target)
    mixed = demanded is None and any(part.comparator for part in case.target.parts)
    if case.asked is not None:
        if mixed or (demanded is not None and demanded != case.asked):
            return case.asked, Outcome(
                "undetermined", None, "", "指標の方向と目標の以上・以下の表現が矛盾しているため、判定できません。"
            )
        return case.asked, None
    if mixed:
        return None, None  # each part obeys its own comparator
    if demanded is not None:
        at_the_most = case.target.plain.startswith(("最大", "上限"))  # 最大500人 of 参加者数 is what there is room for
        return (None, NO_DIRECTION) if at_the_most and name_direction(case.name) == "up" else (demanded, None)
    if any(part.value == 0 for part in case.target.parts) and not case.target.parts[0].is_range:
        return ("down" if name_direction(case.name) == "down" else None), None
    found, _ = from_plan(case.name, case.targets)
    found = found or _of_labels(case)
    if found == "up" and named_change(case.name) and _has_negative(case):
        return None, None  # a 削減率 of -5% and of 5% may be the same
    return found, None


def _of_labels(case: Case) -> Direction | None:
    """登録 60人 開催 90回: what the values are called, where the indicator's name and its targets say nothing."""
    if not all(part.label for part in case.target.parts) or trend(case.targets).direction:
        return None
    said = {name_direction(part.label) for part in case.target.parts}
    return said.pop() if len(said) == 1 else None


_CUMULATIVE = re.compile(r"累計|累積|通算|計画期間")
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
_OF_THE_YEAR = Outcome(
    "undetermined", None, "", "目標と実績の一方が累計ですが、他方が累計か単年の値か分からないため、判定できません。"
)
_SEVERAL_YEARS = Outcome("undetermined", None, "", "実績が複数年の値のため、判定できません。")
_OTHER_VALUE = re.compile(r"\([^()]*\d[^()]*\)")


def _other_span(case: Case) -> Outcome | None:
    """A total since the beginning is not compared with one year's: 累計120基 and 35基(単年)."""
    target, actual = case.target.plain, case.actual.plain
    if not _SPAN_WORD.search(target + actual):
        return None
    if _YEARS.search(actual) and not _YEARS.search(target + compact(case.name)):
        return _SEVERAL_YEARS
    wanted = _OTHER_VALUE.sub("", target) or target
    if not any(span[0].search(wanted) for span in _SPANS):
        wanted = compact(case.name)
    given = _OTHER_VALUE.sub("", actual)
    for one, other, cause in _SPANS:
        if one.search(wanted) and other.search(given) and not other.search(wanted) and not one.search(given):
            return Outcome("undetermined", None, "", f"目標と実績の{cause}のため、判定できません。")
    return None


def _may_be_of_the_year(case: Case, target: Quantity, actual: Quantity) -> bool:
    """累計60件 beside a bare 4件 is perhaps the year's own, and 累計60件 beside a target of 10件 perhaps of many years."""
    if not _CUMULATIVE.search(case.target.plain + case.actual.plain) or _CUMULATIVE.search(compact(case.name)):
        return False
    if not actual.value or not target.value:
        return False
    total, given = (_CUMULATIVE.search(_OTHER_VALUE.sub("", side.plain)) for side in (case.target, case.actual))
    wanted, reached = target.value * target.unit.factor, actual.value * actual.unit.factor
    if total and not given:
        return 0 < reached * 3 < wanted * 2
    return bool(given and not total) and reached >= wanted * 2 > 0


def _has_negative(case: Case) -> bool:
    parts = case.target.parts + case.actual.parts
    return any(end is not None and end < 0 for part in parts for end in (part.low, part.high))


def compared(
    case: Case, targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...], direction: Direction | None
) -> Verdict:
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
        outcome = Outcome("undetermined", None, "parts_mismatch", "目標と実績の内訳の数が異なるため、判定できません。")
        return Verdict(outcome=outcome, direction=direction)
    pairs, certain = pair(targets, actuals)
    if not certain:
        return Verdict(outcome=settled_in_every_order(targets, actuals, one), direction=direction)
    outcomes = [one(*both) for both in pairs]
    return Verdict(outcome=worst(outcomes), direction=direction, components=_components(pairs, outcomes))


def _of_the_same_kind(target: Quantity, actuals: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
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
    found = _PER_ONE.search(plain)
    return {"名": "人"}.get(found[1], found[1]) if found else ""
