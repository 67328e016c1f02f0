"""Which part of the 実績 answers which part of the 目標: by label, else by place, else in no way that is certain."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations

from review.domain.notation import compact
from review.domain.values.compare import Outcome, worst
from review.domain.values.grammar import OF_A_TARGET
from review.domain.values.reading import Quantity

Pairs = list[tuple[Quantity, Quantity]]
_UNPAIRED = Outcome("undetermined", None, "parts_mismatch", "内訳の名称が目標と実績で対応しないため、判定できません。")
DIFFERENT = Outcome(
    "undetermined", None, "parts_mismatch", "目標と実績で、何の値かを示す言葉が異なるため、判定できません。"
)
_SAY_NOTHING = (
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
)
_COUNTED = re.compile(r"件数|人数|回数|者数|[数率件人回者の済的実延べ]")
_DIGITS = re.compile(r"\d+")
_MOST = 5  # parts whose every pairing is tried: 120 pairings


def pair(targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...]) -> tuple[Pairs, bool]:
    """Pairs of equally many parts, and whether the pairing is certain."""
    goals, given = _labels(targets), _labels(actuals)
    if not any(goals) or not any(given):
        return list(zip(targets, actuals, strict=True)), True
    order = _by_label(goals, given)
    if order is not None:
        return [(target, actuals[index]) for target, index in zip(targets, order, strict=True)], True
    return list(zip(targets, actuals, strict=True)), False


def _labels(parts: tuple[Quantity, ...]) -> list[str]:
    return [compact(part.label) for part in parts]


def _by_label(goals: list[str], given: list[str]) -> list[int] | None:
    """For each wanted label its place among the given ones: equal, or one begins with the other (小, 小学校)."""
    order: list[int] = []
    for label in goals:
        alike = [index for index, other in enumerate(given) if other == label]
        if not alike and label:
            alike = [
                index
                for index, other in enumerate(given)
                if other and (other.startswith(label) or label.startswith(other))
            ]
        if len(alike) != 1:
            return None
        order.append(alike[0])
    return order if len(set(order)) == len(order) else None


def settled_in_every_order(
    targets: tuple[Quantity, ...], actuals: tuple[Quantity, ...], compare: Callable[[Quantity, Quantity], Outcome]
) -> Outcome:
    """The verdict of parts whose labels do not match, if every pairing gives it; it has no rate."""
    if len(targets) > _MOST:
        return _UNPAIRED
    table = [[compare(target, actual) for actual in actuals] for target in targets]
    statuses = {
        worst([table[row][column] for row, column in enumerate(order)]).status
        for order in permutations(range(len(actuals)))
    }
    if len(statuses) == 1 and (status := statuses.pop()) != "undetermined":
        return Outcome(status)
    return _UNPAIRED


def same_thing(target: Quantity, actual: Quantity, name: str) -> bool:
    """False where the labels of two single values name different things: 男性 and 女性, 令和5年度 and 令和6年度.

    Labels that share two letters in a row (協定締結数, 締結件数) or stand in the name are taken for one thing.
    """
    goal, given = compact(target.label), compact(actual.label)
    if given in OF_A_TARGET:
        return False
    if given in _SAY_NOTHING or goal in _SAY_NOTHING:
        return True
    if not given or goal == given or goal in OF_A_TARGET:
        return True
    plain = compact(name)
    if goal and _DIGITS.findall(goal) != _DIGITS.findall(given) and _DIGITS.search(goal) and _DIGITS.search(given):
        return False
    if not goal:
        return given[0] not in "未不" or given in plain
    if goal in given or given in goal or (goal in plain and given in plain):
        return True
    return any(
        goal[place : place + 2] in given and not _differ_beside(goal, given, goal[place : place + 2])
        for place in range(len(goal) - 1)
    )


def _differ_beside(goal: str, given: str, common: str) -> bool:
    """True for 重大事故 and 軽微な事故: beside the common word each says something of its own."""
    return all(_COUNTED.sub("", label.replace(common, "")) for label in (goal, given))
