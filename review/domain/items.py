"""The items of a sheet: what can be typed, remarked on, returned and compared, each under one key.

A key is `cause`, `indicator:2:actual`, `indicator:2:next_target`, `schedule:3` or `schedule:3:bars`. Keys are stored
(comments, returns), so they never change.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from review.domain import fields, sheet_form
from review.domain.fields import Field, Required, Section

_DOUBT = re.compile(r"indicator:[0-9]+:doubt:([a-z0-9_]+)")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item: its key, its label on the screen and its text."""

    key: str
    label: str
    text: str


def actual_key(number: int) -> str:
    """The key of an indicator's 実績."""
    return f"indicator:{number}:actual"


def doubt_key(number: int, code: str) -> str:
    """The key of the answer to one doubt about an indicator's 実績, or of its state (`answers.STATE`)."""
    return f"indicator:{number}:doubt:{code}"


def code_of(key: str) -> str:
    """The code of the doubt that such a key speaks of; '' for every other item."""
    match = _DOUBT.fullmatch(key)
    return match[1] if match else ""


def schedule_key(position: int) -> str:
    """The key of a schedule row's 取組状況."""
    return f"schedule:{position}"


def bars_key(position: int) -> str:
    """The key of a schedule row's bar (its text: review.domain.bars)."""
    return f"schedule:{position}:bars"


def bar_cell_key(position: int, year: int) -> str:
    """The key of one year of a bar, which a workbook has in a cell of its own."""
    return f"{bars_key(position)}:{year}"


def bar_cell(key: str) -> tuple[str, int] | None:
    """(the bar's key, the year) of such a key; None for every other."""
    bar, _, year = key.rpartition(":")
    return (bar, int(year)) if is_bar(bar) and year.isascii() and year.isdigit() else None


def item_of(key: str) -> str:
    """The item that a cell belongs to: the bar of one of its years, else the item itself."""
    cell = bar_cell(key)
    return cell[0] if cell else key


def next_target_key(number: int) -> str:
    """The key of an indicator's 目標 of the year to come."""
    return f"indicator:{number}:next_target"


def next_name_key(number: int) -> str:
    """The key of an indicator's 評価項目 of the year to come."""
    return f"indicator:{number}:next_name"


def is_bar(key: str) -> bool:
    """Whether the item is a schedule bar."""
    return key.startswith("schedule:") and key.endswith(":bars")


def is_next(key: str) -> bool:
    """Whether the item is a 目標 or 評価項目 of the year to come."""
    return key.startswith("indicator:") and key.endswith((":next_target", ":next_name"))


def field_of(key: str) -> Field | None:
    """The field of the form that the item is; None for the whole sheet and for unknown keys."""
    kind, _, rest = key.partition(":")
    what = rest.partition(":")[2]
    if kind == "indicator":
        section = Section.NEXT if is_next(key) else Section.GOAL
        return fields.field(section, what.partition(":")[0] or "actual")
    if kind == "schedule":
        return fields.field(Section.SCHEDULE, "bars" if what else "progress")
    return fields.text(key)


def is_text(key: str) -> bool:
    """Whether the item is a text of the sheet that the department writes."""
    return key in fields.typed() or key.startswith(fields.OWN)


def step_of(key: str) -> int:
    """The guided step (1 to 5) of the item."""
    one = field_of(key)
    if key.startswith(fields.OWN):
        return sheet_form.STEP
    return one.step if one and one.step else 5


def label_of(key: str, form: sheet_form.Form) -> str:
    """The words under which people know the item in a year with that form; the key itself where it is unknown."""
    kind, _, rest = key.partition(":")
    number, _, what = rest.partition(":")
    one = sheet_form.field(form, key) or field_of(key)
    word = one.label if one else key.removeprefix(fields.OWN) or "シート全体"
    if kind == "indicator":
        return f"成果目標{circled(int(number))} {word}"
    return f"取組内容{number} {'スケジュール' if what else word}" if kind == "schedule" else word


def circled(number: int) -> str:
    """① for 1 up to ⑳, then (21)."""
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})"


def open_keys(keys: Iterable[str], returned: Sequence[str] | None) -> frozenset[str]:
    """Which of `keys` may be edited: all (None), or those that the return named with the texts that explain them.

    A returned 実績 also opens 要因 and 対応, for a new figure needs a new explanation; a returned 取組状況 its bar; the
    reason of a change the 目標 and 評価項目 that it explains, and these the reason.
    """
    every = frozenset(keys)
    if returned is None or "" in returned:
        return every
    named = frozenset(returned)
    return frozenset(key for key in every if key in named or _goes_with(key, named))


def _goes_with(key: str, named: frozenset[str]) -> bool:
    own = fields.typed().get(key)
    rule = own.required if own else Required.NEVER
    if rule == Required.WHERE_MISSED:
        return any(one.startswith("indicator:") and not is_next(one) for one in named)
    if is_bar(key):
        return key.removesuffix(":bars") in named
    if code_of(key):
        return actual_key(int(key.split(":")[1])) in named
    if is_next(key):
        return not named.isdisjoint(fields.required(Required.WHERE_PLAN_CHANGES))
    return rule == Required.WHERE_PLAN_CHANGES and any(is_next(one) for one in named)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The keys whose text differs between two submissions, in the order of `after`."""
    return [key for key in after if before.get(key, "") != after[key]]
