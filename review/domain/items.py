"""The items of a sheet: what can be typed, remarked on, returned and compared, each under one key.

A key is `cause`, `indicator:2:actual` or `schedule:3`. Keys are stored (comments, returns), so they never change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TEXT_ITEMS: dict[str, str] = {
    "cause": "要因",
    "response": "対応",
    "progress": "取組状況",
    "policy": "今後の取組方針・取組内容",
    "self_assessment": "自己評価",
    "change_reason": "目標や指標の変更とその理由",
}

# Which guided step shows an item.
STEPS: dict[int, str] = {1: "実績", 2: "要因と対応", 3: "取組状況", 4: "来年度", 5: "確認・提出"}
_STEP_OF_TEXT = {"cause": 2, "response": 2, "self_assessment": 2, "progress": 3, "policy": 4, "change_reason": 4}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item: its key, its label on the screen and its text."""

    key: str
    label: str
    text: str


def actual_key(number: int) -> str:
    """The key of an indicator's 実績."""
    return f"indicator:{number}:actual"


def schedule_key(position: int) -> str:
    """The key of a schedule row's 取組状況."""
    return f"schedule:{position}"


def step_of(key: str) -> int:
    """The guided step (1 to 5) on which the item stands."""
    if key.startswith("indicator:"):
        return 1
    return 3 if key.startswith("schedule:") else _STEP_OF_TEXT.get(key, 5)


def label_of(key: str) -> str:
    """The words under which people know the item; the key itself where it is unknown."""
    kind, _, rest = key.partition(":")
    if kind == "indicator":
        return f"成果目標{circled(int(rest.split(':')[0]))} 実績"
    if kind == "schedule":
        return f"取組内容{rest} 取組状況"
    return TEXT_ITEMS.get(key, key or "シート全体")


def circled(number: int) -> str:
    """① for 1 up to ⑳, then (21)."""
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})"


def open_keys(keys: Iterable[str], returned: Sequence[str] | None) -> frozenset[str]:
    """Which of `keys` may be edited: all (None), or those that the return named with the texts that explain them.

    A returned 実績 also opens 要因 and 対応, for a new figure needs a new explanation.
    """
    every = frozenset(keys)
    if returned is None or "" in returned:
        return every
    explained = {"cause", "response"} if any(key.startswith("indicator:") for key in returned) else set()
    return frozenset(key for key in every if key in returned or key in explained)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The keys whose text differs between two submissions, in the order of `after`."""
    return [key for key in after if before.get(key, "") != after[key]]
