"""Writes the city's form: one sheet for each 施策, named by its 施策ID, ready for A4 paper."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from review.domain import form_labels as labels
from review.domain.book import FormSheet, YearBook
from review.domain.fiscal import fiscal_year_label
from review.workbook import layout, paging
from review.workbook.files import write_atomically
from review.workbook.layout import Page
from review.workbook.painter import CellWarning, Painter, place, set_widths
from review.workbook.styles import FONT, set_standard_font

A4 = 9
# What fits beside the page number, and beside the state; a program takes 255 letters in all, its codes included.
FOOT_LETTERS, HEAD_LETTERS = 50, 60


def write_form(
    sheets: Sequence[FormSheet], out: BinaryIO | Path, *, made_at: datetime | None = None
) -> list[CellWarning]:
    """Write the form of each sheet into `out`, a stream or a path; a path is replaced as a whole or not at all.

    Returns what could not be written exactly, cell by cell; such a cell is marked in the book.
    Raises ValueError where there is no sheet. About 10 ms a sheet.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    book, painter = new_book(), Painter()
    for form in sheets:
        fill_form(add_sheet(book, form.sheet.code), painter, Page(form=form))
    first = sheets[0]
    describe(book, f"{fiscal_year_label(first.fiscal_year)} {first.plan_name} 施策シート", first.city, made_at)
    save(book, out)
    return painter.warnings


def new_book() -> Workbook:
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    set_standard_font(book)
    return book


def describe(book: Workbook, title: str, city: str, made_at: datetime | None) -> None:
    """Set the document's properties; the time is the moment at which the book was made."""
    book.properties.title = _plain(title)
    book.properties.creator = "Meguri"
    book.properties.subject = _plain(city)
    book.properties.language = "ja-JP"
    if made_at:
        moment = made_at.replace(tzinfo=None)
        book.properties.created = book.properties.modified = moment


def save(book: Workbook, out: BinaryIO | Path) -> None:
    """Write the book to a stream, or to a path by way of a temporary file."""
    if isinstance(out, Path):
        write_atomically(out, lambda stream: _pack(book, stream))
    else:
        _pack(book, out)


class _Parts:
    """What openpyxl takes for an archive, and keeps each part as it is."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}

    def writestr(self, name: str, data: str | bytes) -> None:
        self.parts[name] = data.encode() if isinstance(data, str) else data

    def write(self, path: str, name: str) -> None:
        self.parts[name] = Path(path).read_bytes()

    def namelist(self) -> list[str]:
        return list(self.parts)

    def close(self) -> None:
        """There is no directory to write."""


def parts_of(book: Workbook) -> dict[str, bytes]:
    """The parts of the book's archive by their names, as openpyxl writes them, none of them compressed."""
    archive: Any = _Parts()
    ExcelWriter(book, archive).save()
    parts: dict[str, bytes] = archive.parts
    return parts


def _pack(book: Workbook, stream: BinaryIO) -> None:
    # Workbook.save would overwrite the time of the book, and leave its archive open where the disk is full.
    with ZipFile(stream, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).save()


def add_sheet(book: Workbook, code: str) -> Worksheet:
    """Add an empty sheet for a 施策 at the end of the book."""
    sheet: Worksheet = book.create_sheet(layout.sheet_names([code], book.sheetnames)[0])
    return sheet


def fill_form(sheet: Worksheet, painter: Painter, page: Page) -> None:
    """Paint one page of the form on an empty sheet and make it ready for print."""
    frame_form(sheet, page.form, last_printed=paint_form(sheet, painter, page))


def frame_form(sheet: Worksheet, form: FormSheet, *, last_printed: int) -> None:
    """All of a form's sheet that is no cell: widths, panes, paper, what is printed above and below."""
    set_widths(sheet, layout.column_widths(form))
    left, area = f"{form.city} {form.plan_name}", print_area(form, last_printed)
    set_page(sheet, area=area, freeze="A3", repeat="1:1", left=left, right=form.state_label, foot=foot_of(form))
    sheet.sheet_view.zoomScale = 100
    if form.demo:
        sheet.sheet_properties.tabColor = "B3261E"
        _head_and_foot(sheet)[0].center.text = labels.DEMO


def paint_form(sheet: Worksheet, painter: Painter, page: Page) -> int:
    """Paint every line of the form; returns the last row that is printed."""
    painted = paging.paged(page)
    row = 1
    for index, line in enumerate(painted):
        if line.begins_page:
            painter.page_break(sheet, row)
        span = line.row_span
        # What reaches further down is the first box, or all where no single row may be as high as the line.
        tall = len(line.boxes) if span > 1 else int(line.boxes[0].rows > 1)
        for box in line.boxes[:tall]:
            deep = span if box.rows == 1 else sum(one.row_span for one in painted[index : index + box.rows])
            painter.text(sheet, row, box.first, box.text, box.style, link=box.link)
            painter.merge(sheet, row, box.first, row + deep - 1, box.last, box.style)
        painter.line(sheet, row, line.boxes[tall:], round(line.height / span, 1))
        for extra in range(1, span):
            painter.height(sheet, row + extra, round(line.height / span, 1))
        row += span
    return row - 1


def print_area(form: FormSheet, last_row: int) -> str:
    """The cells of a form that are printed: A1:F40."""
    return f"A1:{get_column_letter(layout.column_count(form))}{last_row}"


def set_page(
    sheet: Worksheet,
    *,
    area: str,
    left: str,
    right: str,
    foot: str = "",
    freeze: str | None = None,
    repeat: str | None = None,
    landscape: bool = False,
) -> None:
    """The cells of the area on A4, one page wide, with the plan above and the page numbers below.

    `freeze` is the first cell that moves on the screen, `repeat` the rows that are printed on every page.
    """
    sheet.print_area, sheet.freeze_panes, sheet.print_title_rows = area, freeze, repeat
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.header, margins.footer = 0.7, 0.6, 0.3, 0.3
    sheet.print_options.horizontalCentered = True
    head, below = _head_and_foot(sheet)
    for part, text in (
        (head.left, header_text(left)),
        (head.right, header_text(right)),
        (below.left, header_text(foot, most=FOOT_LETTERS)),
        (below.right, "&P / &N ページ"),
    ):
        part.text, part.size, part.font = text or None, 8, f"{FONT},Regular"


def set_list_page(sheet: Worksheet, book: YearBook, **page: Any) -> None:
    """The same for a list of the year's book, with its plan above."""
    set_page(sheet, left=f"{book.city} {book.plan_name}", right=book.state_label, **page)


def entitle(sheet: Worksheet, painter: Painter, title: str, note: str, columns: int) -> None:
    """The first two lines of a list of the year's book: its title across the columns, a note, the way back to 表紙."""
    for column in range(1, columns + 1):
        painter.text(sheet, 1, column, title if column == 1 else "", "heading")
    painter.height(sheet, 1, 24.0)
    painter.text(sheet, 2, 1, note, "note")
    painter.text(sheet, 2, columns, "← 表紙", "link", link=place(layout.COVER))


def _head_and_foot(sheet: Worksheet) -> tuple[HeaderFooterItem, HeaderFooterItem]:
    if sheet.oddHeader is None or sheet.oddFooter is None:
        raise TypeError("a worksheet made by openpyxl has a header and a footer")
    return sheet.oddHeader, sheet.oddFooter


def foot_of(form: FormSheet) -> str:
    """The footer of every page of a form: which 施策 it is, for the second page shows it nowhere else."""
    return f"{form.sheet.code} {form.sheet.name}".strip()


def header_text(text: str, *, most: int = HEAD_LETTERS) -> str:
    """The text as a header or footer of a printed page, with a sign where it is longer than there is room for."""
    plain = _plain(text)
    # & begins a code of the header language, and counts twice.
    while len(plain) + plain.count("&") > most:
        plain = plain.removesuffix("…")[:-1] + "…"
    return plain.replace("&", "&&")


def _plain(text: str) -> str:
    return re.sub("[\x00-\x1f\ud800-\udfff\ufffe\uffff]", " ", text)
