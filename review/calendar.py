"""The city's calendar: the business days of the law and the closing days that the city entered.

Within `cached()` (a request, a morning's work) it is read once, however many rows of a page count their days left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from review.domain.business_days import Calendar
from review.models import ClosingDay

_cache: ContextVar[list[Calendar] | None] = ContextVar("calendar", default=None)


def city() -> Calendar:
    """The calendar as it stands. One query, and none the second time within `cached()`."""
    cache = _cache.get()
    if cache:
        return cache[0]
    calendar = Calendar(closed=frozenset(ClosingDay.objects.values_list("day", flat=True)))
    if cache is not None:
        cache.append(calendar)
    return calendar


def changed() -> None:
    """A closing day came or went: read again at the next use."""
    cache = _cache.get()
    if cache:
        cache.clear()


@contextmanager
def cached() -> Iterator[None]:
    """Read the calendar at most once within the block."""
    token = _cache.set([])
    try:
        yield
    finally:
        _cache.reset(token)
