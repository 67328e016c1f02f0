"""Reads a 記入用 workbook back: the texts of its open cells, marked where Excel changed what was typed.

Runs in a throw-away process (see sandbox.py), after the inspection. Nothing here asks whether the year or the sheet
is still the one the book was written for: the service knows that.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from defusedxml import ElementTree
from openpyxl.cell.cell import Cell
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import items
from review.domain.form_labels import fold
from review.domain.text import MAX_LENGTH, problem
from review.workbook import cell_text, entry_places, shown
from review.workbook.entry_book import (
    CODE_PROPERTY,
    CYCLE_PROPERTY,
    FORM,
    FORM_PROPERTY,
    SHEET_PROPERTY,
    TOKEN_PROPERTY,
)
from review.workbook.entry_cells import CellText, has_colour, joined
from review.workbook.findings import Code, Refused
from review.workbook.table_reader import opened

#: How many letters outside the open cells are handed on, each cell counted as A_CELL more: some 150 sheets of the form.
MOST_LETTERS, A_CELL = 1_000_000, 12

DRAWING, DRAWN = re.compile(r"xl/drawings/drawing\d+\.xml"), "{http://schemas.openxmlformats.org/drawingml/2006/"
#: Where the words of text boxes are listed, in the place of a sheet.
SHAPES = "(図形)"

# What a Japanese Excel means by the format numbers that it does not write out. openpyxl knows none of them and would
# show the serial number of a date that was made of 1-2.
JAPANESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 57), "[$-411]ge.m.d"),
    **dict.fromkeys((28, 29, 51, 54, 58), '[$-411]ggge"年"m"月"d"日"'), 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', **dict.fromkeys((34, 52, 55), 'yyyy"年"m"月"'),
    **dict.fromkeys((35, 53, 56), 'm"月"d"日"'),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class EntryBook:
    """A book that came back: its token and cycle, {施策ID: {item key: CellText}}, and the texts of other cells:
    {sheet: {cell: text}}, MOST_LETTERS of them; `beyond` counts the cells after those.

    `codes` is {sheet: 施策ID} of what is a sheet of the book or a copy of one; of `copies`, `others` has every cell.
    """

    token: str
    cycle: str
    sheets: dict[str, dict[str, CellText]]
    others: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    copies: list[str] = field(default_factory=list)
    beyond: int = 0

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
    book = opened(path)
    props = {prop.name: str(prop.value or "") for prop in book.custom_doc_props.props}
    if props.get(FORM_PROPERTY) != FORM:
        raise Refused(Code.WRONG_FORM)
    handed_out = _handed_out(props)
    own = _own(book, handed_out)
    if not own:
        raise Refused(Code.WRONG_FORM)
    codes = {sheet.title: code for sheet in book.worksheets if (code := entry_places.code_of(sheet, handed_out))}
    codes |= {sheet.title: code for code, sheet in own.items()}
    read = {sheet.title for sheet in own.values()}
    others, beyond = _others(book, read)
    return EntryBook(
        token=props.get(TOKEN_PROPERTY, ""),
        cycle=props.get(CYCLE_PROPERTY, ""),
        sheets={code: _read_sheet(sheet, handed_out[code][1]) for code, sheet in own.items()},
        others=others | ({SHAPES: shapes} if (shapes := _shapes(path)) else {}),
        codes=codes,
        copies=[title for title in codes if title not in read],
        beyond=beyond,
    )


def _handed_out(props: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """{施策ID: (the title of its sheet, the digest of its arrangement)}, as the book was written."""
    titled = {name.removeprefix(SHEET_PROPERTY): one for name, one in props.items() if name.startswith(SHEET_PROPERTY)}
    return {props.get(CODE_PROPERTY + title, title): (title, digest) for title, digest in titled.items()}


def _own(book: Workbook, handed_out: Mapping[str, tuple[str, str]]) -> dict[str, Worksheet]:
    """{施策ID: its sheet}: the one of its own title, else the first that has its hidden names, however it is called now.

    A sheet may be left out, another one may be added (a memo).
    """
    named: dict[str, list[Worksheet]] = {}
    for sheet in book.worksheets:
        if entry_places.places(sheet):
            named.setdefault(entry_places.code_of(sheet, handed_out), []).append(sheet)
    own: dict[str, Worksheet] = {}
    for code, (title, _digest) in handed_out.items():
        if title in book.sheetnames:
            own[code] = book[title]
        elif code in named:
            own[code] = named[code][0]
    astray = [sheet.title for sheet in named.get("", ()) if sheet not in own.values()]
    if astray:
        raise Refused(Code.WRONG_FORM, f"シート「{astray[0]}」がどの施策のものか分かりません")
    return own


def _others(book: Workbook, read: Collection[str]) -> tuple[dict[str, dict[str, str]], int]:
    """The texts outside the open cells of the sheets that are read, and how many more there are."""
    left, beyond = MOST_LETTERS, 0
    texts: dict[str, dict[str, str]] = {}
    for sheet in book.worksheets:
        opened = set(entry_places.places(sheet).values()) if sheet.title in read else ()
        cells = texts.setdefault(sheet.title, {})
        for cell, text in entry_places.texts(sheet, opened):
            left -= len(text) + A_CELL
            if left >= 0:
                cells[cell] = text
            else:
                beyond += 1
    return texts, beyond


def _shapes(path: Path) -> dict[str, str]:
    """{number: the text} of text boxes and other shapes, which lie over the cells of some sheet."""
    with ZipFile(path) as parts:
        drawings = [ElementTree.fromstring(parts.read(name)) for name in parts.namelist() if DRAWING.fullmatch(name)]
    shapes = (shape for drawing in drawings for shape in drawing.iter(f"{DRAWN}spreadsheetDrawing}}sp"))
    texts = ("".join(one.text or "" for one in shape.iter(f"{DRAWN}main}}t")) for shape in shapes)
    return {str(number): text[:MAX_LENGTH] for number, text in enumerate(filter(str.strip, texts), start=1)}


def _read_sheet(sheet: Worksheet, digest: str) -> dict[str, CellText]:
    places = entry_places.places(sheet)
    if not entry_places.is_arranged(sheet, places, digest):
        lost = "、".join(items.label_of(items.item_of(key), {}) for key, cell in places.items() if not cell)
        what = f"「{lost}」の欄が消えています" if lost else "行・列・見出しが動いています"
        raise Refused(Code.WRONG_FORM, f"シート「{sheet.title}」の{what}")
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
