"""What acts within the parts of an Office document: formulas and fields that call others, embedded objects, commands of slides."""

import re

from review.workbook import parts
from review.workbook.findings import Code, Refused
from review.workbook.xml_scan import Attributes, Budget, Scanner, attribute

_EMBEDDED = {"oleObject", "OLEObject", "oleObj", "oleLink", "ddeLink", "altChunk"}
_COMMAND = re.compile(r"ppaction://(macro|program|ole)", re.I)
_FIELD = re.compile(
    r'\s*((DDE|DDEAUTO|LINK|INCLUDETEXT|INCLUDE|DATABASE|IMPORT)\b|INCLUDEPICTURE\s+(?!"?https?:))', re.I
)
# A field within another stands behind the other's first word; else the word itself is being made up.
_NAMED = re.compile(r"\s*(=|\S+\s)")


class Content(Scanner):
    """A part of any kind. Raises Refused where it acts."""

    wants_text = True

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self._fields: list[str] = []
        self._words: list[str] | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name in _EMBEDDED:
            raise Refused(Code.ACTIVE, "別のソフトのデータが埋め込まれています")
        if name in ("f", "instrText"):
            self._words = []
        elif name == "fldSimple":
            self._refuse_field(attribute(attributes, "instr"))
        elif name == "fldChar":
            self._mark(attribute(attributes, "fldCharType"))
        if "action" in attributes and _COMMAND.match(attributes["action"]):
            raise Refused(Code.ACTIVE, "プログラムを呼び出すボタンがあります")

    def text(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def end(self, name: str) -> None:
        if self._words is None or name not in ("f", "instrText"):
            return
        words, self._words = "".join(self._words), None
        if name == "instrText":
            self._fields[-1:] = [(self._fields[-1] if self._fields else "") + words]
            self._refuse_field(self._fields[-1])
        elif parts.is_dangerous(words):
            raise Refused(Code.ACTIVE, "ほかのソフトや外部を呼び出す数式があります")

    def _mark(self, kind: str) -> None:
        if kind == "begin":
            if self._fields and not _NAMED.match(self._fields[-1]):
                raise Refused(Code.ACTIVE, "働きを隠したフィールドがあります")
            self._fields.append("")
        elif self._fields and kind == "separate":
            self._fields[-1] = "= "  # its result may hold other fields
        elif self._fields and kind == "end":
            self._fields.pop()

    def _refuse_field(self, words: str) -> None:
        if _FIELD.match(words):
            raise Refused(Code.ACTIVE, "ほかのファイルや命令を呼び出すフィールドがあります")
