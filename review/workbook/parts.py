"""The small parts of a workbook: content types, relationships, the book itself, styles, shared strings."""

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from review.domain.wording import table
from review.workbook import cell_text
from review.workbook.findings import Code, Refused
from review.workbook.xml_scan import Attributes, Budget, Scanner, attribute

MAX_SHEETS = 1_500
MAX_FORMATS = 20_000
MAX_NAMES = 50_000

CONTENT_TYPES = "[Content_Types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: content type of the main part -> what the document is
MAINS = {
    f"{_OFFICE}spreadsheetml.sheet.main+xml": "xlsx",
    f"{_OFFICE}wordprocessingml.document.main+xml": "docx",
    f"{_OFFICE}presentationml.presentation.main+xml": "pptx",
}
_SPREADSHEET = "spreadsheetml"
# What an address in a cell may lead to; files and scripts are no business of a form.
_HARMLESS_LINKS = {"http", "https", "mailto", "tel", ""}

# What a content type, a relationship or the path of a part with that word means. The first that fits decides.
_ACTIVE = table(Path(__file__).with_name("acting.tsv"))
_OTHER_BOOKS = ("binary.macroenabled", "sheet.binary")
_OTHER_KINDS = ("wordprocessingml", "presentationml", "visio", "opendocument", *_OTHER_BOOKS)
_DDE = re.compile(r"\|\s*'?[^|]*!|\b(?:CALL|REGISTER|EXEC|EVALUATE|WEBSERVICE|FILTERXML|RTD|DDE)\s*\(", re.I)
_SERVER = re.compile(r"\w\|\s*'")
_OTHER_BOOK = re.compile(r"^[^\"]*(?:\[\d+\]|\[[^\]]*\.xl\w+\])")


def refuse_active(what: str) -> None:
    """Raise Refused where a content type, a relationship or the path of a part names something that acts."""
    folded = what.lower()
    for word, (code, reason) in _ACTIVE.items():
        if word in folded:
            raise Refused(Code(code), reason)


def is_set(value: str) -> bool:
    """Whether an attribute says yes."""
    return value not in ("", "0", "false", "f")


def is_dangerous(formula: str) -> bool:
    """Whether a formula calls another program or the network; what it says between quotes is text."""
    return bool(_DDE.search(re.sub(r'"[^"]*"', '""', formula)) or _SERVER.search(formula))


class ContentTypes(Scanner):
    """[Content_Types].xml: `of` gives the type of a part. With `book` it may declare a workbook and nothing else."""

    def __init__(self, budget: Budget, *, book: bool = False) -> None:
        super().__init__(budget)
        self.book = book
        self.by_ending: dict[str, str] = {}
        self.by_name: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        content_type = attributes.get("ContentType", "")
        if name == "Default":
            self.by_ending[attributes.get("Extension", "").lower()] = content_type
        elif name == "Override":
            self.by_name[attributes.get("PartName", "").lstrip("/").lower()] = content_type

    def of(self, part: str) -> str:
        """The content type of a part, '' where none is declared."""
        return self.by_name.get(part.lower(), "") or self.by_ending.get(part.rpartition(".")[2].lower(), "")

    def close(self) -> None:
        declared = [content_type.lower() for content_type in (*self.by_name.values(), *self.by_ending.values())]
        others = _OTHER_KINDS if self.book else _OTHER_BOOKS
        if (self.book and not any(_SPREADSHEET in one for one in declared)) or any(
            word in content_type.lower() for word in others for content_type in self.by_name.values()
        ):
            raise Refused(Code.NOT_XLSX)
        for content_type in self.by_name.values():
            refuse_active(content_type)
        # A default is often declared for what is not there (.bin for printers' settings beside .vml).
        if any("macroenabled" in content_type.lower() for content_type in self.by_ending.values()):
            raise Refused(Code.MACRO, "マクロ有効ブックです")
        if self.book and any("template.main" in one for one in declared):
            raise Refused(Code.NOT_XLSX, "テンプレート(.xltx)です")


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One relationship: its id, the last word of its type, and the part it leads to ('' for an address outside)."""

    id: str
    kind: str
    part: str


def relations_of(part: str) -> str:
    """The .rels part of a part: xl/_rels/workbook.xml.rels of xl/workbook.xml."""
    folder, _, file = part.rpartition("/")
    return f"{folder}/_rels/{file}.rels".lstrip("/")


class Relations(Scanner):
    """A .rels part: `relations` holds those within the archive. With `charts` a chart may have the book it was drawn from."""

    def __init__(self, budget: Budget, name: str, *, charts: bool = False) -> None:
        super().__init__(budget)
        self.chart = charts and "/charts/_rels/" in name
        # xl/_rels/workbook.xml.rels speaks of xl/workbook.xml.
        self.folder = posixpath.dirname(posixpath.dirname(name))
        self.relations: list[Relation] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "Relationship":
            return
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        if not (self.chart and kind.endswith("/package")):
            refuse_active(kind)
        if attributes.get("TargetMode", "").lower() == "external":
            _refuse_outside(kind, target)
            return
        self.relations.append(
            Relation(id=attributes.get("Id", ""), kind=kind.rpartition("/")[2], part=self._resolve(target))
        )

    def _resolve(self, target: str) -> str:
        path = unquote(target.partition("#")[0])
        if not path:
            return ""
        joined = path.lstrip("/") if path.startswith("/") else posixpath.join(self.folder, path)
        resolved = posixpath.normpath(joined)
        if resolved.startswith("..") or "\\" in path or "\x00" in path:
            raise Refused(Code.BROKEN, "中の部品がファイルの外を指しています")
        return resolved


def _refuse_outside(kind: str, target: str) -> None:
    if not kind.lower().endswith("/hyperlink"):
        raise Refused(Code.ACTIVE, "ファイルの外にある部品へのリンクがあります")
    try:
        scheme = urlsplit(target.strip()).scheme.lower()
    except ValueError:
        scheme = "?"
    if scheme not in _HARMLESS_LINKS or target.strip().startswith(("\\\\", "//")):
        raise Refused(Code.ACTIVE, "ファイルや命令を呼び出すリンクがあります")


@dataclass(frozen=True, kw_only=True)
class SheetEntry:
    """One sheet of the book: its name, the id of its relation, and whether it is hidden."""

    name: str
    relation: str
    hidden: bool


class Book(Scanner):
    """xl/workbook.xml: its sheets in order, {its number or '': {defined name: meaning}}, its epoch."""

    wants_text = True

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.sheets: list[SheetEntry] = []
        self.names: dict[str, dict[str, str]] = {}
        self.named = 0
        self.since_1904 = False
        self._defining = ""
        self._of = ""
        self._words: list[str] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            self._sheet(attributes)
        elif name == "workbookPr":
            self.since_1904 = is_set(attributes.get("date1904", ""))
        elif name == "definedName":
            self._defined(attributes)

    def _sheet(self, attributes: Attributes) -> None:
        title = attributes.get("name", "")
        if attributes.get("state") == "veryHidden":
            raise Refused(Code.ACTIVE, f"Excelの画面に出ないシート「{title[:31]}」があります")
        hidden = attributes.get("state", "visible") != "visible"
        self.sheets.append(SheetEntry(name=title, relation=attribute(attributes, "id"), hidden=hidden))
        if len(self.sheets) > MAX_SHEETS:
            raise Refused(Code.TOO_LARGE, f"シートが{MAX_SHEETS:,}枚を超えています")

    def _defined(self, attributes: Attributes) -> None:
        self.named += 1
        self._defining, self._words = attributes.get("name") or "?", []
        self._of = attributes.get("localSheetId", "")
        acts = any(attributes.get(key) in ("1", "true") for key in ("xlm", "vbProcedure", "function", "macro"))
        if acts or self._defining.lower().removeprefix("_xlnm.").startswith(("auto_open", "auto_close")):
            raise Refused(Code.MACRO, f"マクロを呼び出す名前「{self._defining[:40]}」があります")
        if self.named > MAX_NAMES:
            raise Refused(Code.TOO_LARGE, "名前の定義が多すぎます")

    def text(self, data: str) -> None:
        if self._defining:
            self._words.append(data)

    def end(self, name: str) -> None:
        if name != "definedName":
            return
        meant = "".join(self._words)
        if _OTHER_BOOK.search(meant):
            raise Refused(Code.ACTIVE, f"ほかのブックを指す名前「{self._defining[:40]}」があります")
        if is_dangerous(meant):
            raise Refused(Code.FORMULA, f"名前「{self._defining[:40]}」に危険な数式があります")
        self.names.setdefault(self._of, {})[self._defining] = meant
        self._defining = ""


class Styles(Scanner):
    """xl/styles.xml: only how much of it there is."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.formats = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("xf", "font", "fill", "border", "dxf", "numFmt", "cellStyle"):
            self.formats += 1
            if self.formats > MAX_FORMATS:
                raise Refused(Code.TOO_LARGE, "書式の種類が多すぎます")


@dataclass(kw_only=True)
class TextCheck:
    """One text as it grows: length in Excel's units and characters that nothing can keep."""

    length: int = 0
    pieces: list[str] = field(default_factory=list)

    def add(self, data: str) -> None:
        """Another piece; beyond the limit it is dropped."""
        self.length += len(data)
        if self.length <= cell_text.MAX_UNITS * 8:  # an escape takes seven letters for one
            self.pieces.append(data)

    def text(self) -> str:
        """The whole, as far as it was kept."""
        return "".join(self.pieces)

    def problem(self) -> tuple[Code, str] | None:
        """The code and what is wrong, None for a text that can be stored."""
        text = self.text()
        if cell_text.has_impossible(text):
            return Code.BAD_CHAR, "保存できない文字(制御文字など)があります"
        decoded = cell_text.decode(text) if len(text) == self.length else ""
        units = cell_text.units(decoded) if decoded else self.length
        if units > cell_text.MAX_UNITS:
            return Code.TOO_LONG, f"1つのセルに{units:,}文字あります(上限は{cell_text.MAX_UNITS:,}文字)"
        return None


class SharedStrings(Scanner):
    """xl/sharedStrings.xml: the texts, and what is wrong with those that cannot be stored, by index."""

    wants_text = True

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.texts: list[str] = []
        self.problems: dict[int, tuple[Code, str]] = {}
        self._check: TextCheck | None = None
        self._in_text = self._aside = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self._check = TextCheck()
        elif name == "rPh":  # furigana, which Excel keeps beside what was typed: no part of the value
            self._aside = True
        self._in_text = name == "t" and not self._aside

    def text(self, data: str) -> None:
        if self._in_text and self._check:
            self._check.add(data)

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._aside = False
        if name == "si" and self._check:
            if problem := self._check.problem():
                self.problems[len(self.texts)] = problem
            self.texts.append(self._check.text())
            self._check = None
