"""Comparing one measured value with one target value under one direction."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from review.domain.notation import compact
from review.domain.value_words import CAUSES
from review.domain.values.direction import named_change
from review.domain.values.reading import SCALE_WORDS, Direction, Quantity
from review.domain.values.units import COUNTED, KNOWN, PERCENT
from review.domain.wording import made

Status = Literal["achieved", "missed", "undetermined", "pending", "not_applicable"]
Basis = Literal["number", "text", "none"]


class Component(NamedTuple):
    """The judgement of one part of a value."""

    label: str
    target: str
    actual: str
    status: Status
    rate: Decimal | None = None  #: four decimals, half up

    def as_dict(self) -> dict[str, str | float | None]:
        """The JSON object of `manage.py judge`."""
        return self._asdict() | {"rate": None if self.rate is None else float(self.rate)}


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


@lru_cache(maxsize=1024)
def undecided(cause: str, flag: str = "", *, basis: Basis = "number", **facts: str) -> Outcome:
    """An honest 評価できない, for the cause of that code."""
    return Outcome("undetermined", None, flag, made(CAUSES[cause], facts), basis=basis)


NO_DIRECTION = undecided("no_direction", "direction_unknown")
CONTRADICTION = undecided("against_comparator")

_NEAR = 5
_FARTHEST = 30  # a value so many times its target (or so small a part) is no result where its unit was assumed
_IN_A_YEAR = {"月": 12, "週": 52}


_ONE = "(?:当たり|あたり|当り|平均|につき)"
_PERIOD_NAMES = re.compile(
    rf"(?P<人日>[1一]人[1一]日|[1一]日[1一]人)|(?P<月>(?<![\d年])月(?:間|平均|当たり|あたり|別)|1(?:か|ヶ|カ)?月(?:当たり|あたり)|毎月|年度月平均)"
    rf"|(?P<人>単価)|(?P<週>週間?(?:平均|当たり)|毎週)|(?P<日>1日|日平均|毎日)|[1一](?P<one>人|名|校|園|世帯|団体|社|件|課|回|便|台|戸|施設|か所|店舗){_ONE}"
)


@lru_cache(maxsize=4096)
def _period_in_name(name: str) -> str:
    """月 where the name says that its values are counted by the month; 人 where by the head."""
    match = _PERIOD_NAMES.search(compact(name))
    counted = match and (match["one"] or match.lastgroup)
    return "人" if counted == "名" else counted or ""


def compare(target: Quantity, actual: Quantity, direction: Direction | None, name: str = "") -> Outcome:
    """One actual against one target. The name may be of an amount of 削減 or of 増加, or say that it is counted by the 月."""
    if target.unit.dimension == "percent":
        actual = _share(actual)
    elif actual.unit.dimension == "percent":
        target = _share(target)
    if {target.unit.dimension, actual.unit.dimension} == {"months", "days"}:  # a month has 28 to 31 days
        month = target if target.unit.dimension == "months" else actual
        meant = [month.times(month.unit.factor * days)._replace(unit=KNOWN["日"]) for days in (28, 31)]
        ways = [compare(*((one, actual) if month is target else (target, one)), direction, name) for one in meant]
        return agreed(ways, undecided("units", "unit_mismatch"))._replace(rate=None)
    other_whole = target.label != actual.label and target.label[:1] == actual.label[:1] == "全"  # 全校 and 全園
    if other_whole or not target.unit.fits(actual.unit):
        return undecided("units", "unit_mismatch")
    if target.change and actual.change and target.change != actual.change:
        actual = actual.times(-1)  # one rose and the other fell
    elif target.change != actual.change:
        if (target.change or actual.change) != named_change(name):
            return undecided("change_or_level", "needs_previous")
        target, actual = target._replace(change=None), actual._replace(change=None)
    if target.period != actual.period:
        goal, given = KNOWN.get(target.period), KNOWN.get(actual.period)
        if not goal or not given or goal.dimension != given.dimension:
            return _other_period(target, actual, direction, _period_in_name(name))
        actual = actual.times(Fraction(goal.factor, given.factor))  # 人/km2 beside 人/ha in 人/ha
    if bool(target.each) != bool(actual.each):  # a single value beside 各校2回 may be a total
        missed = not actual.each and direction == "up" and _measured(target, actual, direction).status == "missed"
        return Outcome("missed") if missed else undecided("each", "parts_mismatch")
    outcome = _measured(target, actual, direction)
    if target.whole is not None and actual.whole is not None and target.whole != actual.whole:
        return agreed([outcome, _measured(_share(target), _share(actual), direction)], undecided("wholes"))
    return outcome


def _share(part: Quantity) -> Quantity:
    return part.times(Fraction(100, part.whole))._replace(unit=PERCENT, whole=None, scale=1) if part.whole else part


def _other_period(target: Quantity, actual: Quantity, direction: Direction | None, named: str) -> Outcome:
    """月5件 against a bare 4件: the year's total, or a month's? Judged only where both lead to the same verdict.

    A total is at least as large as its share, so a total that misses 月5件 upward misses it either way; and a monthly
    limit may be broken though the year's total keeps it.
    """
    if target.period and actual.period:
        return undecided("periods", "unit_mismatch")
    outcome = _measured(target, actual, direction)
    if named and named in (target.period, actual.period):
        return outcome
    times = [_IN_A_YEAR.get(part.period, 1 if part.yearly else 0) for part in (target, actual)]
    if 0 not in times and direction and target.unit.dimension != "percent":  # 月1回 and 年12回
        yearly = _measured(target.times(times[0]), actual.times(times[1]), direction)
        if direction == "up" or yearly.status == "missed":
            return yearly
    sure: Status = "missed" if bool(target.period) == (direction == "up") else "achieved"
    return Outcome(sure) if direction and outcome.status == sure else undecided("periods", "unit_mismatch")


def _measured(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """The comparison in the unit of the target. A bare number is meant in each scale in use: where these lead to different
    verdicts there is none, and a ratio beyond 30 decides nothing while the unit is only assumed."""
    if target.rest and (target.low is None or target.low_open):
        return undecided("target_in_words" if target.low is None else "hours")
    if direction == "down" and not COUNTED.isdisjoint((target.unit.dimension, actual.unit.dimension)):
        below = [part.unit.dimension != "money" and (part.end or 0) < 0 for part in (target, actual)]
        if below == [False, True]:
            return undecided("negative")
    if target.unit.bare == actual.unit.bare:
        if target.unit.factor != actual.unit.factor:
            actual = actual.times(Fraction(actual.unit.factor, target.unit.factor))
        return _directed(target, actual, direction)
    bare, other = (target, actual) if target.unit.bare else (actual, target)
    value, share = bare.value or 0, other.value if other.unit.dimension == "percent" else None
    # 0.8 beside 80%: eight tenths, or less than one percent? And 4.0 beside 82%: a mark out of five?
    if share is not None and 0 < value <= 10 and (value <= 1 or share > value * 8):
        return undecided("share_or_mark", "unit_mismatch")
    more = (1, 1000, 10**6) if other.unit.dimension == "money" else (1,)  # 33,474 beside 30,000千円
    scales = (1,) if bare.scale != 1 or other.scale == 1 else dict.fromkeys((other.scale, *more))
    outcomes = []
    for scale in scales:
        meant = bare if scale == 1 else bare.times(scale)
        low, high = sorted((meant.size, other.size))
        if not low or high <= low * _FARTHEST:
            sides = (meant, other) if bare is target else (other, meant)
            outcomes.append(_directed(*sides, direction)._replace(scale=scale))
    # 48 beside 5千人 is no 48千人, nor 312 beside 3億円 for certain 312百万円: a scale nobody typed decides only near.
    tried = [outcome.scale for outcome in outcomes]
    if 1 not in tried and not (other.scale in tried and bare.size * other.scale <= other.size * _NEAR):
        return undecided("far", "unit_mismatch")
    differing = next((outcome for outcome in outcomes if outcome.status != outcomes[0].status), outcomes[0])
    one, two = (f"{SCALE_WORDS.get(way.scale, '')}{other.unit.symbol}" for way in (outcomes[0], differing))
    return agreed(outcomes, undecided("scales", "unit_mismatch", one=one, other=two))


def agreed(outcomes: list[Outcome], otherwise: Outcome) -> Outcome:
    """The one outcome of several readings, or `otherwise` where they differ."""
    first = outcomes[0]
    if any(outcome.status != first.status for outcome in outcomes):
        return otherwise
    return first if all(outcome.rate == first.rate for outcome in outcomes) else first._replace(rate=None)


def _directed(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """Under the direction; 5%以上10%未満 is obeyed at both ends whatever it is; like ends of two ranges are compared."""
    if target.is_bounded:
        return worst([_meets(target, actual, "up"), _meets(target, actual, "down")])._replace(rate=None)
    if direction is None:
        return agreed([_directed(target, actual, "up"), _directed(target, actual, "down")], NO_DIRECTION)
    if not (target.is_range and actual.is_range):
        return _meets(target, actual, direction)
    ends = ((target.low, actual.low), (target.high, actual.high))
    points = [(target._replace(low=one, high=one), actual._replace(low=other, high=other)) for one, other in ends]
    return worst([_meets(*pair, direction) for pair in points])


def _meets(target: Quantity, actual: Quantity, direction: Direction) -> Outcome:
    """The whole interval on the good side of the target's end, on the bad side, or across it."""
    up = direction == "up"
    need, strict = (target.low, target.low_open) if up else (target.high, target.high_open)
    near, far = (actual.low, actual.high) if up else (actual.high, actual.low)
    if actual.rest and actual.low is None and not up:
        near = None  # 3件対応中: more may be done with
    near_open, far_open = (actual.low_open, actual.high_open) if up else (actual.high_open, actual.low_open)
    if need is None:
        return CONTRADICTION
    measured = far if near is None else near
    part, whole = (measured, need) if up else (need, measured)
    exact = not target.rest and not (actual.rest and near is not None)
    rate = Fraction(part, whole) if exact and part is not None and whole is not None and whole > 0 <= part else None
    if near is not None and ((near_open or not strict) if near == need else (near > need) == up):
        return Outcome("achieved", rate, direction=direction)
    if far is not None and ((far_open or strict) if far == need else (far < need) == up):
        # 60%弱 beside 60% is short by nobody knows how much
        rate = rate if near is not None or rate is None or rate < 1 else None
        return Outcome("missed", rate, direction=direction)
    return undecided("across")


def worst(outcomes: list[Outcome]) -> Outcome:
    """Missed if any missed, achieved if all achieved, else the first undetermined; the smallest rate, where all have one."""
    rates = [outcome.rate for outcome in outcomes if outcome.rate is not None]
    order = {"missed": 0, "undetermined": 1, "achieved": 2}
    first = min(outcomes, key=lambda outcome: order[outcome.status])
    if first.status == "undetermined":
        return first._replace(rate=None)
    return Outcome(first.status, min(rates) if len(rates) == len(outcomes) else None)
