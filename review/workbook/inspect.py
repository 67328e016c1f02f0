"""Is an uploaded file a workbook that is safe to parse? Looks at it as an archive, with bounded memory and time.

In this order, each step only if the one before passed: the kind of file, the archive, its names and content
types, every relationship, then every part as a stream of XML. No workbook library is involved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from review.workbook import archive, file_kind, parts, xml_scan
from review.workbook.archive import Member
from review.workbook.findings import OK, Code, Finding, Refused
from review.workbook.parts import Book, ContentTypes, Relations, SharedStrings, Styles
from review.workbook.sheet_scan import SheetScan
from review.workbook.xml_scan import Budget, Scanner

SECONDS = 8.0
# Other parts than sheets, strings and pictures stay small.
MAX_SMALL_PART = 24 * 1024 * 1024
_BOOK_KINDS, _SHEET_KINDS = ("officeDocument",), ("worksheet", "chartsheet")
_XML_ENDINGS = (".xml", ".rels")


def inspect(path: Path, *, seconds: float = SECONDS) -> Finding:
    """What the file is: OK, or the first reason against it. Never raises for the content of a file.

    Costs a few ms for a genuine workbook; stops after `seconds`. Memory stays below some 10 MB and the shared state
    of the parts, whatever the file claims.
    """
    try:
        size = archive.size_of(path)
        with path.open("rb") as stream:
            file_kind.refuse_other_kinds(stream, size)
            _Inspection(stream, size, Budget.of(seconds)).run()
    except Refused as refusal:
        return refusal.finding()
    except OSError as error:
        return Refused(Code.BROKEN, f"ファイルを読めません({error.__class__.__name__})").finding()
    return OK


@dataclass
class _Inspection:
    """One archive under inspection."""

    stream: BinaryIO
    size: int
    budget: Budget
    members: dict[str, Member] = field(default_factory=dict)
    relations: dict[str, list[parts.Relation]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Raise Refused for the first thing that is wrong."""
        members = archive.open_archive(self.stream, self.size)
        self.members = {member.name: member for member in members}
        types = self._types()
        for name in self.members:
            parts.refuse_active(name, parts.ACTIVE_PLACES)
        for name in self.members:
            if name.endswith(".rels"):
                self._relate(name)
        book_name = self._book_name(types)
        self._book(book_name)
        for name in sorted(self.members.keys() - self.done):
            self._other(name)

    # --- the map --------------------------------------------------------------------------------------------------

    def _types(self) -> ContentTypes:
        file_kind.refuse_other_archives(self.members, lambda name: self._head(name, 200))
        types = ContentTypes(self.budget)
        self._scan(parts.CONTENT_TYPES, types)
        return types

    def _relate(self, name: str) -> None:
        scanner = Relations(self.budget, name)
        self._scan(name, scanner)
        self.relations[name] = scanner.relations

    def _of_kind(self, name: str, kinds: tuple[str, ...]) -> Iterator[parts.Relation]:
        return (relation for relation in self.relations.get(name, []) if relation.kind in kinds)

    def _book_name(self, types: ContentTypes) -> str:
        name = next((relation.part for relation in self._of_kind("_rels/.rels", _BOOK_KINDS)), "")
        if name not in self.members:
            raise Refused(Code.BROKEN, "ブックの本体がありません")
        if types.of(name) != parts.BOOK:
            raise Refused(Code.NOT_XLSX)
        return name

    # --- the parts ------------------------------------------------------------------------------------------------

    def _book(self, name: str) -> None:
        book = Book(self.budget)
        self._scan(name, book)
        folder, _, file = name.rpartition("/")
        own = f"{folder}/_rels/{file}.rels".lstrip("/")
        strings = None
        for relation in self._of_kind(own, ("sharedStrings",)):
            strings = SharedStrings(self.budget)
            self._scan(relation.part, strings)
        for relation in self._of_kind(own, ("styles",)):
            self._scan(relation.part, Styles(self.budget))
        sheets = {relation.id: relation.part for relation in self._of_kind(own, _SHEET_KINDS)}
        if not book.sheets:
            raise Refused(Code.BROKEN, "シートが1枚もありません")
        for entry in book.sheets:
            part = sheets.get(entry.relation, "")
            if part not in self.members or part in self.done:
                raise Refused(Code.BROKEN, f"シート「{entry.name[:31]}」の中身がありません")
            self._scan(part, SheetScan(self.budget, title=entry.name, strings=strings))

    def _other(self, name: str) -> None:
        """Whatever else lies in the archive: read as XML where it is, else looked at for what it hides."""
        head = self._head(name, 512)
        types_xml = name.lower().endswith(_XML_ENDINGS)
        if types_xml or (xml_scan.looks_like_xml(head) and not name.lower().endswith(".vml")):
            self._scan(name, Scanner(self.budget))
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
        return archive.read_all(self.stream, self.members[name], MAX_SMALL_PART)
