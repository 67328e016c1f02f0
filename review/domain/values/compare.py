"""Comparing one measured value with one target value under one direction.

`compare` answers with a status, the exact rate where there is one, and the cause where it could not decide. A bare
number is held against a unit in each scale in use: where these lead to different verdicts, the answer is
`undetermined`, and a ratio beyond 30 decides nothing while the unit is only assumed.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from review.domain.values.reading import SCALE_WORDS, Change, Quantity
from review.domain.values.units import KNOWN, PERCENT

Direction = Literal["up", "down"]
Status = Literal["achieved", "missed", "undetermined", "pending", "not_applicable"]

_NEAR = 5
_FARTHEST = 30  # a value so many times its target (or so small a part) is no result where its unit was assumed


class Outcome(NamedTuple):
    """Status of one comparison, its unrounded rate, and a flag and a Japanese cause where it is undetermined."""

    status: Status
    rate: Fraction | None = None
    flag: str = ""
    cause: str = ""
    scale: int = 1  #: in which a bare number was read


def undecided(cause: str, flag: str = "") -> Outcome:
    """An honest 評価できない: the cause in half a sentence."""
    return Outcome("undetermined", None, flag, f"{cause}、判定できません。")


NO_DIRECTION = undecided("多い方がよい指標か少ない方がよい指標かが決まっていないため", "direction_unknown")
_UNITS = undecided("目標と実績の単位が合わないため", "unit_mismatch")
_AMBIGUOUS_SHARE = undecided("単位のない値が小数・評点か%かが分からないため", "unit_mismatch")
_FAR = undecided("単位のない値の大きさが目標とかけ離れており、どの単位の値か分からないため", "unit_mismatch")
_PERIODS = undecided("月・週・年など、数える期間が目標と実績で異なるため", "unit_mismatch")
_CHANGES = undecided("増減の量と値そのものとは比べられないため", "needs_previous")
_WHOLES = undecided("全体の数が目標と実績で異なり、件数と割合で判定が分かれるため")
_HOURS = undecided("1日が何時間に当たるか分からないため")
_SPANS = undecided("実績の幅が目標をまたいでいるため")
CONTRADICTION = undecided("指標の方向と目標の以上・以下の表現が矛盾しているため")
_EACH = undecided("目標は各部署・各回などの値ですが、実績がその内訳になっていないため", "parts_mismatch")


def rounded(rate: Fraction | None) -> Decimal | None:
    """The rate with four decimals, half up."""
    if rate is None:
        return None
    scaled = rate.numerator * 20_000 + rate.denominator
    return Decimal(scaled // (2 * rate.denominator)).scaleb(-4)


def compare(
    target: Quantity, actual: Quantity, direction: Direction | None, *, named: Change | None = None, period: str = ""
) -> Outcome:
    """One actual against one target. `named`: the name is of an amount of 削減 or of 増加; `period`: 月 in its name."""
    settled = _settle(target, actual, named=named)
    if isinstance(settled, Outcome):
        return settled
    target, actual = settled
    if target.period != actual.period:
        actual = _per_one(target, actual)
    if target.period != actual.period:
        return _other_period(target, actual, direction, period)
    if bool(target.each) != bool(actual.each):
        return _each(target, actual, direction)
    if target.whole is not None and actual.whole is not None and target.whole != actual.whole:
        shares = _measured(_share(target), _share(actual), direction)
        return agreed([_measured(target, actual, direction), shares], _WHOLES)
    return _measured(target, actual, direction)


# Making two values alike


def _settle(target: Quantity, actual: Quantity, *, named: Change | None) -> tuple[Quantity, Quantity] | Outcome:
    """The two values with like meaning: counts or shares, amounts of change or plain values."""
    if target.unit.dimension == "percent" and actual.whole is not None:
        actual = _share(actual)
    elif actual.unit.dimension == "percent" and target.whole is not None:
        target = _share(target)
    if not target.unit.fits(actual.unit):
        return _UNITS
    if target.label.startswith("全") and actual.label.startswith("全") and target.label != actual.label:
        return _UNITS
    if target.change == actual.change:
        return target, actual
    if target.change and actual.change:  # one rose and the other fell: the same amount with the other sign
        return target, negated(actual)
    if (target.change or actual.change) == named:
        return replace(target, change=None), replace(actual, change=None)
    return _CHANGES


def _share(part: Quantity) -> Quantity:
    return replace(_times(part, 100 / part.whole), unit=PERCENT, whole=None, scale=1) if part.whole else part


def negated(part: Quantity) -> Quantity:
    """▲46% as 46%."""
    return replace(_times(part, Fraction(-1)), low=_minus(part.high), high=_minus(part.low), comparator=None)


def _minus(end: Fraction | None) -> Fraction | None:
    return None if end is None else -end


def _per_one(target: Quantity, actual: Quantity) -> Quantity:
    """人/km2 beside 人/ha in 人/ha; the actual itself where it is counted for something else."""
    goal, given = KNOWN.get(target.period), KNOWN.get(actual.period)
    if goal is None or given is None or goal.dimension != given.dimension:
        return actual
    return replace(_times(actual, Fraction(goal.factor) / given.factor), period=target.period)


_IN_A_YEAR = {"月": 12, "週": 52}


def _by_the_year(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome | None:
    """月1回 and 年12回: the year's totals. A monthly limit may be broken though the year's total keeps it."""
    times = [_IN_A_YEAR.get(part.period, 1 if part.yearly else 0) for part in (target, actual)]
    if 0 in times or direction is None or target.unit.dimension == "percent":
        return None
    outcome = _measured(_times(target, Fraction(times[0])), _times(actual, Fraction(times[1])), direction)
    return outcome if direction == "up" or outcome.status == "missed" else None


def _other_period(target: Quantity, actual: Quantity, direction: Direction | None, named: str) -> Outcome:
    """月5件 against a bare 4件: the year's total, or a month's? Judged only where both lead to the same verdict.

    A total is at least as large as its share, so a total that misses 月5件 upward misses it either way.
    """
    if target.period and actual.period:
        return _PERIODS
    if named and named in (target.period, actual.period):
        return _measured(target, actual, direction)
    yearly = _by_the_year(target, actual, direction)
    if yearly is not None:
        return yearly
    sure: Status = "missed" if bool(target.period) == (direction == "up") else "achieved"
    if direction and _measured(target, actual, direction).status == sure:
        return Outcome(sure)
    return _PERIODS


def _each(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """各校2回 against a single value: it may be a total, so only a total that misses decides."""
    if actual.each or direction != "up":
        return _EACH
    outcome = _measured(target, actual, direction)
    return Outcome("missed") if outcome.status == "missed" else _EACH


def _measured(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    """The comparison in the unit of the target, in every way in which a bare number may be meant."""
    if target.rest:
        return _HOURS
    if actual.rest:
        return _directed(target, _converted(target, actual), direction)._replace(rate=None)
    if target.unit.bare == actual.unit.bare:
        return _directed(target, _converted(target, actual), direction)
    if _may_be_ratio(target, actual):
        return _AMBIGUOUS_SHARE
    every = [(scale, _scaled(target, actual, scale)) for scale in _scales(target, actual)]
    outcomes = [_directed(*pair, direction)._replace(scale=scale) for scale, pair in every if _alike(*pair)]
    if not outcomes or _unlikely(every, outcomes, direction):
        return _FAR
    if len({outcome.status for outcome in outcomes}) == 1:
        return (
            outcomes[0]
            if len(outcomes) == 1
            else outcomes[0]._replace(rate=_one_rate(outcomes), scale=outcomes[0].scale)
        )
    symbol = target.unit.symbol or actual.unit.symbol
    names = [f"「{SCALE_WORDS.get(outcome.scale, '')}{symbol}」" for outcome in outcomes]
    other = next(name for name, outcome in zip(names, outcomes, strict=True) if outcome.status != outcomes[0].status)
    return undecided(f"単位のない値を{names[0]}と読むか{other}と読むかで判定が分かれるため", "unit_mismatch")


def _unlikely(
    every: list[tuple[int, tuple[Quantity, Quantity]]], outcomes: list[Outcome], direction: Direction | None
) -> bool:
    """48 beside 5千人 is no 48千人, nor 312 beside 3億円 for certain 312百万円: a scale that nobody typed decides only near."""
    own, scales = every[0][0], {outcome.scale for outcome in outcomes}
    if scales.isdisjoint((1, own)):
        return True
    if 1 in scales or outcomes[0].scale != own or _alike(*every[0][1], _NEAR):
        return False
    plain = next(pair for scale, pair in every if scale == 1)
    return _directed(*plain, direction).status != outcomes[0].status


def _may_be_ratio(target: Quantity, actual: Quantity) -> bool:
    """0.8 beside 80%: eight tenths, or less than one percent? And 4.0 beside 82%: a mark out of five?"""
    bare, other = (target, actual) if target.unit.bare else (actual, target)
    value, share = bare.value, other.value
    if other.unit.dimension != "percent" or value is None or share is None:
        return False
    return 0 < value <= 1 or (0 < value <= 10 and share > value * 8)


def _converted(target: Quantity, actual: Quantity) -> Quantity:
    """The actual in the unit of the target."""
    if target.unit.factor == actual.unit.factor:
        return actual
    return _times(actual, Fraction(actual.unit.factor) / target.unit.factor)


def _times(part: Quantity, ratio: Fraction) -> Quantity:
    low = None if part.low is None else part.low * ratio
    return replace(part, low=low, high=None if part.high is None else part.high * ratio)


def _scales(target: Quantity, actual: Quantity) -> tuple[int, ...]:
    """The scales in which a bare number beside a unit may be meant: 33,474 beside 30,000千円 in 千円, 円 or 百万円."""
    bare, other = (target, actual) if target.unit.bare else (actual, target)
    if bare.scale != 1 or other.scale == 1:
        return (1,)
    if other.unit.dimension == "money":
        return tuple(dict.fromkeys((other.scale, 1, 1000, 10**6)))
    return (other.scale, 1)


def _scaled(target: Quantity, actual: Quantity, scale: int) -> tuple[Quantity, Quantity]:
    if scale == 1:
        return target, actual
    if target.unit.bare:
        return _times(target, Fraction(scale)), actual
    return target, _times(actual, Fraction(scale))


def _alike(target: Quantity, actual: Quantity, most: int = _FARTHEST) -> bool:
    goal, given = (_end(part) for part in (target, actual))
    return not goal or not given or (goal <= given * most and given <= goal * most)


def _end(part: Quantity) -> Fraction | None:
    end = part.low if part.low is not None else part.high
    return None if end is None else abs(end)


def _one_rate(outcomes: list[Outcome]) -> Fraction | None:
    rates = {outcome.rate for outcome in outcomes}
    return rates.pop() if len(rates) == 1 else None


def agreed(outcomes: list[Outcome], otherwise: Outcome) -> Outcome:
    """The one outcome of several readings, or `otherwise` where they differ."""
    first = outcomes[0]
    if any(outcome.status != first.status for outcome in outcomes):
        return otherwise
    return first._replace(rate=_one_rate(outcomes))


# Comparing


def _directed(target: Quantity, actual: Quantity, direction: Direction | None) -> Outcome:
    if target.is_bounded:
        return _within(target, actual)
    if direction is not None:
        return _toward(target, actual, direction)
    return agreed([_toward(target, actual, "up"), _toward(target, actual, "down")], NO_DIRECTION)


def _toward(target: Quantity, actual: Quantity, direction: Direction) -> Outcome:
    if target.is_range and actual.is_range:
        return _like_ends(target, actual, direction)
    if direction == "up":
        return CONTRADICTION if target.low is None else _upward(target.low, actual, strict=target.low_open)
    return CONTRADICTION if target.high is None else _downward(target.high, actual, strict=target.high_open)


def _upward(need: Fraction, actual: Quantity, *, strict: bool) -> Outcome:
    low, high = actual.low, actual.high
    rate = ratio(low if low is not None else high, need)
    if low is not None and (low > need or (low == need and (not strict or actual.low_open))):
        return Outcome("achieved", rate)
    if high is not None and (high < need or (high == need and (strict or actual.high_open))):
        return _short(actual, rate)
    return _SPANS


def _downward(need: Fraction, actual: Quantity, *, strict: bool) -> Outcome:
    low, high = actual.low, actual.high
    rate = ratio(need, high if high is not None else low)
    if high is not None and (high < need or (high == need and (not strict or actual.high_open))):
        return Outcome("achieved", rate)
    if low is not None and (low > need or (low == need and (strict or actual.low_open))):
        return _short(actual, rate)
    return _SPANS


def _short(actual: Quantity, rate: Fraction | None) -> Outcome:
    """Missed; 60%弱 beside 60% is short by nobody knows how much, and has no rate."""
    is_point = actual.low is not None and actual.high is not None
    return Outcome("missed", rate if is_point or rate is None or rate < 1 else None)


def _like_ends(target: Quantity, actual: Quantity, direction: Direction) -> Outcome:
    """Ranges: low against low, high against high; both must meet, and the rate is the smaller."""
    ends = []
    for goal, measured in ((target.low, actual.low), (target.high, actual.high)):
        if goal is None or measured is None:
            return _SPANS
        point = replace(actual, low=measured, high=measured, is_range=False)
        ends.append((_upward if direction == "up" else _downward)(goal, point, strict=False))
    return worst(ends)


def _within(target: Quantity, actual: Quantity) -> Outcome:
    """5%以上10%未満 is obeyed at both ends, whichever way the indicator goes; it has no rate."""
    if target.low is None or target.high is None:
        return _SPANS
    low = _upward(target.low, actual, strict=target.low_open)
    return worst([low, _downward(target.high, actual, strict=target.high_open)])._replace(rate=None)


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
