"""The bundled font's own advance widths: another source than `metrics`, to test it against."""

from __future__ import annotations

import re
import struct
from functools import cache

from review.pdf import glyphs


@cache
def _tables() -> tuple[bytes, dict[bytes, int]]:
    data = glyphs.REGULAR.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4s3I", data, 12 + 16 * number) for number in range(count))
    return data, {tag: offset for tag, _, offset, _ in entries}


@cache
def _advances() -> tuple[int, list[int]]:
    data, tables = _tables()
    (em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (count,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    return em, [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * number)[0] for number in range(count)]


@cache
def _glyph_numbers() -> dict[int, int]:
    """Of the letters of the basic plane, by format 4 of the character map."""
    data, tables = _tables()
    start = tables[b"cmap"]
    (maps,) = struct.unpack_from(">H", data, start + 2)
    places = [start + struct.unpack_from(">HHI", data, start + 4 + 8 * number)[2] for number in range(maps)]
    at = next(place for place in places if struct.unpack_from(">H", data, place)[0] == 4)
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{count}H", data, at + 14 + shift)
        for shift in (0, 2 * count + 2, 4 * count + 2, 6 * count + 2)
    )
    numbers = {}
    for place, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            number = code
            if offset:
                own = at + 16 + 6 * count + 2 * place + offset + 2 * (code - first)
                (number,) = struct.unpack_from(">H", data, own)
            numbers[code] = (number + delta) & 0xFFFF
    return numbers


def width(text: str, size: float) -> float:
    """Points that one line of the text takes."""
    em, advances = _advances()
    numbers = _glyph_numbers()
    return sum(advances[min(numbers.get(ord(letter), 0), len(advances) - 1)] for letter in text) / em * size


def line_count(text: str, points: float, size: float) -> int:
    """Lines of the text in a cell `points` wide: words stay whole, other letters break anywhere."""
    lines = 0
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for run in re.findall(r"[!-~]+|.", paragraph):
            wide = width(run, size)
            if used + wide > points and used and not run.isspace():
                lines, used = lines + 1, 0.0
            used += wide
    return lines
