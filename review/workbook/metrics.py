"""How much room Japanese text takes: widths in half-width units, heights in points.

A full-width letter is two units wide, a half-width one is one; a unit is half the font's size. BIZ UDPGothic sets
kana closer than this, so an estimate is rather a line too tall than a line too short.
"""

from __future__ import annotations

import math
import re
import unicodedata

MAX_ROW_HEIGHT = 400.0  # Excel stops at 409 points

_LINE = 1.36  # line height for a font of size 1, as both office programs set BIZ UDPGothic
_PADDING = 6.0
_RUN = re.compile(r"[!-~]+|.", re.S)
# Letters that may not begin a line are pulled up or push a letter down: one unit of slack pays for either.
_SLACK = 2


def text_units(text: str) -> int:
    """The width of one line of text in half-width units."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def column_units(width: float, size: float) -> int:
    """How many half-width units of a font of `size` points fit in a column of Excel width `width`."""
    points = (width * 7 + 5) * 0.75 - 6
    return max(2, int(points / (size / 2)) - _SLACK)


def line_count(text: str, units: int) -> int:
    """How many lines `text` takes when wrapped at `units`; at least one."""
    return sum(_wrapped(paragraph, units) for paragraph in text.split("\n"))


def _wrapped(paragraph: str, units: int) -> int:
    lines, used = 1, 0
    for run in _RUN.findall(paragraph):
        width = text_units(run)
        if used + width <= units:
            used += width
        elif width > units:  # a long address is broken anywhere
            lines += math.ceil((used + width) / units) - 1
            used = (used + width) % units or units
        else:
            lines, used = lines + 1, width
    return lines


def row_height(texts: list[tuple[str, float]], *, size: float, least: float = 0.0) -> float:
    """The height in points of a row of (text, column width) cells, one decimal; may exceed MAX_ROW_HEIGHT."""
    lines = max((line_count(text, column_units(width, size)) for text, width in texts), default=1)
    return round(max(lines * size * _LINE + _PADDING, least), 1)
