"""The present moment. All code asks here, so that a test can move the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.utils import timezone

_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta())


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now() + _shift.get()


def today() -> date:
    """The present day in the city's time zone."""
    return timezone.localdate(now())


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock by `by` within the block."""
    token = _shift.set(by)
    try:
        yield
    finally:
        _shift.reset(token)
