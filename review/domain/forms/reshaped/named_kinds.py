"""A column of names that each say the kind of their row too (成約件数(目標), 成約件数(実績)) as the name and a column 区分."""

import re
from dataclasses import replace
from itertools import pairwise

from review.domain.forms.grid import Grid
from review.domain.forms.headings import Role, is_headingish, kind_of_row, role_of

_KIND = re.compile(r"(.*\S)(?:\s*[(（【\[]([^()（）【】\[\]]+)[)）】\]]|[\s・:：_]+(\S+))\s*", re.S)


def kinds_apart(grid: Grid) -> Grid:
    """The sheet with such a column as two; one that has other names too is left as it is."""
    for column in range(grid.width):
        named = {row: pair for row in range(grid.height) if (pair := _pair(grid.own(row, column)))}
        names = [named[row][0] for row in named]
        twice = sum(one == other for one, other in pairwise(names))
        first = min(named, default=0)
        heads = [row for row in range(first) if is_headingish(grid.own(row, column)) and grid.own(row, column).strip()]
        below = [row for row in range(first, grid.height) if grid.own(row, column).strip()]
        alike = {kind_of_row(kind) for _name, kind in named.values()} >= {Role.TARGET, Role.ACTUAL}
        if alike and heads and twice * 2 == len(named) and all(row in named for row in below[: len(named)]):
            return _with_kinds(grid, column, heads[-1], named)
    return grid


def _pair(text: str) -> tuple[str, str] | None:
    match = _KIND.fullmatch(text)
    kind = (match[2] or match[3]) if match else ""
    is_pair = match and kind_of_row(kind) in (Role.TARGET, Role.ACTUAL) and role_of(match[1]) is None
    return (match[1].strip(), kind) if match and is_pair else None


def _with_kinds(grid: Grid, column: int, head: int, named: dict[int, tuple[str, str]]) -> Grid:
    rows, before = [], ""
    for number, row in enumerate(grid.rows):
        name, kind = named.get(number, (row[column], "区分" if number == head else ""))
        shown = "" if number in named and name == before else name
        before = name if number in named else ""
        rows.append([*row[:column], shown, kind, *row[column + 1 :]])
    spans = [(t, left + (left > column), b, right + (right > column)) for t, left, b, right in grid.spans]
    moved = ({(row, c + (c > column)) for row, c in places} for places in (grid.plain, grid.dates))
    plain, dates = moved
    return replace(
        grid,
        rows=rows,
        spans=spans,
        plain=plain,
        dates=dates,
        column_numbers=[*grid.column_numbers[: column + 1], *grid.column_numbers[column:]],
        hidden_columns={one + (one > column) for one in grid.hidden_columns},
    )
