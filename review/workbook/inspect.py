"""Is an uploaded Office file safe? Looks at it as an archive, with bounded memory and time.

In this order, each step only if the one before passed: the kind of file, the archive, its names and content
types, every relationship, then every part as a stream of XML. No library for such files is involved.
A workbook that will be read may hold no formula; a document that is only kept may.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

from review.workbook import archive, file_kind, parts, xml_scan
from review.workbook.acting import Content
from review.workbook.archive import Member
from review.workbook.findings import OK, Code, Finding, Refused
from review.workbook.parts import Book, ContentTypes, Relation, Relations, SharedStrings, Styles
from review.workbook.sheet_scan import SheetScan
from review.workbook.xml_scan import Budget, Scanner

SECONDS = 8.0
# Other parts than sheets, strings and pictures stay small.
MAX_SMALL_PART = 24 * 1024 * 1024
_BOOK_KINDS, _SHEET_KINDS = ("officeDocument",), ("worksheet", "chartsheet")
_XML_ENDINGS = (".xml", ".rels")

Inspected = TypeVar("Inspected", bound="Inspection")


def inspect(path: Path, *, seconds: float = SECONDS) -> Finding:
    """What the file is: OK, or the first reason against it. Never raises for the content of a file.

    Costs a few ms for a genuine workbook; stops after `seconds`. Memory stays below some 10 MB and the shared texts,
    whatever the file claims.
    """
    try:
        inspected(path, Inspection, seconds=seconds)
    except Refused as refusal:
        return refusal.finding()
    return OK


def inspected(path: Path, how: Callable[[BinaryIO, int, Budget], Inspected], *, seconds: float = SECONDS) -> Inspected:
    """The inspection of a workbook, done. Raises Refused with the first reason against it."""
    try:
        size = archive.size_of(path)
        with path.open("rb") as stream:
            file_kind.refuse_other_kinds(stream, size)
            inspection = how(stream, size, Budget.of(seconds))
            inspection.run()
    except OSError as error:
        raise Refused(Code.BROKEN, f"ファイルを読めません({error.__class__.__name__})") from error
    return inspection


def document_kind(path: Path) -> str:
    """xlsx, docx or pptx, for a document that is only kept. Raises Refused for anything else, and for whatever acts."""
    with path.open("rb") as stream:
        return Inspection(stream, archive.size_of(path), Budget.of(SECONDS), stored=True).run()


@dataclass
class Inspection:
    """One archive under inspection; `stored` is one that nobody reads, `within` one that lies in another's chart.

    Whoever reads a book looks at some of its parts by scanners that also gather: `styles`, `sheet` and `other`.
    """

    stream: BinaryIO
    size: int
    budget: Budget
    stored: bool = False
    within: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    relations: dict[str, list[Relation]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def run(self) -> str:
        """What it is. Raise Refused for the first thing that is wrong."""
        members = archive.open_archive(self.stream, self.size)
        self.members = {member.name: member for member in members}
        types = self._types()
        for name in self.members:
            if name.endswith(".rels"):
                self._scan(name, scanner := Relations(self.budget, name, charts=self.stored and not self.within))
                self.relations[name] = scanner.relations
        books = {relation.part for name in self.relations for relation in self.of_kind(name, ("package",))}
        for name in self.members.keys() - books:
            parts.refuse_active(name)
        main = next((relation.part for relation in self.of_kind("_rels/.rels", _BOOK_KINDS)), "")
        if main not in self.members:
            raise Refused(Code.BROKEN, "ブックの本体がありません")
        kind = parts.MAINS.get(types.of(main), "")
        if not kind or (kind != "xlsx" and (self.within or not self.stored)):
            raise Refused(Code.NOT_XLSX)
        if kind == "xlsx":
            self._book(main)
        for name in sorted(books):
            self._behind_a_chart(name)
        for name in sorted(self.members.keys() - self.done):
            self._other(name)
        return kind

    # --- the map --------------------------------------------------------------------------------------------------

    def _types(self) -> ContentTypes:
        if not self.stored:
            file_kind.refuse_other_archives(self.members, lambda name: self._head(name, 200))
        elif parts.CONTENT_TYPES not in self.members:
            raise Refused(Code.NOT_XLSX, "ZIPファイルです。中のファイルを1つずつ添付してください")
        types = ContentTypes(self.budget, book=not self.stored)
        self._scan(parts.CONTENT_TYPES, types)
        return types

    def of_kind(self, name: str, kinds: tuple[str, ...]) -> Iterator[Relation]:
        """The relations of such kinds in a .rels part."""
        return (relation for relation in self.relations.get(name, []) if relation.kind in kinds)

    # --- the parts ------------------------------------------------------------------------------------------------

    def _book(self, name: str) -> None:
        book = Book(self.budget)
        self._scan(name, book)
        own = parts.relations_of(name)
        strings = None
        for relation in self.of_kind(own, ("sharedStrings",)):
            strings = SharedStrings(self.budget)
            self._scan(relation.part, strings)
        for relation in self.of_kind(own, ("styles",)):
            self._scan(relation.part, self.styles())
        sheets = {relation.id: relation for relation in self.of_kind(own, _SHEET_KINDS)}
        if not book.sheets:
            raise Refused(Code.BROKEN, "シートが1枚もありません")
        for number, entry in enumerate(book.sheets):
            of_sheet = sheets.get(entry.relation)
            if not of_sheet or of_sheet.part not in self.members or of_sheet.part in self.done:
                raise Refused(Code.BROKEN, f"シート「{entry.name[:31]}」の中身がありません")
            self._scan(of_sheet.part, self.sheet(book, number, of_sheet, strings))

    def styles(self) -> Styles:
        """What looks at the styles."""
        return Styles(self.budget)

    def sheet(self, book: Book, number: int, relation: Relation, strings: SharedStrings | None) -> SheetScan:
        """What looks at that sheet of the book, counted from 0."""
        return SheetScan(self.budget, title=book.sheets[number].name, strings=strings, formulas=self.stored)

    def other(self, name: str) -> Content:
        """What looks at a part of which nothing else is known."""
        return Content(self.budget)

    def _behind_a_chart(self, name: str) -> None:
        """The workbook from which a chart was drawn: a document within the document, looked at alike."""
        data = self._whole(name) if name in self.members else b""
        self.done.add(name)
        if not data.startswith(file_kind.ZIP):
            raise Refused(Code.ACTIVE, "別のファイルが埋め込まれています")
        Inspection(BytesIO(data), len(data), self.budget, stored=True, within=True).run()

    def _other(self, name: str) -> None:
        """Whatever else lies in the archive: read as XML where it is, else looked at for what it hides."""
        head = self._head(name, 512)
        types_xml = name.lower().endswith(_XML_ENDINGS)
        if types_xml or (xml_scan.looks_like_xml(head) and not name.lower().endswith(".vml")):
            self._scan(name, self.other(name))
            return
        file_kind.refuse_hidden(head, lambda: self._whole(name))
        before = b""
        for chunk in archive.read_chunks(self.stream, self.members[name]):
            self.budget.check_time()
            if xml_scan.looks_like_xml(head):
                xml_scan.refuse_declarations(before + chunk)
                before = chunk[-64:]

    def _scan(self, name: str, scanner: Scanner) -> None:
        member = self.members.get(name)
        if member is None:
            raise Refused(Code.BROKEN, "ブックに必要な部品がありません")
        big = isinstance(scanner, SheetScan | SharedStrings)
        if member.size > MAX_SMALL_PART and not big:
            raise Refused(Code.BOMB, "中の部品が大きすぎます")
        self.done.add(name)
        scanner.scan(archive.read_chunks(self.stream, member))

    def _head(self, name: str, length: int) -> bytes:
        return next(archive.read_chunks(self.stream, self.members[name]), b"")[:length]

    def _whole(self, name: str) -> bytes:
        if self.members[name].size > MAX_SMALL_PART:
            raise Refused(Code.BOMB, "展開すると大きすぎます")
        return b"".join(archive.read_chunks(self.stream, self.members[name]))
