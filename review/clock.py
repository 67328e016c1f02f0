"""The present moment. All code asks here, so that a test can move the clock.

A machine's clock may be wrong, and several machines never agree. What one process writes and another compares with
(leases, times of the next try) therefore comes from the database's clock: `shared()`. Days, deadlines and what people
read come from `now()`.

A moment that lies further ahead than anybody would set it was written by a clock that was wrong. It holds nothing back:
`reached()` takes it for reached, `is_past()` for long ago.
"""

import os
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

# A machine whose clock is wrong, played by a process of the fault bench.
_WRONG = timedelta(seconds=float(os.environ.get("MEGURI_CLOCK_SHIFT_SECONDS", "0")))
# So far the clocks of two machines may differ without anybody having to know.
SLACK = timedelta(minutes=5)
#: How far a test moved the clock.
SHIFT: ContextVar[timedelta] = ContextVar("shift", default=timedelta())


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now() + _WRONG + SHIFT.get()


def shared(later: timedelta = timedelta()) -> Any:
    """The present moment by the database's clock, `later` than that; an expression for filters and updates."""
    by = later + SHIFT.get()
    return ExpressionWrapper(Now() + Value(by), output_field=DateTimeField()) if by else Now()


def reached(field: str, furthest: timedelta) -> Q:
    """Whether the moment in the field is reached, or lies further ahead than `furthest`, where no right clock put it."""
    return Q(**{f"{field}__lte": shared()}) | Q(**{f"{field}__gt": shared(furthest)})


def within(field: str, span: timedelta) -> Q:
    """Whether the moment in the field lies within the last `span`; one in the future lies outside."""
    return Q(**{f"{field}__gt": shared(-span), f"{field}__lte": shared(SLACK)})


def is_past(moment: datetime, span: timedelta, at: datetime | None = None) -> bool:
    """Whether the moment lies longer than `span` ago, or in the future, where only a wrong clock can have put it."""
    age = (at or now()) - moment
    return age > span or age < -SLACK


def today() -> date:
    """The present day in the city's time zone."""
    return timezone.localdate(now())
