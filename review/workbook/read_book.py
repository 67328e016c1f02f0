"""A workbook as its readers see it: the cells of its sheets with what they hold, and of their look the number format and
whether they are coloured. `book_reader.opened` makes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, product

from review.domain.cell_address import address

#: Rows and columns count from 1.
Place = tuple[int, int]
#: The first row, the first column, the last row and the last column.
Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a cell; `moment` is date or duration where it shows a number as one, else ''."""

    number_format: str = "General"
    moment: str = ""
    painted: bool = False


PLAIN = Format()


@dataclass(slots=True)
class Cell:
    """One cell. `value` is a text, int, float, bool, a date or a time, None where there is nothing; `data_type` is s for a
    text, n for a number, d for a date or a time, b for TRUE and FALSE, e for an error."""

    row: int
    column: int
    value: object = None
    data_type: str = "n"
    format: Format = PLAIN

    @property
    def coordinate(self) -> str:
        """F7."""
        return address(self.row, self.column)


@dataclass(kw_only=True)
class Sheet:
    """One worksheet. Of a joined area the first cell is in `cells`; the first and last of hidden columns are listed."""

    title: str
    hidden: bool = False
    cells: dict[Place, Cell] = field(default_factory=dict)
    notes: dict[Place, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def cell(self, row: int, column: int) -> Cell:
        """The cell there; an empty one where the file has none."""
        return self.cells.get((row, column)) or Cell(row, column)

    @cached_property
    def max_row(self) -> int:
        """The last row with a cell, a joined area or a note; 1 where there is nothing."""
        return max(chain((row for row, _ in chain(self.cells, self.notes)), (one[2] for one in self.merged)), default=1)

    @cached_property
    def max_column(self) -> int:
        """The last column, likewise."""
        places = chain(self.cells, self.notes)
        return max(chain((column for _, column in places), (one[3] for one in self.merged)), default=1)

    def rows(self, columns: int = 0) -> Iterator[list[Cell]]:
        """Every row from the first, of so many columns, else of all; none where there is nothing."""
        for row in range(1, self.max_row + 1) if self.cells or self.notes or self.merged else ():
            yield [self.cell(row, column) for column in range(1, (columns or self.max_column) + 1)]

    def clear_covered(self) -> None:
        """Take out the cells that a joined area covers."""
        for top, left, bottom, right in self.merged:
            if (bottom - top + 1) * (right - left + 1) > len(self.cells):  # a title over all columns that there can be
                covered = [(row, col) for row, col in self.cells if top <= row <= bottom and left <= col <= right]
            else:
                covered = list(product(range(top, bottom + 1), range(left, right + 1)))
            for place in covered:
                if place != (top, left):
                    self.cells.pop(place, None)


@dataclass(kw_only=True)
class Book:
    """The worksheets in order, the document's own properties by name, and the words of text boxes and other shapes."""

    sheets: list[Sheet] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    shapes: list[str] = field(default_factory=list)
