"""Comparing one measured value with one target value under one direction.

A bare number is held against a unit in each scale in use: where these lead to different verdicts, the answer is
`undetermined`, and a ratio beyond 30 decides nothing while the unit is only assumed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Literal, NamedTuple

from review.domain.notation import compact
from review.domain.values.grammar import OF_A_TARGET, Parts
from review.domain.values.reading import SCALE_WORDS, Change, Direction, Quantity, Reading
from review.domain.values.units import COUNTED, KNOWN, PERCENT

Status = Literal["achieved", "missed", "undetermined", "pending", "not_applicable"]
Basis = Literal["number", "text", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """The judgement of one part of a value."""

    label: str
    target: str
    actual: str
    status: Status
    rate: Decimal | None = None  #: four decimals, half up

    def as_dict(self) -> dict[str, str | float | None]:
        """The JSON object of `manage.py judge`."""
        words = {"label": self.label, "target": self.target, "actual": self.actual, "status": self.status}
        return words | {"rate": None if self.rate is None else float(self.rate)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One question: the readings and what is known about the indicator."""

    name: str
    target: Reading
    actual: Reading
    previous: Reading | None
    targets: tuple[str, ...]
    direction: Direction | None
    kind: str = ""  #: as confirmed; "total": the larger value in brackets is the value, "": the words say so


class Outcome(NamedTuple):
    """The answer of one comparison, or of one way of judging; a flag and a Japanese cause where it is undetermined."""

    status: Status
    rate: Fraction | None = None  #: unrounded
    flag: str = ""
    cause: str = ""
    scale: int = 1  #: in which a bare number was read
    direction: Direction | None = None
    components: tuple[Component, ...] = ()
    basis: Basis = "number"


def undecided(cause: str, flag: str = "", *, basis: Basis = "number") -> Outcome:
    """An honest 評価できない: the cause in half a sentence."""
    return Outcome("undetermined", None, flag, f"{cause}、判定できません。", basis=basis)


NO_DIRECTION = undecided("多い方がよい指標か少ない方がよい指標かが決まっていないため", "direction_unknown")
CONTRADICTION = undecided("指標の方向と目標の以上・以下の表現が矛盾しているため")
_UNITS = undecided("目標と実績の単位が合わないため", "unit_mismatch")
_AMBIGUOUS_SHARE = undecided("単位のない値が小数・評点か%かが分からないため", "unit_mismatch")
_FAR = undecided("単位のない値の大きさが目標とかけ離れており、どの単位の値か分からないため", "unit_mismatch")
_PERIODS = undecided("月・週・年など、数える期間が目標と実績で異なるため", "unit_mismatch")
_CHANGES = undecided("増減の量と値そのものとは比べられないため", "needs_previous")
_WHOLES = undecided("全体の数が目標と実績で異なり、件数と割合で判定が分かれるため")
_HOURS = undecided("1日が何時間に当たるか分からないため")
_NEGATIVE = undecided("件数や人数が負の値で、増減の数かもしれないため")
_SPANS = undecided("実績の幅が目標をまたいでいるため")
DIFFERENT = undecided("目標と実績で、何の値かを示す言葉が異なるため", "parts_mismatch")
_UNPAIRED = undecided("内訳の名称が目標と実績で対応しないため", "parts_mismatch")
_EACH = undecided("目標は各部署・各回などの値ですが、実績がその内訳になっていないため", "parts_mismatch")

_NEAR = 5
_FARTHEST = 30  # a value so many times its target (or so small a part) is no result where its unit was assumed
_IN_A_YEAR = {"月": 12, "週": 52}


def rounded(rate: Fraction | None) -> Decimal | None:
    """The rate with four decimals, half up."""
    if rate is None:
        return None
    return Decimal((rate.numerator * 20_000 + rate.denominator) // (2 * rate.denominator)).scaleb(-4)


def compare(
    target: Quantity, actual: Quantity, direction: Direction | None, *, named: Change | None = None, period: str = ""
) -> Outcome:
    """One actual against one target. `named`: the name is of an amount of 削減 or of 増加; `period`: 月 in its name."""
    if target.unit.dimension == "percent":
        actual = _share(actual)
    elif actual.unit.dimension == "percent":
        target = _share(target)
    wholes = {part.label for part in (target, actual) if part.label.startswith("全")}  # 全校 and 全園
    if not target.unit.fits(actual.unit) or len(wholes) == 2:
        return _UNITS
    if target.change and actual.change and target.change != actual.change:
        actual = actual.times(-1)  # one rose and the other fell
    elif target.change != actual.change:
        if (target.change or actual.change) != named:
            return _CHANGES
        target, actual = replace(target, change=None), replace(actual, change=None)
    if target.period != actual.period:
        actual = _per_one(target, actual)
    if target.period != actual.period:
        return _other_period(target, actual, direction, period)
    if bool(target.each) != bool(actual.each):  # a single value beside 各校2回 may be a total
        missed = not actual.each and direction == "up" and _measured(target, actual, direction).status == "missed"
        return Outcome("missed") if missed else _EACH
    outcome = _measured(target, actual, direction)
    if target.whole is not None and actual.whole is not None and target.whole != actual.whole:
        return agreed([outcome, _measured(_share(target), _share(actual), direction)], _WHOLES)
    return outcome


def _share(part: Quantity) -> Quantity:
    return replace(part.times(100 / part.whole), unit=PERCENT, whole=None, scale=1) if part.whole else part


def _per_one(target: Quantity, actual: Quantity) -> Quantity:
    """人/km2 beside 人/ha in 人/ha; the actual itself where it is counted for something else."""
    goal, given = KNOWN.get(target.period), KNOWN.get(actual.period)
    if goal is None or given is None or goal.dimension != given.dimension:
        return actual
    return replace(actual.times(Fraction(goal.factor) / given.factor), period=target.period)


def _other_period(target: Quantity, actual: Quantity, direction: Direction | None, named: str) -> Outcome:
    """月5件 against a bare 4件: the year's total, or a month's? Judged only where both lead to the same verdict.

    A total is at least as large as its share, so a total that misses 月5件 upward misses it either way; and a monthly
    limit may be broken though the year's total keeps it.
    """
    if target.period and actual.period:
        return _PERIODS
    outcome = _measured(target, actual, direction)
    if named and named in (target.period, actual.period):
        return outcome
    times = [_IN_A_YEAR.get(part.period, 1 if part.yearly else 0) for part in (target, actual)]
    if 0 not in times and direction and target.unit.dimension != "percent":  # 月1回 and 年12回
        yearly = _measured(target.times(times[0]), actual.times(times[1]), direction)
        if direction == "up" or yearly.status == "missed":
            return yearly
    sure: Status = "missed" if bool(target.period) == (direction == "up") else "achieved"
    return Outcome(sure) if direction and outcome.status == sure else _PERIODS


def _measured(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """The comparison in the unit of the target, in every way in which a bare number may be meant."""
    if target.rest:
        return _HOURS
    counted = target.unit.dimension in COUNTED or actual.unit.dimension in COUNTED
    if direction == "down" and counted and _below_zero(actual) and not _below_zero(target):
        return _NEGATIVE
    if target.unit.bare == actual.unit.bare or actual.rest:
        same = target.unit.factor == actual.unit.factor
        actual = actual if same else actual.times(Fraction(actual.unit.factor) / target.unit.factor)
        outcome = _directed(target, actual, direction)
        return outcome._replace(rate=None) if actual.rest else outcome
    bare, other = (target, actual) if target.unit.bare else (actual, target)
    if _may_be_ratio(bare, other):
        return _AMBIGUOUS_SHARE
    outcomes = []
    for scale in _scales(bare, other):
        meant = bare if scale == 1 else bare.times(scale)
        if _alike(meant, other):
            pair = (meant, other) if bare is target else (other, meant)
            outcomes.append(_directed(*pair, direction)._replace(scale=scale))
    if not outcomes or _unlikely(bare, other, outcomes):
        return _FAR
    first = outcomes[0]
    differing = next((outcome for outcome in outcomes if outcome.status != first.status), None)
    if differing is None:
        return first._replace(rate=_one_rate(outcomes))
    ways = [f"「{SCALE_WORDS.get(one.scale, '')}{other.unit.symbol}」" for one in (first, differing)]
    return undecided(f"単位のない値を{ways[0]}と読むか{ways[1]}と読むかで判定が分かれるため", "unit_mismatch")


def _scales(bare: Quantity, other: Quantity) -> tuple[int, ...]:
    """The scales in which a bare number beside a unit may be meant: 33,474 beside 30,000千円 in 千円, 円 or 百万円."""
    if bare.scale != 1 or other.scale == 1:
        return (1,)
    more = (1000, 10**6) if other.unit.dimension == "money" else ()
    return tuple(dict.fromkeys((other.scale, 1, *more)))


def _unlikely(bare: Quantity, other: Quantity, outcomes: list[Outcome]) -> bool:
    """48 beside 5千人 is no 48千人, nor 312 beside 3億円 for certain 312百万円: a scale nobody typed decides only near."""
    own = _scales(bare, other)[0]
    scales = {outcome.scale for outcome in outcomes}
    if 1 in scales or own not in scales:
        return scales.isdisjoint((1, own))
    return _size(bare) * own > _size(other) * _NEAR


def _may_be_ratio(bare: Quantity, other: Quantity) -> bool:
    """0.8 beside 80%: eight tenths, or less than one percent? And 4.0 beside 82%: a mark out of five?"""
    value, share = bare.value, other.value
    if other.unit.dimension != "percent" or value is None or share is None:
        return False
    return 0 < value <= 1 or (0 < value <= 10 and share > value * 8)


def _alike(one: Quantity, other: Quantity) -> bool:
    low, high = sorted((_size(one), _size(other)))
    return not low or high <= low * _FARTHEST


def _below_zero(part: Quantity) -> bool:
    return part.unit.dimension != "money" and part.end is not None and part.end < 0


def _size(part: Quantity) -> Fraction:
    return abs(part.end or Fraction(0))


def _one_rate(outcomes: list[Outcome]) -> Fraction | None:
    rates = {outcome.rate for outcome in outcomes}
    return rates.pop() if len(rates) == 1 else None


def agreed(outcomes: list[Outcome], otherwise: Outcome) -> Outcome:
    """The one outcome of several readings, or `otherwise` where they differ."""
    first = outcomes[0]
    if any(outcome.status != first.status for outcome in outcomes):
        return otherwise
    return first._replace(rate=_one_rate(outcomes))


def _directed(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """Under the direction; 5%以上10%未満 is obeyed at both ends whatever it is; like ends of two ranges are compared."""
    if target.is_bounded:
        return worst([_meets(target, actual, "up"), _meets(target, actual, "down")])._replace(rate=None)
    if direction is None:
        return agreed([_directed(target, actual, "up"), _directed(target, actual, "down")], NO_DIRECTION)
    if not (target.is_range and actual.is_range):
        return _meets(target, actual, direction)
    ends = ((target.low, actual.low), (target.high, actual.high))
    points = [(replace(target, low=one, high=one), replace(actual, low=other, high=other)) for one, other in ends]
    return worst([_meets(*pair, direction) for pair in points])


def _meets(target: Quantity, actual: Quantity, direction: Direction) -> Outcome:
    """The whole interval on the good side of the target's end, on the bad side, or across it."""
    up = direction == "up"
    need, strict = (target.low, target.low_open) if up else (target.high, target.high_open)
    near, far = (actual.low, actual.high) if up else (actual.high, actual.low)
    near_open, far_open = (actual.low_open, actual.high_open) if up else (actual.high_open, actual.low_open)
    if need is None:
        return CONTRADICTION
    measured = far if near is None else near
    rate = ratio(measured, need) if up else ratio(need, measured)
    if near is not None and ((near_open or not strict) if near == need else (near > need) == up):
        return Outcome("achieved", rate)
    if far is not None and ((far_open or strict) if far == need else (far < need) == up):
        # 60%弱 beside 60% is short by nobody knows how much
        return Outcome("missed", rate if near is not None or rate is None or rate < 1 else None)
    return _SPANS


def worst(outcomes: list[Outcome]) -> Outcome:
    """Missed if any missed, achieved if all achieved, else the first undetermined; the rate is the smallest.

    A single outcome without a rate leaves the whole without one.
    """
    rates = [outcome.rate for outcome in outcomes]
    rate = None if None in rates else min(rate for rate in rates if rate is not None)
    if any(outcome.status == "missed" for outcome in outcomes):
        return Outcome("missed", rate)
    doubtful = next((outcome for outcome in outcomes if outcome.status != "achieved"), None)
    return doubtful._replace(rate=None) if doubtful else Outcome("achieved", rate)


def ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    """part/whole; None for an absent end, a zero denominator or a negative number."""
    if part is None or whole is None or whole <= 0 or part < 0:
        return None
    return part / whole


_SAY_NOTHING = [
    "平均",
    "一人",
    "一人当たり",
    "一人あたり",
    "1人当たり",
    "1人あたり",
    "実績",
    "実績値",
    "結果",
    "合計",
    "計",
    "全体",
]
_COUNTED = re.compile(r"件数|人数|回数|者数|[数率件人回者の済的実延べ]")
_DIGITS = re.compile(r"\d+")
_MOST = 5  # parts whose every pairing is tried: 120 pairings


def pair(targets: Parts, actuals: Parts) -> tuple[list[tuple[Quantity, Quantity]], bool]:
    """Pairs of equally many parts, and whether the pairing is certain."""
    goals, given = ([compact(part.label) for part in parts] for parts in (targets, actuals))
    by_place = list(zip(targets, actuals, strict=True))
    if not any(goals) or not any(given):
        return by_place, True
    order = [_place_of(label, given) for label in goals]
    if None in order or len(set(order)) != len(order):
        return by_place, False
    return [(target, actuals[place]) for target, place in zip(targets, order, strict=True) if place is not None], True


def _place_of(label: str, given: list[str]) -> int | None:
    """The one given label that is equal, or that begins with this one or the other way round (小, 小学校)."""
    alike = [place for place, other in enumerate(given) if other == label]
    if not alike and label:
        near = (other and (other.startswith(label) or label.startswith(other)) for other in given)
        alike = [place for place, fits in enumerate(near) if fits]
    return alike[0] if len(alike) == 1 else None


def settled_in_every_order(targets: Parts, actuals: Parts, one: Callable[[Quantity, Quantity], Outcome]) -> Outcome:
    """The verdict of parts whose labels do not match, if every pairing gives it; it has no rate."""
    if len(targets) > _MOST:
        return _UNPAIRED
    table = [[one(target, actual) for actual in actuals] for target in targets]
    orders = permutations(range(len(actuals)))
    statuses = {worst([table[row][column] for row, column in enumerate(order)]).status for order in orders}
    return _UNPAIRED if len(statuses) > 1 or "undetermined" in statuses else Outcome(statuses.pop())


def same_thing(target: Quantity, actual: Quantity, name: str) -> bool:
    """False where the labels of two single values name different things: 男性 and 女性, 令和5年度 and 令和6年度.

    Labels that share two letters in a row (協定締結数, 締結件数) or stand in the name are taken for one thing.
    """
    goal, given, plain = compact(target.label), compact(actual.label), compact(name)
    if given in OF_A_TARGET:
        return False
    if not given or goal == given or goal in OF_A_TARGET or goal in _SAY_NOTHING or given in _SAY_NOTHING:
        return True
    if not goal:
        return given[0] not in "未不" or given in plain
    numbers = [_DIGITS.findall(label) for label in (goal, given)]
    if all(numbers) and numbers[0] != numbers[1]:
        return False
    if goal in given or given in goal or (goal in plain and given in plain):
        return True
    shared = [goal[place : place + 2] for place in range(len(goal) - 1) if goal[place : place + 2] in given]
    # 重大事故 and 軽微な事故: beside the common word each says something of its own
    return any(not all(_COUNTED.sub("", label.replace(word, "")) for label in (goal, given)) for word in shared)
