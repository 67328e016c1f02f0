"""Where a notice leads, and by when what it asks for is due."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from review.models import OutboxEvent
from review.notices.services.notice_audiences import review_of

# --- where it leads ----------------------------------------------------------------------------------------------


def _year(row: OutboxEvent) -> tuple[str, int]:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a year but names none")
    return row.cycle.key


def _to(name: str, of: Callable[[OutboxEvent], Sequence[Any]] = lambda row: ()) -> Callable[[OutboxEvent], str]:
    """To the named address of what the event tells of."""
    return lambda row: reverse(name, args=of(row))


def _of_sheet(row: OutboxEvent) -> Sequence[Any]:
    return [row.review_id]


def _of_plan(row: OutboxEvent) -> Sequence[Any]:
    return _year(row)[:1]


sheet = _to("meguri:sheet", _of_sheet)
#: Straight to the form; those who may not write come to the sheet.
resume = _to("meguri:resume", _of_sheet)
#: The one sheet that waits for the reader, or home where several do.
mine = _to("meguri:mine")
#: Where the year's deadlines stand beside what is mine.
home = _to("meguri:home")
definitions, board, decide, cycle = (
    _to(f"meguri:{name}", _year) for name in ("definitions", "board", "decide", "cycle")
)
results, public_summary = _to("publication:year", _year), _to("publication:summary", _of_plan)
plan_end, summary = _to("meguri:plan_end", _of_plan), _to("meguri:summary", _of_plan)
proxies, jobs, audit = _to("meguri:proxies"), _to("meguri:jobs"), _to("meguri:audit")
correction = _to("meguri:correction", lambda row: [row.payload["correction"]])
change = _to("meguri:plan_change", lambda row: [row.payload["change"]])


def concurrence(row: OutboxEvent) -> str:
    return f"{sheet(row)}#concurrence"


def comments(row: OutboxEvent) -> str:
    return f"{sheet(row)}#comments"


# --- by when -----------------------------------------------------------------------------------------------------


def due(row: OutboxEvent) -> datetime | None:
    """提出期限 of the year."""
    return row.cycle.due_at if row.cycle else None


def sheet_due(row: OutboxEvent) -> datetime | None:
    """By when the sheet is due from whoever has it."""
    return review_of(row).step_due_at


def decide_due(row: OutboxEvent) -> datetime | None:
    """審議期限 of the year."""
    return row.cycle.decide_due_at if row.cycle else None
