"""Writes the 記入用 workbook: the city's form with this year's cells open and coloured, everything else locked.

The book's properties carry the token under which Meguri stores what it wrote, the cycle, and for each sheet a digest of
the labels beside its open cells: a re-arranged file is noticed. How the cells are found again: `entry_places`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import FormSheet
from review.domain.fiscal import fiscal_year_label
from review.workbook import entry_hints, entry_places, paging
from review.workbook.cell_formats import OPEN
from review.workbook.entry_places import (
    CODE_PROPERTY,
    CYCLE_PROPERTY,
    FORM,
    FORM_PROPERTY,
    SHEET_PROPERTY,
    TOKEN_PROPERTY,
)
from review.workbook.layout import Page
from review.workbook.painter import CellWarning, Painter
from review.workbook.read_book import Cell, Sheet
from review.workbook.writer import add_sheet, describe, fill_form, new_book, save

#: Which cells a person may type into and which not, in what is remembered of a book.
CLOSED, OPENED = "closed", "open"
OPEN_FILL = PatternFill("solid", fgColor=OPEN)
HOW_TO = "黄色のセルだけに記入し、めぐりへアップロードしてください。ほかのセルは変更できません。"


@dataclass(frozen=True, kw_only=True)
class EntrySheet:
    """One sheet to be filled in: its form, the 取組状況 of each row of the schedule, and the keys that are open."""

    form: FormSheet
    progress: Sequence[str]
    open_keys: Collection[str]


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a book holds: what could not be written exactly, and {sheet: {CLOSED or OPENED: {cell: digest of its text}}}."""

    warnings: list[CellWarning]
    cells: dict[str, dict[str, dict[str, str]]]


def write_entry_book(
    sheets: Sequence[EntrySheet], out: BinaryIO | Path, *, token: str, cycle: str, made_at: datetime | None = None
) -> Written:
    """Write the book into `out`, a stream or a path. `token` and `cycle` come back with it.

    Raises ValueError where there is no sheet. Some 15 ms a sheet.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    book, painter = new_book(), Painter()
    cells = {entry.form.sheet.code: _add(book, painter, entry) for entry in sheets}
    for name, value in ((FORM_PROPERTY, FORM), (TOKEN_PROPERTY, token), (CYCLE_PROPERTY, cycle)):
        _note(book, name, value)
    first = sheets[0].form
    title = f"{fiscal_year_label(first.fiscal_year)} {first.plan_name} 記入用ブック"
    describe(book, title, first.city, made_at)
    save(book, out)
    return Written(warnings=painter.warnings, cells=cells)


def _add(book: Workbook, painter: Painter, entry: EntrySheet) -> dict[str, dict[str, str]]:
    code = entry.form.sheet.code
    sheet = add_sheet(book, code)
    page = Page(form=entry.form, progress=tuple(entry.progress), open_keys=frozenset(entry.open_keys))
    fill_form(sheet, painter, page)
    areas = paging.places(page)
    for top, left, bottom, right in areas.values():
        _open(sheet, top, left, bottom, right)
    _add_names(sheet, code, {key: (top, left) for key, (top, left, _, _) in areas.items()})
    sheet["A2"].value = HOW_TO
    _lock(sheet)
    cells = {key: f"{get_column_letter(left)}{top}" for key, (top, left, _, _) in areas.items()}
    entry_hints.add_hints(sheet, cells, entry.form.sheet.form)
    written = as_read(sheet)
    _note(book, SHEET_PROPERTY + sheet.title, entry_places.arrangement(written, cells))
    if sheet.title != code:
        _note(book, CODE_PROPERTY + sheet.title, code)
    digests = {cell: entry_places.cell_digest(text) for cell, text in entry_places.texts(written)}
    opened = {cell: digests.pop(cell) for cell in cells.values() if cell in digests}
    return {CLOSED: digests, OPENED: opened}


def _add_names(sheet: Worksheet, code: str, cells: Mapping[str, tuple[int, int]]) -> None:
    """Give the sheet and its open cells their names; `cells` is {item key: (row, column)}."""
    sheet.defined_names.add(
        DefinedName(entry_places.SHEET_NAME, attr_text=f'"{code.replace(chr(34), chr(34) * 2)}"', hidden=True)
    )
    for key, (row, column) in cells.items():
        where = f"{quote_sheetname(sheet.title)}!${get_column_letter(column)}${row}"
        sheet.defined_names.add(DefinedName(entry_places.cell_name(key), attr_text=where, hidden=True))


def as_read(sheet: Worksheet) -> Sheet:
    """The sheet as a reader will have it, without its look."""
    cells = {
        (cell.row, cell.column): Cell(cell.row, cell.column, cell.value) for row in sheet.iter_rows() for cell in row
    }
    names = {name: str(one.attr_text or "") for name, one in sheet.defined_names.items()}
    return Sheet(title=sheet.title, cells=cells, names=names)


def _note(book: Workbook, name: str, value: str) -> None:
    book.custom_doc_props.append(StringProperty(name=name, value=value))


def _open(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            cell = sheet.cell(row=row, column=column)
            cell.protection = Protection(locked=False)
            cell.fill = OPEN_FILL
            cell.number_format = "@"


def _lock(sheet: Worksheet) -> None:
    """Without a password: the lock is against slips, and an office must be able to help itself."""
    protection = sheet.protection
    protection.sheet = True
    protection.formatCells = protection.formatRows = protection.formatColumns = False
    protection.selectLockedCells = False
