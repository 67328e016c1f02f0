"""Puts values into the cells of one workbook, exactly, and remembers what could not be put exactly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from openpyxl.cell.cell import Cell
from openpyxl.chart._chart import ChartBase
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import BookSheet
from review.workbook import cell_text
from review.workbook.layout import Box
from review.workbook.styles import Palette

# What a spreadsheet program would take for a formula, an error or a quoted text once a person edits the cell.
STARTERS = ("=", "+", "-", "@", "'", "#")
Value = str | float | int | None


@dataclass(frozen=True, kw_only=True)
class CellWarning:
    """A text that did not fit its cell: the sheet, the cell and one sentence."""

    sheet: str
    cell: str
    problem: str

    def __str__(self) -> str:
        return f"シート「{self.sheet}」のセル{self.cell}: {self.problem}"


@dataclass(kw_only=True)
class Painter:
    """Writes cells with shared looks; `warnings` grows as it goes."""

    palette: Palette = field(default_factory=Palette)
    warnings: list[CellWarning] = field(default_factory=list)

    def text(self, sheet: Worksheet, row: int, column: int, text: str, style: str, *, link: str = "") -> None:
        """Text that arrives as text, whatever it begins with; an empty text leaves an empty cell.

        `link` leads from the cell to a place in the same book, such as '01-01'!A1.
        """
        cell = _cell(sheet, row, column)
        stored, problem = cell_text.encode(text)
        self.palette.apply(cell, style, marked=bool(problem), literal=text.startswith(STARTERS))
        if stored:
            cell.value = stored
            cell.data_type = "s"  # openpyxl takes "=1" for a formula and "#N/A" for an error
        if problem:
            self._mark(sheet, cell, problem)
        if link:
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=link)

    def number(self, sheet: Worksheet, row: int, column: int, value: float | int | None, style: str) -> None:
        """A number that people can calculate with; None leaves an empty cell."""
        cell = _cell(sheet, row, column)
        cell.value = value
        self.palette.apply(cell, style)

    def merge(self, sheet: Worksheet, row: int, column: int, last_row: int, last_column: int, style: str) -> None:
        """Join cells; each keeps the border of the first, so that no program leaves a gap in the frame."""
        if (last_row, last_column) == (row, column):
            return
        for r in range(row, last_row + 1):
            for c in range(column, last_column + 1):
                if (r, c) != (row, column):
                    self.palette.apply(sheet.cell(row=r, column=c), style)
        # Worksheet.merge_cells would make every cell anew; the frame is drawn already.
        sheet.merged_cells.ranges.add(CellRange(min_row=row, min_col=column, max_row=last_row, max_col=last_column))

    def line(self, sheet: Worksheet, row: int, boxes: Sequence[Box], height: float) -> None:
        """A whole row of the form, of boxes that reach no further down."""
        for box in boxes:
            self.text(sheet, row, box.first, box.text, box.style, link=box.link)
            self.merge(sheet, row, box.first, row, box.last, box.style)
        self.height(sheet, row, height)

    def values(self, sheet: Worksheet, row: int, values: Iterable[Value], styles: Iterable[str]) -> None:
        """A row of a list from its first column on: texts, and numbers or nothing."""
        for column, (value, style) in enumerate(zip(values, styles, strict=True), start=1):
            if isinstance(value, str):
                self.text(sheet, row, column, value, style)
            else:
                self.number(sheet, row, column, value, style)

    def height(self, sheet: Worksheet, row: int, points: float) -> None:
        sheet.row_dimensions[row].height = points

    def page_break(self, sheet: Worksheet, row: int) -> None:
        sheet.row_breaks.append(Break(id=row - 1))

    def block(self, sheet: Worksheet, entry: BookSheet, place: str, paint: Callable[[], None]) -> None:
        """Paint some rows, which follow from `entry` and `place` alone: a painter that remembers them need not paint."""
        paint()

    def drawn(self, place: str, draw: Callable[[], ChartBase]) -> ChartBase:
        """A chart, which follows from `place` alone, likewise."""
        return draw()

    def _mark(self, sheet: Worksheet, cell: Cell, problem: str) -> None:
        self.warnings.append(CellWarning(sheet=sheet.title, cell=cell.coordinate, problem=problem))
        cell.comment = Comment(problem, "Meguri", height=80, width=260)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row=row, column=column)
    if not isinstance(cell, Cell):
        raise TypeError("`merge` makes no MergedCell")
    return cell


def place(sheet_name: str, cell: str = "A1") -> str:
    """The address of a cell in another sheet, for a link."""
    quoted = sheet_name.replace("'", "''")
    return f"'{quoted}'!{cell}"


def set_widths(sheet: Worksheet, widths: list[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
