"""Does a PDF hold anything that acts? Its names are decoded before they are searched, also within compressed objects.

A reader of PDFs is no part of this: what it would skip, another reader may find. So the whole file is searched, and
every compressed stream that could be a store of objects; what cannot be looked into is refused.
"""

import re
import zlib
from collections.abc import Iterator

from review.workbook.findings import Code, Refused

#: How much of all compressed objects together is looked at.
MAX_OBJECTS = 64 * 1024 * 1024
_TAIL = 4096
_END_OF_NAME = rb"(?![^\s()<>\[\]{}/%\x00])"
_ACTS = re.compile(
    rb"/(JavaScript|Launch|SubmitForm|ImportData|GoToR|GoToE|EmbeddedFiles?|RichMedia|RichMediaContent|Rendition)"
    + _END_OF_NAME
)
_FORM = re.compile(rb"/XFA\s*[\[\d<]")
_LOCKED = re.compile(rb"/Encrypt\s*(\d|<<)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_STORE = re.compile(rb"/ObjStm" + _END_OF_NAME)
# A store of objects begins with pairs of numbers.
_PAIRS = re.compile(rb"\s*\d+\s+\d+\s")
_OTHER_FILTER = re.compile(
    rb"/(ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL|Crypt|Predictor)"
    + _END_OF_NAME
    + rb"|/Filter\s*(\d|\[[^\]]*/[^\]]*/)"
)
_MEMBERS, _CHUNK = 2048, 4096


def refuse_active(data: bytes) -> None:
    """Raise Refused for a PDF that is cut off, locked, or carries commands or other files."""
    end = data.rfind(b"%%EOF", max(0, len(data) - _TAIL))
    if end < 0:
        raise Refused(Code.BROKEN, "PDFが途中で切れています")
    plain = _names(data)
    if _LOCKED.search(plain):
        raise Refused(Code.ENCRYPTED, "保護されたPDFは、中を確かめられません")
    if b"PK\x05\x06" in data[end:]:
        raise Refused(Code.ACTIVE, "PDFの後ろに別のファイルが付いています")
    for text in (plain, *_stores(data)):
        if _ACTS.search(text) or _FORM.search(text):
            raise Refused(Code.ACTIVE, "命令や別のファイルを含むPDFは添付できません")


def _names(data: bytes) -> bytes:
    """With each `#41` of a name as the letter that it stands for."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), data)


def _stores(data: bytes) -> Iterator[bytes]:
    """The compressed stores of objects, unpacked. Raises Refused for one that is packed in another way, or too large."""
    left = MAX_OBJECTS
    for match in _STREAM.finditer(data):
        about = _names(data[max(0, match.start() - _MEMBERS) : match.start()])
        about = about[about.rfind(b" obj") + 1 :]
        unpacked = _inflated(data, match.end(), left)
        if _STORE.search(about) and (_OTHER_FILTER.search(about) or (unpacked is None and b"/Filter" in about)):
            raise Refused(Code.ACTIVE, "中を確かめられない部分のあるPDFです")
        if unpacked is None:
            continue
        left -= len(unpacked)
        if left <= 0:
            raise Refused(Code.BOMB, "展開すると大きすぎるPDFです")
        yield _names(unpacked)


def _inflated(data: bytes, start: int, most: int) -> bytes | None:
    """What the stream holds, as far as it can be unpacked, where that is compressed objects; None for anything else."""
    if int.from_bytes(data[start : start + 2]) % 31 or data[start : start + 1] in (b"", b"\x00"):
        return None
    inflater, parts, length, at = zlib.decompressobj(), [], 0, start
    try:
        while not inflater.eof and at < len(data) and length <= most:
            parts.append(inflater.decompress(data[at : at + _CHUNK], most))
            if at == start and not _PAIRS.match(parts[0]):
                return None
            length, at = length + len(parts[-1]), at + _CHUNK
    except zlib.error:  # readers of PDFs take what came before
        pass
    return b"".join(parts) or None
