"""A sheet as a person sees it: the shown text of each cell, what is merged, what is hidden.

Blank rows and columns are dropped at once, so that nothing behind this module can rest on them; addresses still say
where a cell stands in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from review.domain import cell_address

#: (top, left, bottom, right), all counted from 0 and included
Span = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One sheet. `plain` are the cells with a number that has no format of its own, `dates` those with a date."""

    title: str = ""
    rows: list[list[str]]
    spans: list[Span] = field(default_factory=list)
    plain: set[tuple[int, int]] = field(default_factory=set)
    dates: set[tuple[int, int]] = field(default_factory=set)
    row_numbers: list[int]
    column_numbers: list[int]
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.column_numbers)

    @cached_property
    def _origins(self) -> dict[tuple[int, int], tuple[int, int]]:
        return {
            (row, column): (top, left)
            for top, left, bottom, right in self.spans
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }

    @cached_property
    def _spans_at(self) -> dict[tuple[int, int], Span]:
        return {(span[0], span[1]): span for span in self.spans}

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """The cell that holds the text for this one: the first of a merged range, else itself."""
        return self._origins.get((row, column), (row, column))

    def own(self, row: int, column: int) -> str:
        """The text that begins in this very cell."""
        return self.rows[row][column] if self.origin(row, column) == (row, column) else ""

    def seen(self, row: int, column: int) -> str:
        """The text a person sees over this cell, a merged range's in each of its cells."""
        top, left = self.origin(row, column)
        return self.rows[top][left]

    def span(self, row: int, column: int) -> Span:
        """The range that the cell belongs to; the cell alone where it is not merged."""
        origin = self.origin(row, column)
        return self._spans_at.get(origin, (*origin, *origin))

    def filled(self, row: int) -> list[int]:
        """The columns in which a text begins on this row."""
        return [column for column in range(self.width) if self.own(row, column).strip()]

    def rewritten(self, texts: Mapping[str, str]) -> Grid:
        """The same sheet with other texts at these addresses: as if they had been typed."""
        if not texts:
            return self
        at = {self.address(row, column): (row, column) for row in range(self.height) for column in range(self.width)}
        rows = [list(row) for row in self.rows]
        places = {self.origin(*at[address]): text for address, text in texts.items() if address in at}
        for (row, column), text in places.items():
            rows[row][column] = text
        return replace(self, rows=rows, plain=self.plain - places.keys(), dates=self.dates - places.keys())

    def turned(self) -> Grid:
        """The same sheet with its rows as columns, for one that has a column for each 施策."""
        return _Turned(
            title=self.title,
            rows=[[row[column] for row in self.rows] for column in range(self.width)],
            spans=[(left, top, right, bottom) for top, left, bottom, right in self.spans],
            plain={(column, row) for row, column in self.plain},
            dates={(column, row) for row, column in self.dates},
            row_numbers=self.column_numbers,
            column_numbers=self.row_numbers,
            hidden_rows=self.hidden_columns,
            hidden_columns=self.hidden_rows,
        )

    def address(self, row: int, column: int) -> str:
        """F7, as a table calculation names the cell."""
        return cell_address.address(self.row_numbers[row], self.column_numbers[column])


class _Turned(Grid):
    """A turned sheet, whose addresses are still those of the file."""

    def address(self, row: int, column: int) -> str:
        return cell_address.address(self.column_numbers[column], self.row_numbers[row])


def make_grid(
    rows: list[list[str]],
    *,
    title: str = "",
    spans: list[Span] | None = None,
    plain: set[tuple[int, int]] | None = None,
    dates: set[tuple[int, int]] | None = None,
    hidden_rows: set[int] | None = None,
    hidden_columns: set[int] | None = None,
    hidden: bool = False,
) -> Grid:
    """The grid of these rows without its blank rows and columns. All numbers count from 0."""
    width = max((len(row) for row in rows), default=0)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    merged = [span for span in spans or [] if span[0] < len(full) and span[1] < width]
    for top, left, bottom, right in merged:  # what stands behind the first cell of a range is not shown
        for row in range(top, min(bottom, len(full) - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                if (row, column) != (top, left):
                    full[row][column] = ""
    staying = [i for i, row in enumerate(full) if any(text.strip() for text in row)]
    columns = [c for c in range(width) if any(full[i][c].strip() for i in staying)]
    row_at = {old: new for new, old in enumerate(staying)}
    column_at = {old: new for new, old in enumerate(columns)}
    return Grid(
        title=title,
        rows=[[full[i][c] for c in columns] for i in staying],
        spans=[moved for span in merged if (moved := _moved(span, staying, columns))],
        plain={(row_at[r], column_at[c]) for r, c in plain or set() if r in row_at and c in column_at},
        dates={(row_at[r], column_at[c]) for r, c in dates or set() if r in row_at and c in column_at},
        row_numbers=[i + 1 for i in staying],
        column_numbers=[c + 1 for c in columns],
        hidden_rows={row_at[r] for r in hidden_rows or set() if r in row_at},
        hidden_columns={column_at[c] for c in hidden_columns or set() if c in column_at},
        hidden=hidden,
    )


def _moved(span: Span, rows: list[int], columns: list[int]) -> Span | None:
    """The range among the rows and columns that stay; None where its first cell is dropped or it is one cell now."""
    top, left, bottom, right = span
    inside_rows = [new for new, old in enumerate(rows) if top <= old <= bottom]
    inside_columns = [new for new, old in enumerate(columns) if left <= old <= right]
    if not inside_rows or not inside_columns or len(inside_rows) * len(inside_columns) == 1:
        return None
    if rows[inside_rows[0]] != top or columns[inside_columns[0]] != left:
        return None
    return (inside_rows[0], inside_columns[0], inside_rows[-1], inside_columns[-1])
