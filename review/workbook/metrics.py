"""How much room Japanese text takes: widths in half-width units, heights in points.

A full-width letter is two units wide, and a unit is half the font's size. BIZ UDPGothic sets its kana a little
closer and its Latin letters and digits wider than one unit; the widths below were taken from the font, rounded up,
so that an estimate is rather a line too tall than a line too short. Every text of every sheet is measured at every
build: whole runs are counted at once, letters only where they differ.
"""

import math
import re
import unicodedata
from functools import lru_cache

MAX_ROW_HEIGHT = 400.0  # Excel stops at 409 points

# Line height for a font of size 1. BIZ UDPGothic needs 1.0; the rest keeps lines of a substituted font apart.
_LINE = 1.26
_PADDING = 6.0
# Words, runs of full-width letters (the wide space is none: it may hang over), and single other letters.
_WIDE = "\u3001-\u303e\u3041-\u3096\u3099-\u30ff\u4e00-\u9fff\uff01-\uff60"
_RUN = re.compile(f"([{_WIDE}]+)|([!-~]+|.)", re.S)
_WIDEST = 2
# Letters that may not begin a line push another down, and an indent takes a little: slack in units for both.
_SLACK = 2


class _Widths(dict[str, float]):
    """Width of each letter, computed once."""

    def __missing__(self, letter: str) -> float:
        width = self[letter] = _letter_units(letter)
        return width


def _letter_units(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WFA" or letter in "%@MWmw":
        return 2.0
    if unicodedata.east_asian_width(letter) == "H":
        return 1.0
    return 1.55 if letter.isupper() or letter.isdigit() else 1.35 if letter.islower() else 1.05


_width_of = _Widths().__getitem__


@lru_cache(maxsize=256)
def column_units(width: float, size: float) -> float:
    """How many half-width units of a font of `size` points fit in a column of Excel width `width`."""
    points = (width * 7 + 5) * 0.75 - 6
    return max(2.0, points / (size / 2) - _SLACK)


def line_count(text: str, units: float) -> int:
    """How many lines `text` takes when wrapped at `units`; at least one."""
    if _WIDEST * len(text) <= units and "\n" not in text:
        return 1
    return sum([_wrapped(paragraph, units) for paragraph in text.split("\n")])


@lru_cache(maxsize=1 << 13)  # an 評価項目 says the same in every year, in the results and in the list
def _wrapped(paragraph: str, units: float) -> int:
    if _WIDEST * len(paragraph) <= units:
        return 1
    lines, used = 1, 0.0
    a_line = max(1, int(units // 2))
    for wide, run in _RUN.findall(paragraph):
        if wide:
            count = len(wide)
            if used + 2 * count <= units:
                used += 2 * count
            else:  # broken between any two letters
                fitting = max(0, int((units - used) // 2))
                more = math.ceil((count - fitting) / a_line)
                lines, used = lines + more, 2.0 * (count - fitting - (more - 1) * a_line)
            continue
        width = sum(map(_width_of, run))
        if used + width <= units or run.isspace():  # a space at the end of a line hangs over
            used += width
        elif width > units:  # a long address begins a line of its own and is broken anywhere
            lines += math.ceil(width / units) - (0 if used else 1)
            used = width % units or units
        else:
            lines, used = lines + 1, width
    return lines


def row_height(texts: list[tuple[str, float]], *, size: float, least: float = 0.0) -> float:
    """The height in points of a row of (text, column width) cells, one decimal; may exceed MAX_ROW_HEIGHT."""
    lines = 1
    for text, width in texts:
        if text and (_WIDEST * len(text) > (units := column_units(width, size)) or "\n" in text):
            count = line_count(text, units)
            if count > lines:
                lines = count
    points = lines * size * _LINE + _PADDING
    return round(points if points > least else least, 1)
