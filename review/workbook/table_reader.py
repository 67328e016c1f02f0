"""Opens an inspected workbook; reads its first sheet as rows of text, such as a list of people.

Runs in a throw-away process (see sandbox.py), after the inspection, which has refused macros, links and formulas.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from review.domain.text import problem
from review.workbook import cell_text, shown
from review.workbook.findings import Code, Refused

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 5_000, 20, 1_000


def open_book(path: Path) -> Workbook:
    """The book, formulas as they stand. Raises Refused (BROKEN) where the parser gives up."""
    try:
        with path.open("rb") as stream:  # by stream: openpyxl refuses names with another ending
            return load_workbook(stream, data_only=False, keep_links=False)
    except Exception as error:  # a broken part fails in a dozen ways: KeyError, BadZipFile, ParseError, ValueError
        raise Refused(Code.BROKEN, "ブックを開けません") from error


def read_rows(path: Path) -> list[list[str]]:
    """The texts of the first sheet, blank rows included, so that row numbers stay those of the file.

    Raises Refused: FORMULA and BAD_CHAR with the cell, TOO_LARGE beyond 5,000 rows, BROKEN.
    """
    sheet = open_book(path).worksheets[0]
    if sheet.max_row > MAX_ROWS:
        raise Refused(Code.TOO_LARGE, f"行が多すぎます(上限は{MAX_ROWS:,}行)")
    return [[_text(cell) for cell in row[:MAX_COLUMNS]] for row in sheet.iter_rows()]


def _text(cell: Any) -> str:
    if isinstance(cell.value, datetime | date):
        return (cell.value.date() if isinstance(cell.value, datetime) else cell.value).isoformat()
    return text_of(cell, "General")[0][:MAX_TEXT].strip()


def text_of(cell: Any, number_format: str) -> tuple[str, str]:
    """(the text as shown, the code of a doubt). Raises Refused: FORMULA, BAD_CHAR with the cell."""
    value, place = cell.value, f"{cell.parent.title}!{cell.coordinate}"
    if value is None:
        return "", ""
    if cell.data_type == "f":
        raise Refused(Code.FORMULA, cell=place)
    if not isinstance(value, str) or cell.data_type == "e":
        return shown.shown_text(value, number_format)
    text = cell_text.decode(value)
    if problem(text):
        raise Refused(Code.BAD_CHAR, "保存できない文字があります", cell=place)
    return text, ""
