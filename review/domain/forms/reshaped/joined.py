"""A row of headings that say a goal and its value in one word (貸出冊数目標, 貸出冊数実績) as the two rows that it means."""

import re
from dataclasses import replace
from itertools import groupby

from review.domain.forms.grid import Grid
from review.domain.forms.headings import VALUES, is_number, role_of

#: what stands behind the name: the year, the word of the value, and the year again where it stands in a bracket
_TAIL = re.compile(
    r"(.+?)[\s_・:/-]*((?:(?:令和|平成|[RH]|20)\s*(?:\d+|元)年?度?末?)?(?:の)?"
    r"(?:目標|実績|計画|基準|現状|当初|最終目標)(?:値|数|見込)?(?:[(](?:令和|平成|[RH]|20)(?:\d+|元)年?度?[)])?)",
    re.S,
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def unjoined(grid: Grid) -> Grid:
    """The sheet with each such row as two: the names of the goals over their values."""
    row = 0
    while row < grid.height:
        tails = _tails(grid, row)
        if tails:
            grid = _with_two(grid, row, tails)
            row += 1
        row += 1
    return grid


def _tails(grid: Grid, row: int) -> dict[int, tuple[str, str]]:
    """{column: (name, value)} of a row where all that share a name are neighbours, at least two of each."""
    tails: dict[int, tuple[str, str]] = {}
    for column in grid.filled(row):
        text = grid.own(row, column).strip()
        match = (
            _TAIL.fullmatch(text.translate(_HALF_WIDTH))
            if role_of(text) is None and grid.span(row, column)[2:] == (row, column)
            else None
        )
        if match and role_of(match[1]) is None and role_of(match[2]) in VALUES:
            tails[column] = (text[: match.end(1)], match[2])
    runs = [[*run] for _name, run in groupby(tails, key=lambda column: tails[column][0])]
    alone = [run for run in runs if len(run) < 2 or run[-1] - run[0] != len(run) - 1]
    names = [tails[run[0]][0] for run in runs]
    return {} if alone or len({*names}) < len(names) or any(map(is_number, grid.rows[row])) else tails


def _with_two(grid: Grid, row: int, tails: dict[int, tuple[str, str]]) -> Grid:
    upper, lower = [*grid.rows[row]], [""] * grid.width
    for column, (name, value) in tails.items():
        upper[column] = name if tails.get(column - 1, ("", ""))[0] != name else ""
        lower[column] = value
    names = dict.fromkeys(name for name, _value in tails.values())
    runs = [[column for column, tail in tails.items() if tail[0] == name] for name in names]
    spans = [(t + (t > row), left, b + (b >= row), right) for t, left, b, right in grid.spans]
    spans += [(row, run[0], row, run[-1]) for run in runs]
    covered = {column for t, left, b, right in spans if t <= row <= b for column in range(left, right + 1)}
    spans += [(row, column, row + 1, column) for column in range(grid.width) if column not in covered]
    return replace(
        grid,
        rows=[*grid.rows[:row], upper, lower, *grid.rows[row + 1 :]],
        spans=spans,
        plain={(r + (r > row), column) for r, column in grid.plain},
        dates={(r + (r > row), column) for r, column in grid.dates},
        row_numbers=[*grid.row_numbers[: row + 1], *grid.row_numbers[row:]],
        hidden_rows={r + (r > row) for r in grid.hidden_rows},
    )
