"""A painter that writes the rows of a sheet as XML at once, without a cell object: what makes the engine fast."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from openpyxl.chart._chart import ChartBase
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import fromstring, tostring

from review.domain.book import BookSheet
from review.workbook import cell_text
from review.workbook.layout import Box
from review.workbook.painter import STARTERS, Painter, Value
from review.workbook.shared_strings import SharedStrings
from review.workbook.zip_parts import Held

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
    rows: Held
    merges: Held
    links: Held

    def packed(self) -> bytes:
        """As bytes, for the cache."""
        head = _LENGTHS.pack(self.last_row, self.last_column, len(self.rows), len(self.merges))
        return b"".join((head, self.rows, self.merges, self.links))

    @classmethod
    def unpacked(cls, data: Held) -> Fragment:
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

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    last_column: int = 1

    def fragment(self) -> Fragment:
        """What was painted, in order; of a cell painted twice the last counts."""
        numbers = sorted(self.cells.keys() | self.heights.keys())
        parts: list[str] = []
        for number in numbers:
            cells, tall = self.cells.get(number, {}), _tall(self.heights.get(number))
            columns = sorted(cells)
            parts += [f'<row r="{number}"{tall}>', *[cells[column] for column in columns], "</row>"]
            if columns and columns[-1] > self.last_column:
                self.last_column = columns[-1]
        joined = ["".join(part).encode() for part in (parts, self.merges, self.links)]
        return Fragment(numbers[-1] if numbers else 1, self.last_column, *joined)


@lru_cache(maxsize=1 << 10)
def _tall(height: float | None) -> str:
    return "" if height is None else f' ht="{height:g}" customHeight="1"'


# (what is remembered of, if of one 施策; its place; how to make it) -> the bytes, made now or before.
Remember = Callable[[BookSheet | None, str, Callable[[], bytes]], Held]


class XmlPainter(Painter):
    """Paints like `Painter`; the sheets it is given keep their frames, and their rows are fetched by `taken`.

    `looks` is the number of each style, literal or not, in the workbook's styles. Raises Unholdable for a text that
    no cell holds exactly. `remember` gives back a block that an earlier build painted, or paints it; what is remembered
    has its texts in `strings`.
    """

    def __init__(self, looks: Mapping[tuple[str, bool], int], remember: Remember, strings: SharedStrings) -> None:
        super().__init__()
        self._plain = {name: number for (name, literal), number in looks.items() if not literal}
        self._literal = {name: number for (name, literal), number in looks.items() if literal}
        self._remember, self._strings = remember, strings
        self._open: dict[str, Rows] = {}
        self._done: dict[str, list[Fragment]] = {}
        self._last: tuple[Any, Rows] = (None, Rows())  # the sheet of the last cell, for it is that of the next

    def text(self, sheet: Any, row: int, column: int, text: str, style: str, *, link: str = "") -> None:
        """One cell of text. `_x` is escaped where it would mean something."""
        rows = self._rows(sheet)
        rows.cells.setdefault(row, {})[column] = self._text(f"{_LETTERS[column]}{row}", text, style)
        if link:
            rows.links.append(_link(row, column, link))

    def number(self, sheet: Any, row: int, column: int, value: float | int | None, style: str) -> None:
        self._rows(sheet).cells.setdefault(row, {})[column] = self._number(f"{_LETTERS[column]}{row}", value, style)

    def merge(self, sheet: Any, row: int, column: int, last_row: int, last_column: int, style: str) -> None:
        if last_row == row and last_column == column:
            return
        rows = self._rows(sheet)
        for r in range(row, last_row + 1):
            cells = rows.cells.setdefault(r, {})
            for c in range(column, last_column + 1):
                if r != row or c != column:
                    cells[c] = f'<c r="{_LETTERS[c]}{r}" s="{self._plain[style]}"/>'
        rows.merges.append(f'<mergeCell ref="{_LETTERS[column]}{row}:{_LETTERS[last_column]}{last_row}"/>')

    def line(self, sheet: Any, row: int, boxes: Sequence[Box], height: float) -> None:
        """The empty cells of a merged box stand with its first, so nothing else may be painted there."""
        rows, text, plain = self._rows(sheet), self._text, self._plain
        cells, end, last = rows.cells.setdefault(row, {}), str(row), 0
        for box in boxes:
            first, last, style = box.first, box.last, box.style
            place = _LETTERS[first] + end
            xml = text(place, box.text, style) if box.text else f'<c r="{place}" s="{plain[style]}"/>'
            if last > first:
                xml += _blank(first + 1, last, plain[style]).replace("#", end)
                rows.merges.append(f'<mergeCell ref="{place}:{_LETTERS[last]}{end}"/>')
            cells[first] = xml
            if box.link:
                rows.links.append(_link(row, first, box.link))
        rows.heights[row] = height
        if last > rows.last_column:
            rows.last_column = last

    def values(self, sheet: Any, row: int, values: Iterable[Value], styles: Iterable[str]) -> None:
        cells, text, number, end = self._rows(sheet).cells.setdefault(row, {}), self._text, self._number, str(row)
        for column, (value, style) in enumerate(zip(values, styles, strict=True), start=1):
            place = _LETTERS[column] + end
            cells[column] = text(place, value, style) if isinstance(value, str) else number(place, value, style)

    def _text(self, place: str, text: str, style: str) -> str:
        if not text:
            return f'<c r="{place}" s="{self._plain[style]}"/>'
        look = (self._literal if text[0] in STARTERS else self._plain)[style]
        number = self._strings.numbers.get(text)
        if number is None:
            xml = _encoded(text) if len(text) > _SURELY_FITS or _SPECIAL.search(text) else text
            # openpyxl, which reads our books back, drops the escape of an escape in a shared text.
            if not self._strings.open or "x005F_" in xml:
                return f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">{xml}</t></is></c>'
            number = self._strings.added(text, xml)
        return f'<c r="{place}" s="{look}" t="s"><v>{number}</v></c>'

    def _number(self, place: str, value: float | int | None, style: str) -> str:
        head = f'<c r="{place}" s="{self._plain[style]}"'
        return f"{head}/>" if value is None else f"{head}><v>{value!r}</v></c>"

    def height(self, sheet: Any, row: int, points: float) -> None:
        self._rows(sheet).heights[row] = points

    def page_break(self, sheet: Any, row: int) -> None:
        self._rows(sheet).breaks.append(row - 1)

    def block(self, sheet: Any, entry: BookSheet, place: str, paint: Callable[[], None]) -> None:
        """Rows that depend on `entry` and `place` only, below all rows painted before."""
        title = sheet.title
        self._close(title)

        def make() -> bytes:
            paint()
            return self._taken_open(title).fragment().packed()

        data = self._remember(entry, f"{title} {place}", make)
        self._done.setdefault(title, []).append(Fragment.unpacked(data))

    def drawn(self, place: str, draw: Callable[[], ChartBase]) -> ChartBase:
        """A chart that writes what was drawn, now or before."""
        xml = bytes(self._remember(None, place, lambda: tostring(draw()._write())))
        chart = ChartBase()
        chart._write = partial(fromstring, xml)
        return chart

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


@lru_cache(maxsize=256)
def _blank(first: int, last: int, look: int) -> str:
    """Empty cells of a row, whose number stands in place of #."""
    return "".join([f'<c r="{_LETTERS[column]}#" s="{look}"/>' for column in range(first, last + 1)])


def _link(row: int, column: int, target: str) -> str:
    return f'<hyperlink ref="{_LETTERS[column]}{row}" location={quoteattr(target)}/>'


def _encoded(text: str) -> str:
    stored, problem = cell_text.encode(text)
    if problem:
        raise Unholdable(problem)
    return escape(stored)
