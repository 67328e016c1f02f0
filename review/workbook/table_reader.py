"""Reads the first sheet of a workbook as rows of text, such as a list of people. Runs in a throw-away process (see sandbox.py)."""

from datetime import date, datetime
from pathlib import Path

from review.domain.text import FORBIDDEN, flaw
from review.workbook import cell_text, shown
from review.workbook.book_reader import opened
from review.workbook.findings import Code, Refused
from review.workbook.read_book import Cell, Sheet

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 5_000, 20, 1_000


def read_rows(path: Path) -> list[list[str]]:
    """The texts of the first sheet, blank rows included, so that row numbers stay those of the file.

    Raises Refused: what the inspection finds, BAD_CHAR with the cell, TOO_LARGE beyond 5,000 rows.
    """
    sheet = next(iter(opened(path).sheets), None)
    if sheet is None:
        raise Refused(Code.BROKEN, "表のシートがありません")
    if sheet.max_row > MAX_ROWS:
        raise Refused(Code.TOO_LARGE, f"行が多すぎます(上限は{MAX_ROWS:,}行)")
    width = min(sheet.max_column, MAX_COLUMNS)
    return [[_text(sheet, cell)[:MAX_TEXT].strip() for cell in row] for row in sheet.rows(width)]


def _text(sheet: Sheet, cell: Cell) -> str:
    if cell.value is None:
        return ""
    if isinstance(cell.value, datetime | date):
        return (cell.value.date() if isinstance(cell.value, datetime) else cell.value).isoformat()
    text = typed(sheet, cell)
    return shown.shown_text(cell.value, "General")[0] if text is None else text


def typed(sheet: Sheet, cell: Cell) -> str | None:
    """The text of a cell that holds text; None for anything else. Raises Refused: BAD_CHAR with the cell."""
    if not isinstance(cell.value, str):
        return None
    text = cell_text.decode(cell.value)
    if (reason := flaw(text)) and reason.sentence == FORBIDDEN:  # how long it may be depends on its place
        raise Refused(Code.BAD_CHAR, "保存できない文字があります", cell=f"{sheet.title}!{cell.coordinate}")
    return text
