"""The city's calendar: the business days of the law and the closing days that the city entered.

Within `cached()` (a request, a morning's work) it is read once, however many rows of a page count their days left.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from django.db.models import CharField, Subquery

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


class _Joined(Subquery):
    """The values of a query's one column as one text, with commas."""

    template = "(SELECT STRING_AGG(value, ',') FROM (SELECT CAST(day AS VARCHAR) AS value FROM (%(subquery)s) AS days) AS texts)"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, "(SELECT GROUP_CONCAT(day, ',') FROM (%(subquery)s) AS days)", **extra)


def closed_days() -> Subquery:
    """The closing days as a column of another query, as `put` takes them."""
    return _Joined(ClosingDay.objects.order_by().values("day"))


def put(closed: str | None) -> None:
    """Keep the closing days that another query brought along, within `cached()`."""
    cache = _cache.get()
    if cache == []:
        cache.append(Calendar(closed=frozenset(map(date.fromisoformat, closed.split(",") if closed else ()))))


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
