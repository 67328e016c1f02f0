"""Text on its way into a cell and out of it again: the same characters on both sides.

A workbook's XML cannot hold control characters, and gives `_x0001_` a meaning; Excel holds 32,767 UTF-16 units a
cell. What fits is escaped and comes back; what does not is replaced by a visible sign, with a warning.
"""

import re

MAX_UNITS = 32_767
REPLACEMENT = "\ufffd"

#: what would read as an escape, a carriage return becoming one behind it as well
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}[_\r])")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def encode(text: str) -> tuple[str, str]:
    """(the cell's text, what is wrong with it).

    The second is "" where the cell will give back exactly `text`; else one Japanese sentence.
    """
    problems: list[str] = []
    clean, count = _IMPOSSIBLE.subn(REPLACEMENT, text)
    if count:
        problems.append(f"表計算ソフトで扱えない文字が{count}個あり、「{REPLACEMENT}」に置き換えました。")
    if units(clean) > MAX_UNITS:
        problems.append(f"文字が多すぎて入りません(全{len(clean):,}字)。途中までを入れ、末尾に印を付けました。")
        clean = _cut(clean, f"\n……【ここで切れています。全{len(clean):,}字】")
    return _ESCAPE_LIKE.sub("_x005F_", clean).replace("\r", "_x000D_"), "".join(problems)


def decode(stored: str) -> str:
    """The text of a cell; escapes of impossible characters stay unchanged."""
    return _ESCAPED.sub(_character, stored)


def has_impossible(stored: str) -> bool:
    """Whether the text of a cell escapes a character that nothing can keep."""
    return any(_IMPOSSIBLE.match(chr(int(match[1], 16))) for match in _ESCAPED.finditer(stored))


def _character(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    return match[0] if _IMPOSSIBLE.match(letter) else letter


def units(text: str) -> int:
    """UTF-16 units, as Excel counts: letters outside the basic plane, such as 𠮷, are two."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def _cut(text: str, tail: str) -> str:
    # Room for the escapes too, which a strict program may count.
    room = MAX_UNITS - len(tail)
    cut = text[:room]
    while units(cut) > room:
        cut = cut[: len(cut) - (units(cut) - room + 1) // 2 or -1]
    return cut + tail
