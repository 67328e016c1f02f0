"""The looks of a cell, by name, shared by every sheet of a book.

openpyxl hashes a style at each assignment; a `Palette` does that once for each name and book, and then only copies
the index. Colour is never the only mark: a bar also has its sign, a grade its letter, a demo value its word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.utils.indexed_list import IndexedList
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from review.domain.wording import table
from review.workbook.zip_parts import Held

# openpyxl writes a font's parts in another order than the schema of the format has them.
Font.__elements__ = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name", "family",
    "charset", "scheme",
)  # fmt: skip

FONT = "BIZ UDPGothic"
# Column widths are measured in digits of the standard font; this one is as wide everywhere (7 pixels).
STANDARD_FONT, STANDARD_SIZE = "Arial", 10.0
# The least height of a row of a list.
ROW_POINTS = 18.0

INK, QUIET, PAPER, RULE = "FF1A1A1C", "FF595959", "FFFFFFFF", "FF767676"
NAVY, MIST, NOW, BAR, AMBER, RED, LINK = (
    "FF12355B", "FFE8EEF5", "FFFFF8E1", "FF5B84B1", "FFFFD8A8", "FFB3261E", "FF0B57D0",
)  # fmt: skip

_THIN = Side(style="thin", color=RULE)
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_UNDER = Border(bottom=Side(style="medium", color=NAVY))


@dataclass(frozen=True, kw_only=True)
class Look:
    """One style: font size and colours, alignment, borders and number format."""

    size: float = 9.0
    bold: bool = False
    colour: str = INK
    fill: str = ""
    across: str = "left"
    down: str = "center"
    box: bool = True
    under: bool = False
    wrap: bool = True
    underline: bool = False
    indent: int = 0
    number: str = "General"


_COLOURS = {
    "QUIET": QUIET,
    "PAPER": PAPER,
    "NAVY": NAVY,
    "MIST": MIST,
    "NOW": NOW,
    "BAR": BAR,
    "RED": RED,
    "LINK": LINK,
}
LOOKS = {
    name: Look(**json.loads(look % _COLOURS)) for name, (look,) in table(Path(__file__).with_name("looks.tsv")).items()
}


def set_standard_font(book: Workbook) -> None:
    """Give a new book the font by which its column widths are measured."""
    standard = Font(name=STANDARD_FONT, size=STANDARD_SIZE, family=2)
    book._fonts = IndexedList([standard])
    book._named_styles["Normal"].font = standard


class Palette:
    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], StyleArray] = {}

    def apply(self, cell: Cell | MergedCell, name: str, *, marked: bool = False, literal: bool = False) -> None:
        """Give the cell a look; `marked` shows that its text is not what was meant.

        `literal` tells a spreadsheet program not to take the text for a formula when a person edits it.
        """
        key = (f"{name}!" if marked else name, literal)
        known = self._known.get(key)
        if known is None:
            if literal:
                self.apply(cell, name, marked=marked)
                cell.quotePrefix = True
            else:
                _dress(cell, LOOKS[name], marked=marked)
            self._known[key] = copy(cell._style)
        else:
            cell._style = copy(known)


def _dress(cell: Cell | MergedCell, look: Look, *, marked: bool) -> None:
    cell.font = Font(
        name=FONT,
        size=look.size,
        bold=look.bold,
        color=look.colour,
        underline="single" if look.underline else None,
        charset=128,  # Shift_JIS: an office without this font then substitutes a Japanese one
        family=3,
    )
    fill = AMBER if marked else look.fill
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)
    cell.alignment = Alignment(horizontal=look.across, vertical=look.down, wrap_text=look.wrap, indent=look.indent)
    cell.border = _BOX if look.box else _UNDER if look.under else Border()
    cell.number_format = look.number


# --- all of them at once -----------------------------------------------------------------------------------------


def register(book: Workbook) -> list[int]:
    """Make every look known to the book, in one fixed order: the number of each, plain and literal, is the same in every
    new book."""
    palette, scratch, numbers = Palette(), Worksheet(book), list[int]()
    for name, literal in product(LOOKS, (False, True)):
        cell = Cell(scratch, row=1, column=1)
        palette.apply(cell, name, literal=literal)
        numbers.append(cell.style_id)
    return numbers


class Registered(NamedTuple):
    """The number of each look, literal or not, in a book that knows them all, and that book's styles as a part."""

    numbers: Mapping[tuple[str, bool], int]
    part: bytes

    @staticmethod
    def packed(book: Workbook) -> bytes:
        """Those of a new book, as bytes for the cache."""
        numbers = register(book)
        part: bytes = tostring(write_stylesheet(book))
        return json.dumps(numbers).encode() + b"\n" + part

    @classmethod
    def unpacked(cls, data: Held) -> Registered:
        numbers, _, part = bytes(data).partition(b"\n")
        return cls(dict(zip(product(LOOKS, (False, True)), json.loads(numbers), strict=True)), part)
