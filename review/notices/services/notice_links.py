"""Where a notice leads, and by when what it asks for is due."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.urls import reverse

from review.models import OutboxEvent
from review.notices.services.notice_audiences import review_of


def _plan(row: OutboxEvent) -> Sequence[str]:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a plan but names no year of it")
    return (row.cycle.plan.short_name,)


def _year(row: OutboxEvent) -> Sequence[str | int]:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a year but names none")
    return row.cycle.key


#: What stands in an address, by its name; one that is not here is the same for every event.
_NAMES: dict[str, Callable[[OutboxEvent], Sequence[object]]] = {
    **dict.fromkeys(("meguri:sheet", "meguri:resume"), lambda row: (row.review_id,)),
    **dict.fromkeys(("meguri:definitions", "meguri:board", "meguri:decide", "meguri:cycle", "publication:year"), _year),
    **dict.fromkeys(("meguri:plan_end", "meguri:summary", "publication:summary"), _plan),
    "meguri:correction": lambda row: (row.payload["correction"],),
    "meguri:plan_change": lambda row: (row.payload["change"],),
}


def address(name: str, row: OutboxEvent) -> str:
    """The page of that name, of what the event tells of; behind a # the place in it.

    Raises ValueError where the event names no year or plan for it.
    """
    name, sign, place = name.partition("#")
    return reverse(name, args=_NAMES[name](row) if name in _NAMES else None) + sign + place


def due(row: OutboxEvent) -> datetime | None:
    """提出期限 of the year."""
    return row.cycle.due_at if row.cycle else None


def sheet_due(row: OutboxEvent) -> datetime | None:
    """By when the sheet is due from whoever has it."""
    return review_of(row).step_due_at


def decide_due(row: OutboxEvent) -> datetime | None:
    """審議期限 of the year."""
    return row.cycle.decide_due_at if row.cycle else None
