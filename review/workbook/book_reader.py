"""Opens a workbook to read it: the inspection, which hands over what the parts hold while it looks at them.

So nothing is read that was not inspected, and nothing twice. Runs in a throw-away process (see sandbox.py).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from review.workbook import parts
from review.workbook.acting import Content
from review.workbook.cell_formats import Formats
from review.workbook.findings import Code, Refused
from review.workbook.inspect import Inspection, inspected
from review.workbook.parts import SharedStrings, Styles
from review.workbook.read_book import PLAIN, Book, Format, Place, Sheet
from review.workbook.sheet_cells import SheetCells
from review.workbook.sheet_scan import SheetScan, corner
from review.workbook.xml_scan import Attributes, Budget

_PROPERTIES, _DRAWING = "docProps/custom.xml", re.compile(r"xl/drawings/drawing\d+\.xml")
#: how the value of a document's property is written
_TYPES = ("lpwstr", "lpstr", "i4", "r8", "bool", "filetime")


def opened(path: Path) -> Book:
    """The book, for a file that passes the inspection. Raises Refused: what the inspection finds, BROKEN where it holds
    what no such book does."""
    try:
        return inspected(path, _Reading).book
    except (ValueError, LookupError, OverflowError) as error:
        raise Refused(Code.BROKEN, "ブックを開けません") from error


@dataclass
class _Reading(Inspection):
    """The inspection of a book that fills `book`."""

    book: Book = field(default_factory=Book)
    formats: dict[str, Format] = field(default_factory=lambda: {"0": PLAIN})
    noted: dict[str, Sheet] = field(default_factory=dict)

    def styles(self) -> Styles:
        styles = Formats(self.budget)
        self.formats = styles.of
        return styles

    def sheet(
        self, book: parts.Book, number: int, relation: parts.Relation, strings: SharedStrings | None
    ) -> SheetScan:
        if relation.kind != "worksheet":
            return super().sheet(book, number, relation, strings)
        entry = book.sheets[number]
        if any(entry.name == one.title for one in self.book.sheets):
            raise ValueError("two sheets of one name")
        sheet = Sheet(title=entry.name, hidden=entry.hidden, names=book.names.get(str(number), {}))
        self.book.sheets.append(sheet)
        self.noted |= {one.part: sheet for one in self.of_kind(parts.relations_of(relation.part), ("comments",))}
        return SheetCells(self.budget, sheet, strings, self.formats, since_1904=book.since_1904)

    def other(self, name: str) -> Content:
        if name in self.noted:
            notes = self.noted[name].notes
            return _Texts(self.budget, "comment", ("t",), lambda of, text: notes.update({_place(of["ref"]): text}))
        if _DRAWING.fullmatch(name):
            return _Texts(self.budget, "sp", ("t",), lambda of, text: self.book.shapes.append(text))
        if name == _PROPERTIES:
            known = self.book.properties
            return _Texts(self.budget, "property", _TYPES, lambda of, text: known.update({of.get("name", ""): text}))
        return super().other(name)


class _Texts(Content):
    """A part of whose elements `outer` the texts of the elements `inner` within are wanted, furigana left out: `keep` is
    called with the attributes of each and its text."""

    def __init__(
        self, budget: Budget, outer: str, inner: Collection[str], keep: Callable[[Attributes, str], None]
    ) -> None:
        super().__init__(budget)
        self.outer, self.inner, self.keep = outer, inner, keep
        self._of: Attributes = {}
        self._pieces: list[str] = []
        self._aside = self._inside = False

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name == self.outer:
            self._of, self._pieces = attributes, []
        elif name == "rPh":
            self._aside = True
        self._inside = name in self.inner and not self._aside

    def text(self, data: str) -> None:
        super().text(data)
        if self._inside:
            self._pieces.append(data)

    def end(self, name: str) -> None:
        super().end(name)
        self._inside = False
        if name == "rPh":
            self._aside = False
        elif name == self.outer:
            self.keep(self._of, "".join(self._pieces))


def _place(reference: str) -> Place:
    if place := corner(reference):
        return place
    raise ValueError("no cell")
