"""Writes the 記入用 workbook: the city's form with this year's cells open and coloured, everything else locked.

An open cell has a name of its own on its sheet (`meguri.indicator.1.actual`, `meguri.schedule.2.bars.2025`), so that it
can be located wherever a program puts it. The book's properties carry the token under which Meguri stores what it
wrote, the cycle, and for each sheet a digest of the places of the open cells and of the labels beside them: a
re-arranged file is noticed.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import items
from review.domain.book import FormSheet
from review.domain.fields import OWN
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import fold
from review.workbook import entry_cells, paging
from review.workbook.layout import Page
from review.workbook.painter import CellWarning, Painter
from review.workbook.styles import OPEN
from review.workbook.writer import add_sheet, describe, fill_form, new_book, save

FORM = "1"
# The last says which 施策ID a sheet is of, where a sheet's name cannot hold it.
FORM_PROPERTY, TOKEN_PROPERTY, CYCLE_PROPERTY, SHEET_PROPERTY, CODE_PROPERTY = (
    "MeguriForm", "MeguriToken", "MeguriCycle", "MeguriSheet.", "MeguriCode.",
)  # fmt: skip
NAME = "meguri."
#: How a key of `domain.fields.OWN` begins there, for a name of Excel has no hyphen.
_OWN = "own:"
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
    """What a book holds: what could not be written exactly, and {sheet: {cell: digest}} of the cells that are closed."""

    warnings: list[CellWarning]
    closed: dict[str, dict[str, str]]


def write_entry_book(
    sheets: Sequence[EntrySheet], out: BinaryIO | Path, *, token: str, cycle: str, made_at: datetime | None = None
) -> Written:
    """Write the book into `out`, a stream or a path. `token` and `cycle` come back with it.

    Raises ValueError where there is no sheet. Some 15 ms a sheet.
    """
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    book, painter = new_book(), Painter()
    closed = {entry.form.sheet.code: _add(book, painter, entry) for entry in sheets}
    for name, value in ((FORM_PROPERTY, FORM), (TOKEN_PROPERTY, token), (CYCLE_PROPERTY, cycle)):
        _note(book, name, value)
    first = sheets[0].form
    title = f"{fiscal_year_label(first.fiscal_year)} {first.plan_name} 記入用ブック"
    describe(book, title, first.city, made_at)
    save(book, out)
    return Written(warnings=painter.warnings, closed=closed)


def _add(book: Workbook, painter: Painter, entry: EntrySheet) -> dict[str, str]:
    sheet = add_sheet(book, entry.form.sheet.code)
    page = Page(form=entry.form, progress=tuple(entry.progress), open_keys=frozenset(entry.open_keys))
    fill_form(sheet, painter, page)
    places = paging.places(page)
    for key, (top, left, bottom, right) in places.items():
        _open(sheet, top, left, bottom, right)
        where = f"{quote_sheetname(sheet.title)}!${get_column_letter(left)}${top}"
        sheet.defined_names.add(DefinedName(cell_name(key), attr_text=where))
    sheet["A2"].value = HOW_TO
    _lock(sheet)
    cells = {key: f"{get_column_letter(left)}{top}" for key, (top, left, _, _) in places.items()}
    entry_cells.add_hints(sheet, cells, entry.form.sheet.form)
    _note(book, SHEET_PROPERTY + sheet.title, arrangement(sheet, cells))
    if sheet.title != entry.form.sheet.code:
        _note(book, CODE_PROPERTY + sheet.title, entry.form.sheet.code)
    return {cell: cell_digest(text) for cell, text in closed_cells(sheet, set(cells.values())).items()}


def closed_cells(sheet: Worksheet, open_cells: Collection[str]) -> dict[str, str]:
    """{cell: its text} of every cell with a text that is none of the open ones."""
    return {
        cell.coordinate: _text(cell)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and cell.coordinate not in open_cells and _text(cell).strip()
    }


def cell_digest(text: str) -> str:
    """The digest of a closed cell; spaces and line breaks, which programs change, do not count."""
    return hashlib.sha256(fold(text).encode("utf-8", "replace")).hexdigest()[:8]


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


def cell_name(key: str) -> str:
    """The name of an item's cell: `meguri.indicator.1.actual`."""
    return NAME + key.replace(OWN, _OWN, 1).replace(":", ".")


def item_key(name: str) -> str:
    """The item of a cell's name, '' where the name is not one of ours. Excel may change the case of a name."""
    folded = name.lower()
    return folded.removeprefix(NAME).replace(".", ":").replace(_OWN, OWN, 1) if folded.startswith(NAME) else ""


def arrangement(sheet: Worksheet, cells: dict[str, str]) -> str:
    """A digest of which item is in which cell, and of the labels and the 施策ID beside them; for what belongs to
    a year of its own also of the head of its column."""
    rows: list[list[str]] = []
    for key, coordinate in sorted(cells.items()):
        row = sheet[coordinate].row
        column = sheet[coordinate].column
        labels = [fold(_text(sheet.cell(row=row, column=c))) for c in range(1, min(column, 3))]
        if items.bar_cell(key) or items.is_next(key):
            labels.append(entry_cells.heading(sheet, column))
        rows.append([key, coordinate, *labels])
    rows.append([_text(sheet.cell(row=4, column=2))])
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:24]


def _text(cell: Cell | MergedCell) -> str:
    return "" if cell.value is None else str(cell.value)
