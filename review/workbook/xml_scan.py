"""Reads one XML part of a workbook as it streams by, without ever building it.

Excel and its kin write UTF-8 (rarely UTF-16), no DTD and no entities, shallow trees and few attributes. Whatever else
stands in a part is refused here, before a less strict parser reads it.
"""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

from review.workbook.findings import Code, Refused

MAX_DEPTH = 100
MAX_ATTRIBUTES = 128
MAX_ATTRIBUTE_LENGTH = 100_000
# A tag that goes on for longer makes expat read it again with each chunk.
MAX_TAG = 512 * 1024

Attributes = dict[str, str]

_INVALID_TOKEN = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
_BAD_REFERENCE = expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]
_ENTITY = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_ENCODINGS = {"utf-8", "utf-16", "us-ascii", "ascii"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Control characters, surrogates and U+FFFE/U+FFFF, as UTF-8 would have them.
_IMPOSSIBLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xed[\xa0-\xbf]|\xef\xbf[\xbe\xbf]")
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_DECLARED = re.compile(rb"<\s*!\s*(DOCTYPE|ENTITY)", re.I)


@dataclass(kw_only=True)
class Budget:
    """What one whole file may cost: elements counted down over all its parts, and a moment to be ready by."""

    elements: int = 800_000
    ends: float = 0.0

    @classmethod
    def of(cls, seconds: float) -> Budget:
        """A budget that ends so many seconds from now."""
        return cls(ends=time.monotonic() + seconds)

    def check_time(self) -> None:
        """Raise Refused (TOO_LARGE) where the time is up."""
        if self.ends and time.monotonic() > self.ends:
            raise Refused(Code.TOO_LARGE, "調べるのに時間がかかりすぎます")


class Scanner:
    """The base of what reads a part: override `start`, `end` and `text`; names come without their prefix."""

    wants_text = False

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.depth = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of text; only called where `wants_text` is set."""

    def close(self) -> None:
        """The part is at its end."""

    def scan(self, chunks: Iterable[bytes]) -> None:
        """Read the part to its end. Raises Refused: XML_UNSAFE, BROKEN, BAD_CHAR, TOO_LARGE, or that of `start`."""
        parser = self._parser()
        before, chunk, offset, in_tag = b"", b"", 0, 0
        try:
            for chunk in chunks:
                self.budget.check_time()
                if not offset and chunk.startswith(_UTF32):
                    _refuse_encoding("", "utf-32", 0)
                refuse_declarations(before + chunk)
                in_tag = _tag_length(chunk, in_tag)
                parser.Parse(chunk, False)
                before, offset = chunk[-64:], offset + len(chunk)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            at = parser.ErrorByteIndex - offset
            raise _refusal(error, (before + chunk)[max(0, len(before) + at) :][:4]) from error
        self.close()

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.XmlDeclHandler = _refuse_encoding
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        if self.wants_text:
            parser.CharacterDataHandler = self.text
        return parser

    def _start(self, name: str, attributes: Attributes) -> None:
        self.depth += 1
        self.budget.elements -= 1
        if self.depth > MAX_DEPTH:
            raise Refused(Code.XML_UNSAFE, "記述の入れ子が深すぎます")
        if self.budget.elements < 0:
            raise Refused(Code.TOO_LARGE, "セルや書式の数が多すぎます")
        if len(attributes) > MAX_ATTRIBUTES:
            raise Refused(Code.XML_UNSAFE, "1つの部品に属性が多すぎます")
        for value in attributes.values():
            if len(value) > MAX_ATTRIBUTE_LENGTH:
                raise Refused(Code.XML_UNSAFE, "属性の値が長すぎます")
        self.start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.end(name.rpartition(":")[2] if ":" in name else name)


def attribute(attributes: Attributes, name: str) -> str:
    """The attribute of that local name, whatever its prefix; '' where there is none."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def looks_like_xml(head: bytes) -> bool:
    """Whether bytes begin as XML does, in any encoding that a parser would recognise."""
    plain = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return plain[:1] == b"<" or head[:2] in _UTF16 or head[:4] in (b"\x00<\x00?", b"<\x00?\x00", b"+ADw")


def refuse_declarations(data: bytes) -> None:
    """Refuse DTDs and entities in any of the encodings, also in parts that no XML parser accepts (Excel's own .vml)."""
    # Stripped of NULs, UTF-16 of either order reads as ASCII does; UTF-7 hides the signs themselves.
    if _DECLARED.search(data) or (b"\x00" in data and _DECLARED.search(data.replace(b"\x00", b""))):
        _refuse_doctype()
    if b"+ADwAIQ" in data or b"+ADw-" in data[:400]:
        raise Refused(Code.XML_UNSAFE, "文字の符号化方式がExcelのものではありません")


def _refuse_doctype(*declared: object) -> None:
    raise Refused(Code.XML_UNSAFE, "文書型やエンティティの宣言があります")


def _refuse_encoding(version: str, encoding: str | None, standalone: int) -> None:
    if encoding and encoding.lower() not in _ENCODINGS:
        raise Refused(Code.XML_UNSAFE, "文字の符号化方式がExcelのものではありません")


def _tag_length(chunk: bytes, before: int) -> int:
    """How long the tag is that is open at the end of the chunk; `before` is its length so far."""
    closed, opened = chunk.rfind(b">"), chunk.rfind(b"<")
    if opened > closed:
        length = len(chunk) - opened
    else:
        length = before + len(chunk) if before and closed < 0 else 0
    if length > MAX_TAG:
        raise Refused(Code.XML_UNSAFE, "1つの部品の記述が長すぎます")
    return length


def _refusal(error: expat.ExpatError, rest: bytes) -> Refused:
    """`rest` is where the parser stopped."""
    if error.code == _BAD_REFERENCE or (error.code == _INVALID_TOKEN and _IMPOSSIBLE.match(rest)):
        return Refused(Code.BAD_CHAR, "XMLで使えない文字があります")
    if error.code == _ENTITY:
        return Refused(Code.XML_UNSAFE, "宣言のないエンティティがあります")
    return Refused(Code.BROKEN, "中のXMLが正しくありません")
