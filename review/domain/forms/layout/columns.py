"""One table while its columns are being assigned: what stands in each of them, and what it holds so far."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from review.domain.forms.grid import Grid
from review.domain.forms.headings import Role, core
from review.domain.forms.layout.shape import Layout
from review.domain.forms.tables import Table, passes_over

_VALUE = re.compile(r"[約概ね延べ]*[-+△▲]?[\d,]++(?:\.\d++)?(?![\s.、)\-]+[^\d\s])|[-―ー－–—]+$")
#: what numbers rows
COUNT = re.compile(r"|No\.?|NO\.?|№|#|項番|通番|連番|番号")
#: 1-1 建物の倒壊
_NUMBERED = re.compile(r"\d+(?:[-.]\d+)+\s+(?=\D)")


class _Roles(list[Role | None]):
    """The roles of all columns, of which those that a person gave stand against every later reading."""

    def __init__(self, roles: list[Role | None], given: Mapping[int, Role]) -> None:
        super().__init__(given.get(column, role) for column, role in enumerate(roles))
        self.given = given

    def __setitem__(self, column: Any, role: Any) -> None:
        if column not in self.given:
            super().__setitem__(column, role)


class Columns:
    """The columns of one table; one that is assigned is free no longer."""

    def __init__(self, grid: Grid, table: Table, given: Mapping[int, Role], years: Mapping[int, int]) -> None:
        self.grid, self.table, self.given, self.years = grid, table, given, years
        self.roles = _Roles([heading.role for heading in table.headings], given)
        self.layout = Layout()
        self.rows = [row for row in range(table.first, table.end) if not passes_over(grid, row, table)]
        for column in (column for column in range(1, grid.width) if self._belongs_left(column)):
            self.roles[column] = None

    def _belongs_left(self, column: int) -> bool:
        """Whether a heading is merged over this column and the one left of it, and most rows below are merged alike."""
        one = [self.grid.origin(row, column) == self.grid.origin(row, column - 1) for row in self.rows]
        head = self.table.first - 1
        return self.grid.origin(head, column) == self.grid.origin(head, column - 1) and sum(one) * 2 > len(one)

    def data(self, column: int) -> list[str]:
        return [text for row in self.rows if (text := self.grid.own(row, column).strip())]

    def listed(self, column: int) -> list[str]:
        """The same of the rows that hold more than one text: without headings between them."""
        rows = (row for row in self.rows if len(self.grid.filled(row)) > 1)
        return [text for row in rows if (text := self.grid.own(row, column).strip())]

    def columns(self, *roles: Role | None) -> list[int]:
        return [column for column, role in enumerate(self.roles) if role in roles and self.data(column)]

    def tells(self, column: int) -> bool:
        """Whether a column of unknown words holds sentences."""
        data = self.data(column)
        return bool(self.table.headings[column].label) and sum(text.endswith("。") for text in data) * 2 > len(data)

    def counts_rows(self, column: int) -> bool:
        """Whether a column No. only counts: 1, 2, 3 from the first row to the last."""
        counted = [unicodedata.normalize("NFKC", text) for text in self.listed(column)]
        word = core(self.table.headings[column].label)
        return bool(COUNT.fullmatch(word)) and counted == [str(count) for count in range(1, len(counted) + 1)]

    def is_worded(self, column: int) -> bool:
        """Whether most of a column's cells are words, not values."""
        data = self.data(column)
        bare = (_NUMBERED.sub("", unicodedata.normalize("NFKC", text.lstrip("①②③④⑤⑥⑦⑧⑨⑩"))) for text in data)
        return sum(bool(_VALUE.match(text)) for text in bare) * 2 < len(data)
