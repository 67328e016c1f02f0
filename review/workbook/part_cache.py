"""What the last build of a book made, by digest: one file, replaced as a whole.

A digest covers all that a part depends on, the code included (`engine`), so that an entry is right or missing.
The file only saves time. Missing, damaged or of another worker's build, it costs a cold build and nothing else:
so it is written without waiting for the disk, checked by its sum on reading, and never larger than what one book needs.
"""

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from isal import isal_zlib

from review.workbook.files import beside
from review.workbook.shared_strings import SharedStrings

KEY_BYTES = 16
_MAGIC = b"MEGURI-PARTS-2\n"
_HEAD = struct.Struct("<II")  # sum of the rest, number of entries
_ENTRY = struct.Struct(f"<{KEY_BYTES}sQI")
_ADDED = struct.Struct("<I")  # how many shared texts a part added, before its bytes
_STRINGS = b"shared strings".ljust(KEY_BYTES)
#: So many texts more than twice what is used, and the next build begins anew.
_SPARE = 500


class PartCache:
    """Remembers bytes by key from one build to the next. Without a path it remembers nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known = _read(path) if path else {}
        self.strings = SharedStrings(self._known.pop(_STRINGS, b""))
        self._used: dict[bytes, bytes | memoryview] = {}
        self.made = 0

    def get(self, key: bytes, make: Callable[[], bytes]) -> bytes:
        """The cached result of `make` for the key; else a new one."""
        packed = self._known.get(key)
        if packed is None:
            self.made += 1
            added, data = self.strings.made(make)
            if self._path:
                self._used[key] = _ADDED.pack(added) + data
            return data
        self._used[key] = packed
        return bytes(packed[_ADDED.size :])

    def save(self) -> None:
        """Keep what this build used, and only that. Does nothing where nothing is new; a full disk is no failure."""
        if not self._path or not (self.made or len(self._used) != len(self._known)):
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside(self._path) as (handle, _name), os.fdopen(handle, "wb") as stream:
                stream.writelines(_packed(self._worth_keeping()))

    def _worth_keeping(self) -> dict[bytes, bytes | memoryview]:
        """What this build used, with the texts; nothing where most of these are used no more."""
        added = sum(_ADDED.unpack_from(data)[0] for data in self._used.values())
        return {**self._used, _STRINGS: self.strings.state()} if self.strings.count <= 2 * added + _SPARE else {}


def _packed(entries: dict[bytes, bytes | memoryview]) -> list[bytes]:
    index, at = [], 0
    for key, data in entries.items():
        index.append(_ENTRY.pack(key, at, len(data)))
        at += len(data)
    body = b"".join((*index, *entries.values()))
    return [_MAGIC + _HEAD.pack(isal_zlib.crc32(body), len(entries)), body]


def _read(path: Path) -> dict[bytes, memoryview]:
    """The entries of the file; none where it is missing or not as it was written."""
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return {}
    start = len(_MAGIC) + _HEAD.size
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        return {}
    total, count = _HEAD.unpack_from(data, len(_MAGIC))
    body = data[start:]
    if isal_zlib.crc32(body) != total:
        return {}
    bodies = body[count * _ENTRY.size :]
    index = _ENTRY.iter_unpack(body[: count * _ENTRY.size])
    return {key: bodies[at : at + length] for key, at, length in index}
