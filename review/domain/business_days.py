"""Business days: not Saturday, not Sunday, no national holiday (振替休日 and 国民の休日 among them), and not a day on
which the city hall is closed.

29 December to 3 January are closed as 地方自治法 and the cities' ordinances have it; what else a city closes is data.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import jpholiday

YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def holiday_name(day: date) -> str:
    """元日, 憲法記念日 振替休日; '' on any other day. Cached: computing it costs a third of a millisecond."""
    return jpholiday.is_holiday_name(day) or ""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """The days on which one city works. `closed` are its own closing days, beside those of the law."""

    closed: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether the city hall is open on the day."""
        if day.weekday() >= 5 or (day.month, day.day) in YEAR_END or day in self.closed:
            return False
        return not holiday_name(day)

    def next_open(self, day: date) -> date:
        """The first business day after `day`."""
        day += _DAY
        while not self.is_open(day):
            day += _DAY
        return day

    def last_open(self, day: date) -> date:
        """`day` itself where it is a business day, else the last one before it."""
        while not self.is_open(day):
            day -= _DAY
        return day

    def until(self, start: date, end: date) -> int:
        """How many business days lie after `start` up to and including `end`; negative when `end` is past."""
        return -_open_between(self, end, start) if end < start else _open_between(self, start, end)

    def add(self, day: date, count: int) -> date:
        """The business day `count` (>= 0) business days after `day`; with 0 `day` itself, open or not."""
        for _ in range(count):
            day = self.next_open(day)
        return day

    def at(self, due: date, distance: int) -> date:
        """The business day at that distance from a deadline (see `distance`)."""
        if distance > 0:
            return self.add(due, distance)
        day = self.last_open(due)
        for _ in range(-distance):
            day = self.last_open(day - _DAY)
        return day

    def open_days(self, after: date, until: date) -> list[date]:
        """The business days after the one day up to and including the other."""
        days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
        return [day for day in days if self.is_open(day)]

    def distance(self, today: date, due: date) -> int:
        """The distance of a business day from a deadline: -5 five business days before, 0 on it, 3 the third one after.

        A deadline on a closed day counts as met on the last business day before it: that day is 0.
        """
        return self.until(due, today) if today > due else -self.until(today, due)


@lru_cache(maxsize=4096)
def _open_between(calendar: Calendar, start: date, end: date) -> int:
    """How many business days lie after `start` up to and including `end`. Cached: a list needs it for each row."""
    return sum(calendar.is_open(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
