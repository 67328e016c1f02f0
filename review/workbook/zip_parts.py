"""An archive from parts that are compressed already; the standard library's writer would compress them anew.

Kept to what books and sites need: ASCII names, deflate, less than 4 GB.
"""

from __future__ import annotations

import os
import struct
from datetime import datetime
from typing import IO, BinaryIO, NamedTuple

from isal import isal_zlib

MOST_PARTS = 65_000  # beyond them, the end of the archive counts again in wider numbers
# Level 1 of 0 to 3: the size of zlib's level 1 in a quarter of the time; what 3 saves is 1 %, at three times the cost.
LEVEL, RAW = 1, -15
AT_ONCE = 1 << 16
#: Bytes of our own, or a stretch of a file that was read, which is not copied.
Held = bytes | memoryview
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_WIDE, _WAY = struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
_MAGIC = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _DEFLATED = 20, 8
_HEAD = struct.Struct("<II")


class Part(NamedTuple):
    """The deflated bytes of one member, with the checksum and size of what they hold."""

    crc: int
    size: int
    deflated: Held

    def packed(self) -> bytes:
        """As bytes, for the cache."""
        return b"".join((_HEAD.pack(self.crc, self.size), self.deflated))

    def content(self) -> bytes:
        """What it holds."""
        return isal_zlib.decompress(self.deflated, RAW)

    @classmethod
    def unpacked(cls, data: Held, at: int = 0) -> Part:
        """From the bytes that begin at `at`."""
        crc, size = _HEAD.unpack_from(data, at)
        return cls(crc, size, data[at + _HEAD.size :])


class Entry(NamedTuple):
    """Where in an archive of `ZipParts` the deflated bytes of a member stand, with the checksum and size of what they hold."""

    crc: int
    size: int
    at: int
    deflated: int


def entries(stream: IO[bytes]) -> dict[str, Entry]:
    """{name: where it stands} of a finished archive of `ZipParts`."""
    stream.seek(-_END.size, os.SEEK_END)
    *_counts, length, begin, _comment = _END.unpack(stream.read(_END.size))
    stream.seek(begin)
    directory, known, at = stream.read(length), dict[str, Entry](), 0
    while at < length:
        *_head, crc, deflated, size, named, _more, _note, _disk, _kind, _rights, begin = _CENTRAL.unpack_from(
            directory, at
        )
        at += _CENTRAL.size + named
        known[directory[at - named : at].decode("ascii")] = Entry(crc, size, begin + _LOCAL.size + named, deflated)
    return known


def compress(data: bytes) -> Part:
    """The part that holds `data`."""
    return Part(isal_zlib.crc32(data), len(data), isal_zlib.compress(data, LEVEL, RAW))


class ZipParts:
    """Writes parts to a stream, one after the other; `close` writes the directory, without which it is no archive."""

    def __init__(self, out: BinaryIO, made_at: datetime) -> None:
        self._out, self._at = out, 0
        self._waiting, self._waits = list[Held](), 0
        self._directory: list[bytes] = []
        self._date = (max(made_at.year, 1980) - 1980) << 9 | made_at.month << 5 | made_at.day
        self._time = made_at.hour << 11 | made_at.minute << 5 | made_at.second // 2

    def add(self, name: str, part: Part) -> None:
        path = name.encode("ascii")
        size = len(part.deflated)
        common = (_VERSION, 0, _DEFLATED, self._time, self._date, part.crc, size, part.size, len(path), 0)
        self._directory.append(_CENTRAL.pack(_MAGIC[1], _VERSION, *common, 0, 0, 0, 0, self._at) + path)
        self._write(_LOCAL.pack(_MAGIC[0], *common) + path, part.deflated)

    def close(self) -> None:
        """Write the directory. Raises ValueError where the archive has outgrown the plain format."""
        directory, begin = b"".join(self._directory), self._at
        self._write(directory)
        if (end := self._at) >= 1 << 32:
            raise ValueError("too much for a plain archive")
        count = len(self._directory), len(self._directory)
        if count[0] > MOST_PARTS:
            self._write(_WIDE.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, *count, len(directory), begin))
            self._write(_WAY.pack(b"PK\x06\x07", 0, end, 1))
        most = (min(count[0], 0xFFFF),) * 2
        self._write(_END.pack(_MAGIC[2], 0, 0, *most, len(directory), begin, 0))
        self._flush()

    def _write(self, *pieces: Held) -> None:
        """Small pieces go to the stream together."""
        self._waiting += pieces
        size = 0
        for piece in pieces:
            size += len(piece)
        self._waits += size
        self._at += size
        if self._waits > AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        self._out.write(b"".join(self._waiting))
        self._waiting, self._waits = [], 0
