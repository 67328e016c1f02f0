"""Reads every sheet of a workbook as a grid: the shown text of each cell, what is merged and what is hidden.

Runs in a throw-away process (see sandbox.py), after the inspection, which has refused macros, links and formulas.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.forms.grid import Grid, make_grid
from review.workbook import shown
from review.workbook.findings import Code, Refused
from review.workbook.table_reader import opened, typed

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 20_000, 300, 400_000


def read_grids(path: Path) -> list[Grid]:
    """The sheets in the book's order. Raises Refused: FORMULA and BAD_CHAR with the cell, TOO_LARGE, BROKEN."""
    book = opened(path)
    if sum(sheet.max_row * min(sheet.max_column, MAX_COLUMNS) for sheet in book.worksheets) > MAX_CELLS:
        raise Refused(Code.TOO_LARGE, f"セルが多すぎます(上限は{MAX_CELLS:,}個)")
    return [_grid(sheet) for sheet in book.worksheets]


def _grid(sheet: Worksheet) -> Grid:
    if sheet.max_row > MAX_ROWS:
        raise Refused(Code.TOO_LARGE, f"シート「{sheet.title}」の行が多すぎます(上限は{MAX_ROWS:,}行)")
    rows: list[list[str]] = []
    plain: set[tuple[int, int]] = set()
    dates: set[tuple[int, int]] = set()
    for number, cells in enumerate(sheet.iter_rows(max_col=min(sheet.max_column, MAX_COLUMNS))):
        rows.append([])
        for column, cell in enumerate(cells):
            text, kind = _text(cell)
            rows[-1].append(text)
            if kind == "plain":
                plain.add((number, column))
            elif kind == "date_cell":
                dates.add((number, column))
    return make_grid(
        rows,
        title=sheet.title,
        spans=[
            (one.min_row - 1, one.min_col - 1, one.max_row - 1, one.max_col - 1) for one in sheet.merged_cells.ranges
        ],
        plain=plain,
        dates=dates,
        hidden_rows={number - 1 for number, row in sheet.row_dimensions.items() if row.hidden},
        hidden_columns=_hidden_columns(sheet),
        hidden=sheet.sheet_state != "visible",
    )


def _text(cell: Any) -> tuple[str, str]:
    """(the text as shown, plain for a number without a format or the code of a doubt)."""
    value = cell.value
    if value is None:
        return "", ""
    text = typed(cell)
    if text is not None:
        return text, ""
    text, code = shown.shown_text(value, cell.number_format)
    bare = isinstance(value, int | float | Decimal) and cell.number_format == "General"
    return text, "plain" if bare and not isinstance(value, bool) else code


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """Columns share one entry where they are alike: it names the first and the last."""
    hidden: set[int] = set()
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            first = column.min or column_index_from_string(letter)
            hidden |= set(range(first - 1, min(column.max or first, MAX_COLUMNS)))
    return hidden
