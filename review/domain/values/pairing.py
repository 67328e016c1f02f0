"""Which part of the 実績 answers which part of the 目標: by label, else by place, else in no way that is certain."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations

from review.domain.notation import compact
from review.domain.values.compare import Outcome, undecided, worst
from review.domain.values.grammar import OF_A_TARGET
from review.domain.values.reading import Quantity

Parts = tuple[Quantity, ...]

DIFFERENT = undecided("目標と実績で、何の値かを示す言葉が異なるため", "parts_mismatch")
_UNPAIRED = undecided("内訳の名称が目標と実績で対応しないため", "parts_mismatch")
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


def settled_in_every_order(targets: Parts, actuals: Parts, compare: Callable[[Quantity, Quantity], Outcome]) -> Outcome:
    """The verdict of parts whose labels do not match, if every pairing gives it; it has no rate."""
    if len(targets) > _MOST:
        return _UNPAIRED
    table = [[compare(target, actual) for actual in actuals] for target in targets]
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
