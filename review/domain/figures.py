"""Numbers in a text: 1,200, 1億2,000万, ▲5.2. Each with its place, and whether it can be trusted.

Nothing is decided here about what a number measures; `numerals` reads the words around it.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALE = r"(?:[十百千]?[万億兆](?!葉)|[十百千](?=[十百千万億兆\d円人件t歩㌧kmM平立])|百(?!分)|千(?!葉)|十)"
_SIGN = r"(?:(?:(?<=[\s:(~比])|^)[-+](?=\d)|▲ ?|マイナス ?)"
# The digit of m2, m3 and CO2 belongs to the unit.
NUMBER = re.compile(
    rf"(?=[-+▲マ\d])(?P<sign>{_SIGN})?(?<!m)(?<!CO)(?<!co)(?P<body>(?:{_DIGITS}{_SCALE})+(?:{_DIGITS})?|{_DIGITS})"
)
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}")
# 1,20 or 12,3456 is a number that lost or gained a digit, or two numbers: nobody can tell. 10数件 is neither.
_TORN_AFTER = re.compile(r"[,.、]?\d|数")
_TORN_BEFORE = re.compile(r"\d[,.]\Z")
_STEP = re.compile(rf"({_DIGITS})({_SCALE})?")
_SCALED = re.compile(r"[十百千万億兆]")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "億": 10**8, "兆": 10**12}
_LONGEST = 24  # characters of one number; beyond that it is a code, and int() has its own limit


class Number(NamedTuple):
    value: Fraction
    scale: int
    start: int
    end: int
    doubtful: bool  # 1,20 or 12,3456: a digit too many or too few
    dotted: bool  # 1.200: perhaps meant as 1,200


def numbers_in(text: str) -> list[Number]:
    found = []
    for match in NUMBER.finditer(text):
        if len(match["body"]) > _LONGEST:
            return []
        value, scale, sound = _value(match["body"])
        torn = _TORN_AFTER.match(text, match.end()) or _TORN_BEFORE.search(
            text, max(match.start() - 2, 0), match.start()
        )
        negative = bool(match["sign"]) and match["sign"][0] in "-▲マ"
        found.append(
            Number(
                -value if negative else value,
                scale,
                match.start(),
                match.end(),
                bool(torn) or not sound,
                bool(_DOTTED.fullmatch(match["body"])),
            )
        )
    return found


def _value(body: str) -> tuple[Fraction, int, bool]:
    """The value, the scale of its last step, and whether its steps fall (1億2,000万 does, 2千1万 does not)."""
    if body[-1].isdigit() and not _SCALED.search(body):
        return decimal(body), 1, True
    total, scale, last = Fraction(0), 1, None
    for digits, word in _STEP.findall(body):
        scale = 1
        for character in word:
            scale *= _SCALES[character]
        if last is not None and scale >= last:
            return total, scale, False
        total, last = total + decimal(digits) * scale, scale
    return total, scale, True


def decimal(digits: str) -> Fraction:
    """1,234.5 as it is."""
    head, _, tail = digits.replace(",", "").partition(".")
    return Fraction(int(head + tail), 10 ** len(tail)) if tail else Fraction(int(head))
