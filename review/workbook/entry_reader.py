"""Reads a 記入用 workbook back: the texts of its open cells, marked where Excel changed what was typed.

Runs in a throw-away process (see sandbox.py), after the inspection. Nothing here asks whether the year or the sheet
is still the one the book was written for: the service knows that.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import items
from review.domain.form_labels import fold
from review.domain.text import MAX_LENGTH, problem
from review.workbook import cell_text, shown
from review.workbook.entry_book import (
    CODE_PROPERTY,
    CYCLE_PROPERTY,
    FORM,
    FORM_PROPERTY,
    SHEET_PROPERTY,
    TOKEN_PROPERTY,
    arrangement,
    closed_cells,
    item_key,
)
from review.workbook.entry_cells import CellText, has_colour, joined
from review.workbook.findings import Code, Refused

#: A sheet of the form has some 150 cells with a text; a file with a thousand others is no filled-in form.
MOST_CELLS, MOST_LETTERS = 10_000, 2_000

# What a Japanese Excel means by the format numbers that it does not write out. openpyxl knows none of them and would
# show the serial number of a date that was made of 1-2.
JAPANESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 57), "[$-411]ge.m.d"),
    **dict.fromkeys((28, 29, 51, 54, 58), '[$-411]ggge"年"m"月"d"日"'),
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"',
    33: 'h"時"mm"分"ss"秒"',
    **dict.fromkeys((34, 52, 55), 'yyyy"年"m"月"'),
    **dict.fromkeys((35, 53, 56), 'm"月"d"日"'),
}


@dataclass(frozen=True, kw_only=True)
class EntryBook:
    """A book that came back: its token and cycle, {施策ID: {item key: CellText}}, and the texts of other cells:
    {sheet: {cell: text}}, at most MOST_CELLS of them, each cut after MOST_LETTERS.
    """

    token: str
    cycle: str
    sheets: dict[str, dict[str, CellText]]
    others: dict[str, dict[str, str]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The book as plain data, for the pipe and for the database."""
        return asdict(self)


def read_entry_book(path: Path) -> EntryBook:
    """The texts of every open cell.

    Raises Refused: WRONG_FORM for a book that is none of ours or was re-arranged, FORMULA, TOO_LONG and BAD_CHAR with
    the cell, BROKEN where the parser gives up. Some 20 ms a sheet.
    """
    for number, code in JAPANESE_FORMATS.items():
        BUILTIN_FORMATS.setdefault(number, code)
    try:
        with path.open("rb") as stream:  # by stream: openpyxl refuses names with another ending
            book = load_workbook(stream, data_only=False, keep_links=False)
    except Exception as error:  # a broken part fails in a dozen ways: KeyError, ValueError, TypeError, ParseError
        raise Refused(Code.BROKEN, "ブックを開けません") from error
    props = {prop.name: str(prop.value or "") for prop in book.custom_doc_props.props}
    if props.get(FORM_PROPERTY) != FORM:
        raise Refused(Code.WRONG_FORM)
    digests = {
        name.removeprefix(SHEET_PROPERTY): text for name, text in props.items() if name.startswith(SHEET_PROPERTY)
    }
    codes = {name.removeprefix(CODE_PROPERTY): text for name, text in props.items() if name.startswith(CODE_PROPERTY)}
    sheets = {
        codes.get(sheet.title, sheet.title): _read_sheet(sheet, digests[sheet.title])
        for sheet in book.worksheets
        if sheet.title in digests
    }
    _refuse_lost(book, sheets, digests)
    return EntryBook(
        token=props.get(TOKEN_PROPERTY, ""),
        cycle=props.get(CYCLE_PROPERTY, ""),
        sheets=sheets,
        others=_others(book, codes),
    )


def _others(book: Workbook, codes: dict[str, str]) -> dict[str, dict[str, str]]:
    """The texts outside the open cells, sheet by sheet."""
    left = MOST_CELLS
    texts: dict[str, dict[str, str]] = {}
    for sheet in book.worksheets:
        cells = closed_cells(sheet, set(_places(sheet).values()))
        code = codes.get(sheet.title, sheet.title)
        texts[code] = {cell: text[:MOST_LETTERS] for cell, text in list(cells.items())[:left]}
        left -= len(texts[code])
    return texts


def _refuse_lost(book: Workbook, sheets: dict[str, dict[str, CellText]], digests: dict[str, str]) -> None:
    """A sheet may be left out, one of another name may be added (a memo); a renamed one would be lost in silence."""
    if not sheets:
        raise Refused(Code.WRONG_FORM)
    renamed = [sheet.title for sheet in book.worksheets if sheet.title not in digests and _places(sheet)]
    if renamed:
        raise Refused(Code.WRONG_FORM, f"シート「{renamed[0]}」の名前が変わっています")


def _places(sheet: Worksheet) -> dict[str, str]:
    """{item key: its cell}, from the names of the sheet."""
    places: dict[str, str] = {}
    for name, defined in sheet.defined_names.items():
        key = item_key(name)
        if key:
            places[key] = str(defined.attr_text or "").rpartition("!")[2].replace("$", "").partition(":")[0]
    return places


def _read_sheet(sheet: Worksheet, digest: str) -> dict[str, CellText]:
    places = _places(sheet)
    try:
        unmoved = arrangement(sheet, places) == digest
    except (ValueError, AttributeError, TypeError, KeyError):  # a name that leads to no cell: #REF!
        unmoved = False
    if not unmoved:
        raise Refused(Code.WRONG_FORM, f"シート「{sheet.title}」の行・列・見出しが動いています")
    cells = {key: _read_cell(sheet, key, coordinate) for key, coordinate in places.items()}
    painted = {key for key, coordinate in places.items() if items.bar_cell(key) and has_colour(sheet[coordinate])}
    return joined(cells, painted)


def _read_cell(sheet: Worksheet, key: str, coordinate: str) -> CellText:
    cell: Cell = sheet[coordinate]
    place = f"{sheet.title}!{coordinate}"
    value = cell.value
    if value is None:
        return CellText(text="", cell=place)
    if cell.data_type == "f":
        raise Refused(Code.FORMULA, cell=place)
    if isinstance(value, str) and cell.data_type != "e":
        text, mark = cell_text.decode(value), ""
    else:
        text, mark = shown.shown_text(value, cell.number_format)
    label = items.label_of(items.item_of(key), {})
    if items.is_text(key):  # as the year calls it, which is written beside the cell
        label = fold(str(sheet.cell(row=cell.row, column=1).value or label))
    if len(text) > MAX_LENGTH:
        what = f"「{label}」に{len(text):,}文字あります(上限は{MAX_LENGTH:,}文字)"
        raise Refused(Code.TOO_LONG, what, cell=place)
    if problem(text):
        raise Refused(Code.BAD_CHAR, f"「{label}」に保存できない文字があります", cell=place)
    return CellText(text=text, cell=place, mark=mark)
