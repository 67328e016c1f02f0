"""The present moment. All code asks here, so that a test can move the clock.

A machine's clock may be wrong, and several machines never agree. What one process writes and another compares with
(leases, times of the next try) is therefore told by the database's clock: `shared()`. Days, deadlines and what people
read are told by `now()`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.functions import Now
from django.utils import timezone

# A machine whose clock is wrong, played by a process of the fault bench.
_WRONG = timedelta(seconds=float(os.environ.get("MEGURI_CLOCK_SHIFT_SECONDS", "0")))
_shift: ContextVar[timedelta] = ContextVar("shift", default=timedelta())


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now() + _WRONG + _shift.get()


def shared(later: timedelta = timedelta()) -> Any:
    """The present moment by the database's clock, `later` than that; an expression for filters and updates."""
    by = later + _shift.get()
    return ExpressionWrapper(Now() + Value(by), output_field=DateTimeField()) if by else Now()


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
