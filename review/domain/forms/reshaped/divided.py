"""A column that holds two values in each cell (現状値→目標値, 目標/実績, or one above the other) as the two columns that it means."""

import re
from dataclasses import replace
from itertools import takewhile

from review.domain.doubt_words import COLUMN, COLUMNS
from review.domain.forms.grid import Grid
from review.domain.forms.headings import VALUES, fold, is_headingish, role_of
from review.domain.forms.proposal import Collector
from review.domain.forms.years import named_year

#: the value in a bracket behind the other: 3件(2件) below 計画(実績)
_ENCLOSED = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_SIGNS = (*map(re.compile, (r"\s*[→⇒➡⟶]\s*", r"\s*[/／]\s*", r"\s*\n\s*")), _ENCLOSED)

_BRACKET = re.compile(r"([^(（]*)[(（]([^()（）]+)[)）]")


def divided(grid: Grid, collector: Collector) -> Grid:
    """The sheet with each such column as two; what stands in one of them alone covers both."""
    labels: list[str] = []
    column, first = 0, (0, 0)
    while column < grid.width:
        if head := _head(grid, column):
            row, sign = head
            first = first if labels else (row, column)
            labels.append(fold(grid.own(row, column)))
            grid = _with_two(grid, column, row, sign)
            column += 1
        column += 1
    if labels:
        words = COLUMNS % {"names": "」「".join(labels)} if labels[1:] else COLUMN % {"label": labels[0]}
        collector.at(grid, *first, "two_in_cell", heading_words=words)
    return grid


def _head(grid: Grid, column: int) -> tuple[int, re.Pattern[str]] | None:
    """(row of the heading that names two values, what stands between them and between those of every cell below)."""
    for row in range(grid.height):
        text = grid.own(row, column).strip()
        for sign in _SIGNS:
            words = [role_of(part) for part in _parts(text, sign)]
            if len(words) != 2 or len({*words}) != 2 or not VALUES.issuperset(words):
                continue
            texts = (grid.own(one, column).strip() for one in range(row + 1, grid.height))
            below = [text for text in takewhile(lambda text: not is_headingish(text), texts) if text]
            two = sum(len(_parts(text, sign)) == 2 for text in below)
            if two and two * 4 >= len(below) * 3:
                return row, sign
    return None


def _parts(text: str, sign: re.Pattern[str]) -> list[str]:
    """The values in the text; those of a bracket each with the word before it: 令和6年度(目標/実績)."""
    if sign is _ENCLOSED:
        parts = [part for part in sign.split(text) if part]
        year = named_year(parts[0]).year if len(parts) == 2 else None
        return [parts[0], f"{year}年度{parts[1]}"] if year and role_of(parts[1]) in VALUES else parts
    match = _BRACKET.fullmatch(text)
    parts = sign.split(match[2]) if match else []
    named = match and VALUES.issuperset(map(role_of, parts))
    return [f"{match[1]}{part}" for part in parts] if match and named else sign.split(text)


def _with_two(grid: Grid, column: int, head: int, sign: re.Pattern[str]) -> Grid:
    rows, spans = [], [(t, left + (left > column), b, right + (right >= column)) for t, left, b, right in grid.spans]
    for number, row in enumerate(grid.rows):
        parts = _parts(row[column].strip(), sign) if number >= head else []
        two = len(parts) == 2
        rows.append([*row[:column], *(parts if two else (row[column], "")), *row[column + 1 :]])
        over = next((one for one in spans if one[0] <= number <= one[2] and one[1] <= column <= one[3]), None)
        if over and two and over[3] > column:
            spans.remove(over)
            spans += [(over[0], at, over[2], at) for at in (column, column + 1)]
        elif not over and not two:
            spans.append((number, column, number, column + 1))
    return replace(
        grid,
        rows=rows,
        spans=[span for span in spans if span[:2] != span[2:]],
        plain=_moved(grid.plain, column),
        dates=_moved(grid.dates, column),
        column_numbers=[*grid.column_numbers[: column + 1], *grid.column_numbers[column:]],
        hidden_columns={one + (one > column) for one in grid.hidden_columns},
    )


def _moved(places: set[tuple[int, int]], column: int) -> set[tuple[int, int]]:
    return {(row, one + (one > column)) for row, one in places}
