"""Opens a workbook that the inspection has found safe, and reads its first sheet as rows of text, such as a list of people.

Runs in a throw-away process (see sandbox.py), after the inspection, which has refused macros, links and formulas.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.reader import excel
from openpyxl.worksheet._reader import COL_TAG, MERGE_TAG, ROW_TAG, WorkSheetParser, WorksheetReader
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import iterparse

from review.domain.text import FORBIDDEN, flaw
from review.workbook import cell_text, shown
from review.workbook.findings import Code, Refused

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 5_000, 20, 1_000


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Of a sheet, its rows, its columns and which cells are joined: what else is in it only a writer needs."""

    areas: Sequence[str] = ()

    def parse(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """As openpyxl does: (number, cells) of each row."""
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                row = self.parse_row(element)
                element.clear()
                yield row
            elif element.tag == COL_TAG:
                self.parse_column_dimensions(element)
            elif element.tag == MERGE_TAG:
                self.areas = [one.get("ref") for one in element]


class _Reader(WorksheetReader):  # type: ignore[misc]
    """Reads with `_Parser`, and joins cells without the borders that only a writer needs."""

    def __init__(self, ws: Worksheet, source: Any, strings: Any, data_only: bool, rich_text: bool) -> None:
        super().__init__(ws, source, strings, data_only, rich_text)
        book = ws.parent
        formats = book._date_formats, book._timedelta_formats
        self.parser = _Parser(source, strings, data_only, book.epoch, *formats, rich_text)

    def bind_all(self) -> None:
        """As openpyxl does, with the parts that there are."""
        self.bind_cells()
        self.bind_merged_cells()
        self.bind_col_dimensions()
        self.bind_row_dimensions()

    def bind_merged_cells(self) -> None:
        """As openpyxl does, without borders and locks."""
        areas = [CellRange(place) for place in self.parser.areas]
        for area in areas:
            first, *others = area.cells
            self.ws.cell(*first)
            self.ws._cells.update({place: MergedCell(self.ws, *place) for place in others})
        if areas:
            self.ws.merged_cells = MultiCellRange(areas)


def opened(path: Path) -> Workbook:
    """The book, to be read only. Raises Refused: BROKEN where the parser gives up."""
    framed, excel.WorksheetReader = excel.WorksheetReader, _Reader
    try:
        with path.open("rb") as stream:  # by stream: openpyxl refuses names with another ending
            return load_workbook(stream, data_only=False, keep_links=False)
    except Exception as error:  # a broken part fails in a dozen ways: KeyError, ValueError, TypeError, ParseError
        raise Refused(Code.BROKEN, "ブックを開けません") from error
    finally:
        excel.WorksheetReader = framed


def typed(cell: Any) -> str | None:
    """The text of a cell that holds text; None for anything else. Raises Refused: FORMULA and BAD_CHAR with the cell."""
    place = f"{cell.parent.title}!{cell.coordinate}"
    if cell.data_type == "f":
        raise Refused(Code.FORMULA, cell=place)
    if not isinstance(cell.value, str):
        return None
    text = cell_text.decode(cell.value)
    if (reason := flaw(text)) and reason.sentence == FORBIDDEN:  # how long it may be depends on its place
        raise Refused(Code.BAD_CHAR, "保存できない文字があります", cell=place)
    return text


def read_rows(path: Path) -> list[list[str]]:
    """The texts of the first sheet, blank rows included, so that row numbers stay those of the file.

    Raises Refused: FORMULA and BAD_CHAR with the cell, TOO_LARGE beyond 5,000 rows, BROKEN where the parser gives up.
    """
    sheet = next(iter(opened(path).worksheets), None)
    if sheet is None:
        raise Refused(Code.BROKEN, "表のシートがありません")
    if sheet.max_row > MAX_ROWS:
        raise Refused(Code.TOO_LARGE, f"行が多すぎます(上限は{MAX_ROWS:,}行)")
    return [[_text(cell)[:MAX_TEXT].strip() for cell in row[:MAX_COLUMNS]] for row in sheet.iter_rows()]


def _text(cell: Any) -> str:
    if cell.value is None:
        return ""
    if isinstance(cell.value, datetime | date):
        return (cell.value.date() if isinstance(cell.value, datetime) else cell.value).isoformat()
    text = typed(cell)
    return shown.shown_text(cell.value, "General")[0] if text is None else text
