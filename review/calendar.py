"""The city's calendar: the business days of the law and the closing days that the city entered.

Within `kept()` (a request, a morning's work) it is read once, however many rows of a page count their days left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from review.domain.business_days import Calendar
from review.models import ClosingDay

_kept: ContextVar[list[Calendar] | None] = ContextVar("calendar", default=None)


def city() -> Calendar:
    """The calendar as it stands. One query, and none the second time within `kept()`."""
    kept = _kept.get()
    if kept:
        return kept[0]
    found = Calendar(closed=frozenset(ClosingDay.objects.values_list("day", flat=True)))
    if kept is not None:
        kept.append(found)
    return found


def changed() -> None:
    """A closing day came or went: read anew when next asked."""
    kept = _kept.get()
    if kept:
        kept.clear()


@contextmanager
def kept() -> Iterator[None]:
    """Read the calendar at most once within the block."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)
