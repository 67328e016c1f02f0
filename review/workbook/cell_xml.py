"""A painter that writes the rows of a sheet as XML at once, without a cell object: what makes the engine fast."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

from review.domain.book import BookSheet
from review.workbook import cell_text
from review.workbook.painter import STARTERS, Painter
from review.workbook.shared_strings import SharedStrings

# A short text without any of these is already valid XML, and certain to fit.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x")
_SURELY_FITS = cell_text.MAX_UNITS // 2
_LETTERS = tuple(get_column_letter(column) if column else "" for column in range(256))
_LENGTHS = struct.Struct("<IIII")


class Unholdable(Exception):
    """The sheet holds a text that needs a mark and a note: openpyxl writes such a sheet."""


class Fragment(NamedTuple):
    """Some rows of a sheet as XML, the merged ranges and links that belong to them, and how far they reach."""

    last_row: int
    last_column: int
    rows: bytes
    merges: bytes
    links: bytes

    def packed(self) -> bytes:
        """As bytes, for the cache."""
        head = _LENGTHS.pack(self.last_row, self.last_column, len(self.rows), len(self.merges))
        return b"".join((head, self.rows, self.merges, self.links))

    @classmethod
    def unpacked(cls, data: bytes) -> Fragment:
        last_row, last_column, rows, merges = _LENGTHS.unpack_from(data)
        start = _LENGTHS.size
        end = start + rows
        return cls(last_row, last_column, data[start:end], data[end : end + merges], data[end + merges :])


class Painted(NamedTuple):
    """All rows of a sheet in order, and the rows below which a printed page ends."""

    fragments: Sequence[Fragment]
    breaks: Sequence[int] = ()


@dataclass(slots=True)
class Rows:
    """The rows of one sheet while they are painted, in any order within a sheet or block."""

    cells: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)

    def fragment(self) -> Fragment:
        """What was painted, in order."""
        numbers = sorted(self.cells.keys() | self.heights.keys())
        parts: list[str] = []
        last_column = 1
        for number in numbers:
            height = self.heights.get(number)
            tall = f' ht="{height:g}" customHeight="1"' if height is not None else ""
            cells = sorted(dict(self.cells.get(number, [])).items())  # of a cell painted twice the last counts
            if cells and cells[-1][0] > last_column:
                last_column = cells[-1][0]
            parts.append(f'<row r="{number}"{tall}>{"".join([xml for _, xml in cells])}</row>')
        return Fragment(
            last_row=numbers[-1] if numbers else 1,
            last_column=last_column,
            rows="".join(parts).encode(),
            merges="".join(self.merges).encode(),
            links="".join(self.links).encode(),
        )


# (what is remembered of, its place, how to make it) -> the bytes, made now or before.
Remember = Callable[[BookSheet, str, Callable[[], bytes]], bytes]


class XmlPainter(Painter):
    """Paints like `Painter`; the sheets it is given keep their frames, and their rows are fetched by `taken`.

    `looks` is the number of each style, literal or not, in the workbook's styles. Raises Unholdable for a text that
    no cell holds exactly. `remember` gives back a block that an earlier build painted, or paints it; what is remembered
    has its texts in `strings`.
    """

    def __init__(self, looks: Mapping[tuple[str, bool], int], remember: Remember, strings: SharedStrings) -> None:
        super().__init__()
        self._looks, self._remember, self._strings = looks, remember, strings
        self._open: dict[str, Rows] = {}
        self._done: dict[str, list[Fragment]] = {}
        self._last: tuple[Any, Rows] = (None, Rows())  # the sheet of the last cell, for it is that of the next

    def text(self, sheet: Any, row: int, column: int, text: str, style: str, *, link: str = "") -> None:
        """One cell of text. `_x` is escaped where it would mean something."""
        rows = self._last[1] if sheet is self._last[0] else self._rows(sheet)
        place = f"{_LETTERS[column]}{row}"
        if not text:
            xml = f'<c r="{place}" s="{self._looks[style, False]}"/>'
        else:
            number = self._looks[style, text[0] in STARTERS]
            if len(text) > _SURELY_FITS or _SPECIAL.search(text):
                text = _encoded(text)
            # openpyxl, which reads our books back, drops the escape of an escape in a shared text.
            if self._strings.open and "x005F_" not in text:
                xml = f'<c r="{place}" s="{number}" t="s"><v>{self._strings.number(text)}</v></c>'
            else:
                xml = f'<c r="{place}" s="{number}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        rows.cells.setdefault(row, []).append((column, xml))
        if link:
            rows.links.append(f'<hyperlink ref="{place}" location={quoteattr(link)}/>')

    def number(self, sheet: Any, row: int, column: int, value: float | int | None, style: str) -> None:
        head = f'<c r="{_LETTERS[column]}{row}" s="{self._looks[style, False]}"'
        xml = f"{head}/>" if value is None else f"{head}><v>{value!r}</v></c>"
        self._rows(sheet).cells.setdefault(row, []).append((column, xml))

    def merge(self, sheet: Any, row: int, column: int, last_row: int, last_column: int, style: str) -> None:
        if last_row == row and last_column == column:
            return
        rows = self._rows(sheet)
        look = self._looks[style, False]
        for r in range(row, last_row + 1):
            cells = rows.cells.setdefault(r, [])
            for c in range(column, last_column + 1):
                if r != row or c != column:
                    cells.append((c, f'<c r="{_LETTERS[c]}{r}" s="{look}"/>'))
        rows.merges.append(f'<mergeCell ref="{_LETTERS[column]}{row}:{_LETTERS[last_column]}{last_row}"/>')

    def height(self, sheet: Any, row: int, points: float) -> None:
        self._rows(sheet).heights[row] = points

    def page_break(self, sheet: Any, row: int) -> None:
        self._rows(sheet).breaks.append(row - 1)

    def block(self, sheet: Any, entry: BookSheet, place: tuple[int | str, ...], paint: Callable[[], None]) -> None:
        """Rows that depend on `entry` and `place` only, below all rows painted before."""
        title = sheet.title
        self._close(title)

        def make() -> bytes:
            paint()
            return self._taken_open(title).fragment().packed()

        data = self._remember(entry, f"{title}{place}", make)
        self._done.setdefault(title, []).append(Fragment.unpacked(data))

    def taken(self, title: str) -> Painted:
        """What was painted of a sheet, which is then forgotten here."""
        breaks = self._open[title].breaks if title in self._open else ()
        self._close(title)
        return Painted(self._done.pop(title, []), breaks)

    def forget(self, title: str) -> None:
        self._taken_open(title)
        self._done.pop(title, None)

    def _rows(self, sheet: Any) -> Rows:
        if sheet is not self._last[0]:
            self._last = sheet, self._open.setdefault(sheet.title, Rows())
        return self._last[1]

    def _close(self, title: str) -> None:
        if title in self._open:
            self._done.setdefault(title, []).append(self._taken_open(title).fragment())

    def _taken_open(self, title: str) -> Rows:
        self._last = None, Rows()
        return self._open.pop(title, Rows())


def _encoded(text: str) -> str:
    stored, problem = cell_text.encode(text)
    if problem:
        raise Unholdable(problem)
    return escape(stored)
