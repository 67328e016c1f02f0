"""The texts that the remembered parts of a book share, as one table that only grows: a part's numbers stay right.

From one build to the next the table is kept as it was compressed; what a new part adds is compressed behind it. So a build
in which little changed neither reads nor writes the old texts. When most of them are used no more, `PartCache` begins anew.
"""

from __future__ import annotations

import struct

from isal import isal_zlib

from review.workbook.zip_parts import LEVEL, RAW, Part

_HEAD = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"""
_END = b"</sst>"
_STATE = struct.Struct("<IIQ")
#: so many letters are compressed at a time: one build never holds all texts twice
_AT_ONCE = 1 << 18


class SharedStrings:
    """The table. Texts are numbered between `begin` and `keep` only; `state` is what `kept` gave after the last build."""

    def __init__(self, state: bytes | memoryview = b"") -> None:
        self.open = False
        numbers: tuple[int, int, int] = _STATE.unpack_from(state) if state else (0, 0, 0)
        self.count, self._crc, self._size = numbers
        self._deflated = [bytes(state[_STATE.size :])]
        self._numbers: dict[str, int] = {}
        self._waiting: list[str] = []
        self._letters = 0
        if not state:
            self._add(_HEAD)

    def number(self, xml: str) -> int:
        """The number of a text that is valid XML already."""
        number = self._numbers.get(xml)
        if number is None:
            number = self._numbers[xml] = self.count
            self.count += 1
            self._waiting.append(xml)
        return number

    def begin(self) -> None:
        """A part is made from here on."""
        self.open, self._since = True, (self.count, len(self._waiting))

    def keep(self) -> int:
        """The part is made: how many texts it added."""
        before, waiting = self._since
        self._letters += sum(map(len, self._waiting[waiting:]))
        self.open = False
        if self._letters > _AT_ONCE:
            self._press()
        return self.count - before

    def drop(self) -> None:
        """The part was not made: what it added is forgotten."""
        self.open, (self.count, waiting) = False, self._since
        for xml in self._waiting[waiting:]:
            del self._numbers[xml]
        del self._waiting[waiting:]

    def state(self) -> bytes:
        """What the next build begins with."""
        self._press()
        return _STATE.pack(self.count, self._crc, self._size) + b"".join(self._deflated)

    def part(self) -> Part:
        """The whole table as a part of the archive."""
        self._press()
        end = isal_zlib.compress(_END, LEVEL, RAW)
        whole = b"".join((*self._deflated, end))
        return Part(isal_zlib.crc32(_END, self._crc), self._size + len(_END), whole)

    def _press(self) -> None:
        if self._waiting:
            self._add("".join(map(_item, self._waiting)).encode())
            self._waiting, self._letters = [], 0

    def _add(self, data: bytes) -> None:
        press = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, RAW)
        self._deflated.append(press.compress(data) + press.flush(isal_zlib.Z_FULL_FLUSH))
        self._crc, self._size = isal_zlib.crc32(data, self._crc), self._size + len(data)


def _item(xml: str) -> str:
    space = "" if xml.strip() == xml else ' xml:space="preserve"'
    return f"<si><t{space}>{xml}</t></si>"
