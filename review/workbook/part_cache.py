"""What the last build of a book made, by digest and place: one file, replaced as a whole.

A digest covers all that a part depends on, the code included (`engine`), so that an entry is right or missing.
What follows from the same digest stands together, as one entry: a build in which little changed looks each 施策 up once
and copies long stretches of the file that it read.
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
from review.workbook.zip_parts import Held

KEY_BYTES = 16
_MAGIC = b"MEGURI-PARTS-3\n"
_HEAD = struct.Struct("<II")  # sum of the rest, number of entries
_ENTRY = struct.Struct(f"<{KEY_BYTES}sI")
_COUNT = struct.Struct("<II")  # how many parts an entry holds, and bytes of their places; before them
_PART = struct.Struct("<II")  # how many shared texts it added, and its bytes
_BETWEEN = "\0"  # of places, which never hold it
_STRINGS = b"shared strings".ljust(KEY_BYTES)
#: So many texts more than twice what is used, and the next build begins anew.
_SPARE = 500


#: How many shared texts a part added, and its bytes.
_Made = tuple[int, Held]


class _Entry:
    """The parts of one digest by their places: those of the last build, and those that this one used."""

    __slots__ = ("known", "new", "stands", "used")

    def __init__(self, stands: slice | None = None, packed: memoryview | None = None) -> None:
        self.stands, self.known = stands, _unpacked(packed) if packed else {}
        self.used: dict[str, _Made] = {}
        self.new = False

    @property
    def same(self) -> bool:
        """Whether it stands in the file that was read as this build leaves it."""
        return self.stands is not None and not self.new and len(self.used) == len(self.known)


class PartCache:
    """Remembers bytes by key and place from one build to the next. Without a path it remembers nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._last, self._index = _read(path) if path else _nothing()
        strings = self._index.pop(_STRINGS, None)
        self.strings = SharedStrings(self._last[strings] if strings else b"")
        self._entries: dict[bytes, _Entry] = {}
        self.made = 0

    def get(self, key: bytes, place: str, make: Callable[[], bytes]) -> Held:
        """The cached result of `make` for the key at the place; else a new one."""
        entry = self._entries.get(key) or self._entry(key)
        known = entry.known.get(place)
        if known is None:
            self.made += 1
            known = self.strings.made(make)
            if not self._path:
                return known[1]
            entry.new = True
        entry.used[place] = known
        return known[1]

    def _entry(self, key: bytes) -> _Entry:
        stands = self._index.get(key)
        entry = self._entries[key] = _Entry(stands, self._last[stands]) if stands else _Entry()
        return entry

    def save(self) -> None:
        """Keep what this build used, and only that. Does nothing where nothing is new; a full disk is no failure."""
        used = {key: entry for key, entry in self._entries.items() if entry.used}
        same = not self.made and len(used) == len(self._index) and all(entry.same for entry in used.values())
        if not self._path or same:
            return
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside(self._path) as (handle, _name), os.fdopen(handle, "wb") as stream:
                stream.writelines(self._packed(used))

    def _packed(self, used: dict[bytes, _Entry]) -> list[Held]:
        """The file in pieces; nothing in it where most of the texts are used no more."""
        added = sum(more for entry in used.values() for more, _data in entry.used.values())
        if self.strings.count > 2 * added + _SPARE:
            return _file([], [])
        index, pieces, begin, end = list[bytes](), list[Held](), 0, 0
        for key, entry in used.items():
            stands = entry.stands
            if stands is None or not entry.same:
                pieces += (self._last[begin:end], packed := _pack(entry.used))
                begin = end = 0
                index.append(_ENTRY.pack(key, len(packed)))
                continue
            if stands.start != end:  # else it goes on where the one before ended
                pieces.append(self._last[begin:end])
                begin = stands.start
            end = stands.stop
            index.append(_ENTRY.pack(key, end - stands.start))
        state = self.strings.state()
        index.append(_ENTRY.pack(_STRINGS, len(state)))
        return _file(index, [*pieces, self._last[begin:end], state])


def _pack(parts: dict[str, _Made]) -> bytes:
    places = _BETWEEN.join(parts).encode("utf-8", "surrogatepass")
    heads = [_PART.pack(added, len(data)) for added, data in parts.values()]
    return b"".join((_COUNT.pack(len(parts), len(places)), *heads, places, *(data for _added, data in parts.values())))


def _unpacked(packed: memoryview) -> dict[str, _Made]:
    count, named = _COUNT.unpack_from(packed)
    heads, begin, known = (
        packed[_COUNT.size : (end := _COUNT.size + count * _PART.size)],
        end + named,
        dict[str, _Made](),
    )
    places = str(packed[end:begin], "utf-8", "surrogatepass").split(_BETWEEN)
    for place, (added, length) in zip(places, _PART.iter_unpack(heads), strict=True):
        known[place] = (added, packed[begin : begin + length])
        begin += length
    return known


def _file(index: list[bytes], bodies: list[Held]) -> list[Held]:
    total = 0
    for piece in (head := b"".join(index), *bodies):
        total = isal_zlib.crc32(piece, total)
    return [_MAGIC + _HEAD.pack(total, len(index)), head, *bodies]


def _nothing() -> tuple[memoryview, dict[bytes, slice]]:
    return memoryview(b""), {}


def _read(path: Path) -> tuple[memoryview, dict[bytes, slice]]:
    """The file, and where in it the entry of each key stands; none where it is missing or not as it was written."""
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return _nothing()
    start = len(_MAGIC) + _HEAD.size
    if len(data) < start or data[: len(_MAGIC)] != _MAGIC:
        return _nothing()
    total, count = _HEAD.unpack_from(data, len(_MAGIC))
    if isal_zlib.crc32(data[start:]) != total:
        return _nothing()
    index, at = dict[bytes, slice](), start + count * _ENTRY.size
    for key, length in _ENTRY.iter_unpack(data[start:at]):
        index[key] = slice(at, at + length)
        at += length
    return data, index
