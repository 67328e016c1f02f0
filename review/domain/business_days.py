"""Business days: not Saturday, not Sunday, no national holiday, and not the city's own closing days.

The closing days default to 29 December to 3 January, as 地方自治法 and the cities' ordinances have it.
"""

from __future__ import annotations

from datetime import date, timedelta

import jpholiday

YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


def is_business_day(day: date) -> bool:
    """Whether the city hall is open on the day."""
    return day.weekday() < 5 and (day.month, day.day) not in YEAR_END and not jpholiday.is_holiday(day)


def next_business_day(day: date) -> date:
    """The first business day after `day`."""
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def business_days_until(start: date, end: date) -> int:
    """How many business days lie after `start` up to and including `end`; negative when `end` is past."""
    if end < start:
        return -business_days_until(end, start)
    return sum(is_business_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_business_days(day: date, count: int) -> date:
    """The business day `count` (>= 0) business days after `day`; `day` itself must not be one."""
    for _ in range(count):
        day = next_business_day(day)
    return day
