"""Reads a 記入用 workbook back: the texts of its open cells, marked where Excel changed what was typed.

Runs in a throw-away process (see sandbox.py). Nothing here asks whether the year or the sheet
is still the one the book was written for: the service knows that.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.domain import items
from review.domain.form_labels import fold
from review.domain.text import MAX_LENGTH, problem
from review.workbook import cell_text, entry_places, shown
from review.workbook.book_reader import opened
from review.workbook.entry_cells import CellText, joined
from review.workbook.entry_places import (
    CODE_PROPERTY,
    CYCLE_PROPERTY,
    FORM,
    FORM_PROPERTY,
    SHEET_PROPERTY,
    TOKEN_PROPERTY,
)
from review.workbook.findings import Code, Refused
from review.workbook.read_book import Book, Sheet

#: How many letters outside the open cells are handed on, each cell counted as A_CELL more: some 150 sheets of the form.
MOST_LETTERS, A_CELL = 1_000_000, 12

#: Where the words of text boxes are listed, in the place of a sheet.
SHAPES = "(図形)"


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
        texts = {code: {key: dict(vars(text)) for key, text in cells.items()} for code, cells in self.sheets.items()}
        return {**vars(self), "sheets": texts}


def read_entry_book(path: Path) -> EntryBook:
    """The texts of every open cell.

    Raises Refused: what the inspection finds, WRONG_FORM for a book that is none of ours or was re-arranged, TOO_LONG
    and BAD_CHAR with the cell.
    """
    book = opened(path)
    props = book.properties
    if props.get(FORM_PROPERTY) != FORM:
        raise Refused(Code.WRONG_FORM)
    handed_out = _handed_out(props)
    own = _own(book, handed_out)
    if not own:
        raise Refused(Code.WRONG_FORM)
    codes = {sheet.title: code for sheet in book.sheets if (code := entry_places.code_of(sheet, handed_out))}
    codes |= {sheet.title: code for code, sheet in own.items()}
    read = {sheet.title for sheet in own.values()}
    others, beyond = _others(book, read)
    return EntryBook(
        token=props.get(TOKEN_PROPERTY, ""),
        cycle=props.get(CYCLE_PROPERTY, ""),
        sheets={code: _read_sheet(sheet, handed_out[code][1]) for code, sheet in own.items()},
        others=others | ({SHAPES: shapes} if (shapes := _shapes(book)) else {}),
        codes=codes,
        copies=[title for title in codes if title not in read],
        beyond=beyond,
    )


def _handed_out(props: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """{施策ID: (the title of its sheet, the digest of its arrangement)}, as the book was written."""
    titled = {name.removeprefix(SHEET_PROPERTY): one for name, one in props.items() if name.startswith(SHEET_PROPERTY)}
    return {props.get(CODE_PROPERTY + title, title): (title, digest) for title, digest in titled.items()}


def _own(book: Book, handed_out: Mapping[str, tuple[str, str]]) -> dict[str, Sheet]:
    """{施策ID: its sheet}: the one of its own title, else the first that has its hidden names, however it is called now.

    A sheet may be left out, another one may be added (a memo).
    """
    named: dict[str, list[Sheet]] = {}
    for sheet in book.sheets:
        if entry_places.places(sheet):
            named.setdefault(entry_places.code_of(sheet, handed_out), []).append(sheet)
    own: dict[str, Sheet] = {}
    titled = {sheet.title: sheet for sheet in book.sheets}
    for code, (title, _digest) in handed_out.items():
        if title in titled:
            own[code] = titled[title]
        elif code in named:
            own[code] = named[code][0]
    astray = [sheet.title for sheet in named.get("", ()) if sheet not in own.values()]
    if astray:
        raise Refused(Code.WRONG_FORM, f"シート「{astray[0]}」がどの施策のものか分かりません")
    return own


def _others(book: Book, read: Collection[str]) -> tuple[dict[str, dict[str, str]], int]:
    """The texts outside the open cells of the sheets that are read, and how many more there are."""
    left, beyond = MOST_LETTERS, 0
    texts: dict[str, dict[str, str]] = {}
    for sheet in book.sheets:
        opened = set(entry_places.places(sheet).values()) if sheet.title in read else ()
        cells = texts.setdefault(sheet.title, {})
        for cell, text in entry_places.texts(sheet, opened):
            left -= len(text) + A_CELL
            if left >= 0:
                cells[cell] = text
            else:
                beyond += 1
    return texts, beyond


def _shapes(book: Book) -> dict[str, str]:
    """{number: the text} of text boxes and other shapes, which lie over the cells of some sheet."""
    return {str(number): text[:MAX_LENGTH] for number, text in enumerate(filter(str.strip, book.shapes), start=1)}


def _read_sheet(sheet: Sheet, digest: str) -> dict[str, CellText]:
    places = entry_places.places(sheet)
    if not entry_places.is_arranged(sheet, places, digest):
        lost = "、".join(items.label_of(items.item_of(key), {}) for key, cell in places.items() if not cell)
        what = f"「{lost}」の欄が消えています" if lost else "行・列・見出しが動いています"
        raise Refused(Code.WRONG_FORM, f"シート「{sheet.title}」の{what}")
    cells = {key: _read_cell(sheet, key, coordinate) for key, coordinate in places.items()}
    painted = {
        key
        for key, coordinate in places.items()
        if items.bar_cell(key) and sheet.cell(*entry_places.place_of(coordinate)).format.painted
    }
    return joined(cells, painted)


def _read_cell(sheet: Sheet, key: str, coordinate: str) -> CellText:
    cell = sheet.cell(*entry_places.place_of(coordinate))
    place = f"{sheet.title}!{coordinate}"
    value = cell.value
    if value is None:
        return CellText(text="", cell=place)
    if isinstance(value, str) and cell.data_type != "e":
        text, mark = cell_text.decode(value), ""
    else:
        text, mark = shown.shown_text(value, cell.format.number_format)
    label = items.label_of(items.item_of(key), {})
    if items.is_text(key):  # as the year calls it, which is written beside the cell
        label = fold(str(sheet.cell(cell.row, 1).value or label))
    if len(text) > MAX_LENGTH:
        what = f"「{label}」に{len(text):,}文字あります(上限は{MAX_LENGTH:,}文字)"
        raise Refused(Code.TOO_LONG, what, cell=place)
    if problem(text):
        raise Refused(Code.BAD_CHAR, f"「{label}」に保存できない文字があります", cell=place)
    return CellText(text=text, cell=place, mark=mark)
