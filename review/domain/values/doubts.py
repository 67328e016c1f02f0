"""What an actual itself, or beside last year's, gives reason to ask about: jump, repeated, over_100_percent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from review.domain.notation import compact
from review.domain.values.compare import pair
from review.domain.values.reading import Quantity, Reading

# These may exceed 100 % without an error: growth, plans carried out, ratios to something else.
_MAY_EXCEED = re.compile(
    r"比\Z|比率|対比|年比|伸び|増加率|増減|倍率|達成率|達成度|進捗率|上昇率|充足率|稼働率|乗車率|経常収支|流動比率|収支比率|回転率|指数"
)


def of_actual(name: str, actual: Reading, previous: Reading | None) -> tuple[str, ...]:
    """The codes of doubts about an actual, in a fixed order; none about words."""
    if not actual.parts:
        return ()
    comparable = previous is not None and previous.state.state.is_result
    steps = list(steps_between(previous, actual)) if previous and comparable else []
    doubts = {
        "over_100_percent": any(map(_over_100_percent, actual.parts)) and not _may_exceed(name),
        "jump": any(_jumped(before, after) for before, after in steps),
        "repeated": bool(steps) and all(before == after for before, after in steps),
    }
    return tuple(code for code, applies in doubts.items() if applies)


@lru_cache(maxsize=4096)
def _may_exceed(name: str) -> bool:
    return bool(_MAY_EXCEED.search(compact(name)))


def steps_between(previous: Reading, actual: Reading) -> Iterator[tuple[Fraction, Fraction]]:
    """(last year's, this year's) value of each part, in one unit; nothing where the two cannot be compared.

    A value without a unit is taken in the other year's, and where it is far too small in its scale as well.
    """
    if not actual.parts or len(actual.parts) != len(previous.parts):
        return
    pairs, certain = pair(previous.parts, actual.parts)
    for before, after in pairs if certain else ():
        if not before.unit.fits(after.unit) or before.change != after.change:
            continue
        before, after = _assumed(before, after), _assumed(after, before)
        ends = ((before.low, after.low), (before.high, after.high))
        for first, second in ends[: 2 if before.is_range else 1]:
            if first is not None and second is not None:
                same = before.unit.factor == after.unit.factor
                yield (first, second) if same else (first * before.unit.factor, second * after.unit.factor)


def _assumed(part: Quantity, other: Quantity) -> Quantity:
    if not part.unit.bare or other.unit.bare:
        return part
    near = part.value and other.value and part.scale == 1 and abs(part.value) * 30 < abs(other.value)
    return replace(part.times(other.scale if near else 1), unit=other.unit)


def _over_100_percent(part: Quantity) -> bool:
    if part.unit.dimension != "percent" or part.change:
        return False
    high = part.low if part.high is None else part.high
    return high is not None and high * part.unit.factor > 100


def _jumped(before: Fraction, after: Fraction) -> bool:
    """At least twice or at most half of last year; zero and negative values have no such ratio."""
    return before > 0 and after >= 0 and (after >= 2 * before or 2 * after <= before)
