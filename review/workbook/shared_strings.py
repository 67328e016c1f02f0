"""The texts that the remembered parts of a book share, as one table that only grows: a part's numbers stay right.

From one build to the next the table is kept as it was compressed; what a new part adds is compressed behind it. So a build
in which little changed neither reads nor writes the old texts. When most of them are used no more, `PartCache` begins anew.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from isal import isal_zlib

from review.workbook.zip_parts import LEVEL, RAW, Part

_HEAD = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"""
_END = b"</sst>"
_STATE = struct.Struct("<IIQ")
#: so many letters are compressed at a time: one build never holds all texts twice
_AT_ONCE = 1 << 18


class SharedStrings:
    """The table. `state` is what the last build left of it."""

    def __init__(self, state: bytes | memoryview = b"") -> None:
        numbers: tuple[int, int, int] = _STATE.unpack_from(state) if state else (0, 0, 0)
        self.count, self._crc, self._size = numbers
        self._deflated = [bytes(state[_STATE.size :])]
        #: what has a number, while a part is `made`; outside it no text may be taken from here
        self.numbers: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._waiting: list[str] = []
        self._letters = 0
        if not state:
            self._add(_HEAD)

    @property
    def open(self) -> bool:
        """Whether a part is being made."""
        return self.numbers is self._numbers

    def added(self, text: str, xml: str) -> int:
        """The number of a text that has none yet, and how it is written."""
        number = self._numbers[text] = self.count
        self.count += 1
        self._waiting.append(xml)
        return number

    def made(self, make: Callable[[], bytes]) -> tuple[int, bytes]:
        """How many texts a part added, and the part as `make` gives it; where that fails, what it added is forgotten."""
        count, before = self.count, len(self._waiting)
        self.numbers = self._numbers
        try:
            part = make()
        except BaseException:
            for _xml in self._waiting[before:]:
                self._numbers.popitem()  # the last that came
            del self._waiting[before:]
            self.count = count
            raise
        finally:
            self.numbers = {}
        self._letters += sum(map(len, self._waiting[before:]))
        if self._letters > _AT_ONCE:
            self._press()
        return self.count - count, part

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
