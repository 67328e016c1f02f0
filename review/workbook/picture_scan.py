"""Is a picture one from its first byte to its last? A name at its head and a mark at its end prove nothing."""

import re
import zlib
from collections.abc import Callable

from review.workbook.findings import Code, Refused

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# In compressed data words of this length do not come about by chance.
_SCRIPT = re.compile(rb"<script|<\?php|<iframe|javascript:", re.I)
# Another file behind the picture. Cameras put a second picture there, or a short film; nothing of this.
_BEHIND = re.compile(
    rb"PK\x05\x06\0\0\0\0|%PDF-1|MZ\x90\0\x03|\x7fELF[\x01\x02]\x01|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|^\s*(MZ|#!|<|PK)"
)
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NO_LENGTH = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


def _png(data: bytes) -> bool:
    """Whether it is a PNG. Raises Refused where it only begins as one."""
    if not data.startswith(_PNG):
        return False
    at = len(_PNG)
    names: list[bytes] = []
    while names[-1:] != [b"IEND"]:
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        end = at + 12 + length
        whole = len(data) >= end and zlib.crc32(data[at + 4 : end - 4]) == int.from_bytes(data[end - 4 : end])
        if not whole or (not names and name != b"IHDR"):
            raise Refused(Code.BROKEN, "画像が壊れているか、途中で切れています")
        names.append(name)
        at = end
    _refuse_hidden(data, at, complete=b"IDAT" in names)
    return True


def _jpeg(data: bytes) -> bool:
    """Whether it is a JPEG. Raises Refused where it only begins as one."""
    if not data.startswith(_JPEG):
        return False
    at, marker, seen = 2, _START, set()
    while marker != _END:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        marker = data[at + 1] if data[at : at + 1] == b"\xff" and at + 1 < len(data) else -1
        at, length = at + 2, int.from_bytes(data[at + 2 : at + 4])
        seen.add(marker)
        if marker in _NO_LENGTH or marker == _END:
            continue
        if marker < 0 or length < 2:
            raise Refused(Code.BROKEN, "画像が壊れているか、途中で切れています")
        at += length
        if marker == _SCAN:
            after = _NEXT_MARKER.search(data, at)
            at = after.start() if after else len(data)
    _refuse_hidden(data, at, complete=_SCAN in seen and not seen.isdisjoint(_FRAMES))
    return True


def _refuse_hidden(data: bytes, end: int, *, complete: bool) -> None:
    if not complete:
        raise Refused(Code.BROKEN, "画像の中身がありません")
    if _SCRIPT.search(data) or _BEHIND.search(data[end:]):
        raise Refused(Code.ACTIVE, "画像の中に、画像ではないもの(命令や別のファイル)があります")


#: kind -> whether bytes are one; raises Refused where they only pretend to be
KINDS: dict[str, Callable[[bytes], bool]] = {"png": _png, "jpeg": _jpeg}
