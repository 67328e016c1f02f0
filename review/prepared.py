"""Questions that every page asks: put into SQL once in a process, then run again and again with other values.

Django builds a query and its SQL anew each time, which costs several times what the database needs for the answer.

    @prepared(measure=int)
    def _story(measure: int) -> QuerySet[IndicatorYear]:
        return IndicatorYear.objects.filter(indicator__measure_id=measure).select_related("indicator")

    rows = _story(measure=12)        # a list of IndicatorYear

Only values that stand alone in the SQL may vary: numbers, days and words, and tuples of numbers of one fixed length.
A query that is built differently from call to call cannot be prepared. No answer is cached.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

# Stand-ins that no query holds of itself; whole numbers that fit the smallest column.
_NUMBER, _DAY, _WORD = 31_001, date(1801, 1, 1), "\u2060prepared"

Row = TypeVar("Row")
Build = Callable[..., QuerySet[Any, Row]]
Ask = Callable[..., list[Row]]


def prepared(**kinds: type | int) -> Callable[[Build[Row]], Ask[Row]]:
    """Prepare the query that the function builds from values of these kinds: int, date or str, or the length of a tuple
    of numbers. Calling it gives the rows as a list; one query."""

    def decorate(build: Build[Row]) -> Ask[Row]:
        questions: dict[str, _Question] = {}

        def ask(**values: Any) -> list[Row]:
            question = questions.get(connection.vendor)
            if question is None:
                question = questions[connection.vendor] = _Question.of(build, kinds)
            return question.rows(values)

        ask.__doc__ = build.__doc__
        ask.build = build  # type: ignore[attr-defined]
        return ask

    return decorate


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A query in SQL, and where in its parameters the values go."""

    queryset: QuerySet[Any]
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    #: place among the parameters -> the value's name and, for a tuple, which of its numbers
    places: dict[int, tuple[str, int | None]]

    @classmethod
    def of(cls, build: Callable[..., QuerySet[Any]], kinds: dict[str, type | int]) -> _Question:
        """Build it with stand-ins. Raises LookupError where one of them does not arrive in the SQL."""
        given, stands_for = _stand_ins(kinds)
        queryset = build(**given)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        # SQLite takes days as text.
        known = {value if isinstance(value, int) else str(value): place for value, place in stands_for.items()}
        places = {at: known[key] for at, key in enumerate(map(_key, params)) if key in known}
        if missing := set(known.values()) - set(places.values()):
            raise LookupError(f"{build.__name__}: not in the SQL: {missing}")
        return cls(queryset=queryset, compiler=compiler, sql=sql, params=tuple(params), places=places)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        """The answer for these values."""
        params = list(self.params)
        for at, (name, which) in self.places.items():
            value = values[name] if which is None else values[name][which]
            # A number keeps the type by which its column is compared; a day is text where the stand-in was.
            params[at] = value if type(params[at]) is type(value) else type(params[at])(value)
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (self.sql, tuple(params))
        query = copy.copy(self.queryset.query)
        query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        results: QuerySet[Any] = QuerySet(model=self.queryset.model, query=query)
        results._iterable_class = self.queryset._iterable_class
        results._fields = self.queryset._fields  # type: ignore[attr-defined]
        results._prefetch_related_lookups = self.queryset._prefetch_related_lookups  # type: ignore[attr-defined]
        return list(results)


def _key(value: Any) -> Any:
    """What a parameter is known by: numbers by their value, all else by its text."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _stand_ins(kinds: dict[str, type | int]) -> tuple[dict[str, Any], dict[Any, tuple[str, int | None]]]:
    """The values to build with, and what each stands for."""
    given: dict[str, Any] = {}
    stands_for: dict[Any, tuple[str, int | None]] = {}
    for count, (name, kind) in enumerate(kinds.items()):
        if isinstance(kind, int):
            numbers: Sequence[int] = range(_NUMBER + 100 * (count + 1), _NUMBER + 100 * (count + 1) + kind)
            given[name] = list(numbers)
            stands_for |= {number: (name, which) for which, number in enumerate(numbers)}
            continue
        value: Any = {int: _NUMBER + count, date: _DAY + timedelta(days=count), str: f"{_WORD}{count}"}[kind]
        given[name] = value
        stands_for[value] = (name, None)
    return given, stands_for
