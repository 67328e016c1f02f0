"""Reads every sheet of a workbook as a grid: the shown text of each cell, what is merged and what is hidden.

Runs in a throw-away process (see sandbox.py).
"""

from decimal import Decimal

from review.domain.forms.grid import Grid, make_grid
from review.workbook import shown
from review.workbook.findings import Code, Refused
from review.workbook.read_book import Book, Cell, Sheet
from review.workbook.table_reader import typed

MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 20_000, 300, 400_000


def read_grids(book: Book) -> list[Grid]:
    """The sheets in the book's order. Raises Refused: BAD_CHAR with the cell, TOO_LARGE."""
    if sum(sheet.max_row * min(sheet.max_column, MAX_COLUMNS) for sheet in book.sheets) > MAX_CELLS:
        raise Refused(Code.TOO_LARGE, f"セルが多すぎます(上限は{MAX_CELLS:,}個)")
    return [_grid(sheet) for sheet in book.sheets]


def _grid(sheet: Sheet) -> Grid:
    if sheet.max_row > MAX_ROWS:
        raise Refused(Code.TOO_LARGE, f"シート「{sheet.title}」の行が多すぎます(上限は{MAX_ROWS:,}行)")
    rows: list[list[str]] = []
    plain: set[tuple[int, int]] = set()
    dates: set[tuple[int, int]] = set()
    for number, cells in enumerate(sheet.rows(min(sheet.max_column, MAX_COLUMNS))):
        rows.append([])
        for column, cell in enumerate(cells):
            text, kind = _text(sheet, cell)
            rows[-1].append(text)
            if kind == "plain":
                plain.add((number, column))
            elif kind == "date_cell":
                dates.add((number, column))
    return make_grid(
        rows,
        title=sheet.title,
        spans=[(top - 1, left - 1, bottom - 1, right - 1) for top, left, bottom, right in sheet.merged],
        plain=plain,
        dates=dates,
        hidden_rows={number - 1 for number in sheet.hidden_rows},
        hidden_columns={
            column for first, last in sheet.hidden_columns for column in range(first - 1, min(last, MAX_COLUMNS))
        },
        hidden=sheet.hidden,
    )


def _text(sheet: Sheet, cell: Cell) -> tuple[str, str]:
    """(the text as shown, plain for a number without a format or the code of a doubt)."""
    value = cell.value
    if value is None:
        return "", ""
    text = typed(sheet, cell)
    if text is not None:
        return text, ""
    text, code = shown.shown_text(value, cell.format.number_format)
    bare = isinstance(value, int | float | Decimal) and cell.format.number_format == "General"
    return text, "plain" if bare and not isinstance(value, bool) else code
