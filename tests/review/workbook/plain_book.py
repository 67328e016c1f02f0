"""The year's book by openpyxl alone, slow and plain: what `engine` makes is held equal to it."""

from pathlib import Path
from typing import BinaryIO

from review.domain.book import YearBook
from review.workbook import indicator_list, layout, summary_sheet
from review.workbook.consolidated import describe_book, fill_changes, fill_cover, form_names, page_of
from review.workbook.painter import CellWarning, Painter
from review.workbook.writer import fill_form, new_book, save


def write(book: YearBook, out: BinaryIO | Path) -> list[CellWarning]:
    """Write the book into `out`; returns what could not be written exactly."""
    workbook, painter = new_book(), Painter()
    names = form_names(book)
    cover, summary, indicators, *forms, changes = (
        workbook.create_sheet(name)
        for name in (layout.COVER, layout.SUMMARY, layout.INDICATORS, *names, layout.CHANGES)
    )
    fill_cover(cover, painter, book, names)
    summary_sheet.fill(summary, painter, book, names)
    firsts = indicator_list.fill(indicators, painter, book, names)
    for sheet, entry, first in zip(forms, book.sheets, firsts, strict=True):
        fill_form(sheet, painter, page_of(book, entry, first))
    fill_changes(changes, painter, book, names)
    describe_book(workbook, book)
    save(workbook, out)
    return painter.warnings
