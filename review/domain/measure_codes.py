"""施策ID: any text of up to twenty characters; how it is read, ordered, and named in addresses and files."""

import re
import unicodedata

LONGEST = 20
#: As long as a sort key may become: a letter can fold to many.
LONGEST_KEY = 400
#: What a refusal asks for.
HOW = f"1〜{LONGEST}文字の、制御文字を含まない文字で"

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_TWO_BY_TWO = re.compile(r"\d{2}-\d{2}", re.ASCII)
_PIECES = re.compile(r"([0-9]+)|(.)", re.S)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_ROMAN = range(0x2160, 0x216C)
_SAFE = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_().")
_SIGN = re.compile(r"~([0-9a-f]{1,6})~")
# Words of our own addresses, and of devices that no folder may be called after.
_TAKEN = re.compile(
    r"(?:departments|errata|download|editions|list|field|grade|department|con|prn|aux|nul|com\d|lpt\d)(?:\..*)?",
    re.I | re.A,
)


def is_code(text: str) -> bool:
    """Whether the text can be a 施策ID: short, of visible characters, with a letter or a number, without spaces around."""
    seen = all(unicodedata.category(letter) not in _UNSEEN for letter in text)
    return 0 < len(text) <= LONGEST and text == text.strip() and seen and any(map(str.isalnum, text))


def read(text: str) -> str:
    """The 施策ID in a cell, "" where there is none: as it stands, but 01-01 in half-width form however it was typed."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_HYPHENS).replace("ー", "-")
    if _TWO_BY_TWO.fullmatch(folded):
        return folded
    code = re.sub(r"\s+", " ", text).strip()
    return code if is_code(code) else ""


def sort_key(code: str) -> str:
    """A text of 0-9 and a-f that sorts as people count, in every database alike: 1-2 before 1-10, 1-① before 1-②."""
    plain = "".join(f" {unicodedata.numeric(one):.0f}" if ord(one) in _ROMAN else one for one in code)
    folded = unicodedata.normalize("NFKC", plain).translate(_HYPHENS).casefold().replace(" ", "")
    key = "".join(_piece(number, other) for number, other in _PIECES.findall(folded))
    exact = "".join(f"{ord(letter):06x}" for letter in code)
    return f"{key[: LONGEST_KEY - len(exact) - 1]}0{exact}"


def _piece(number: str, other: str) -> str:
    if other:
        return f"b{ord(other):06x}"
    digits = number.lstrip("0")
    return f"a{len(digits):02x}{digits}"


def same(code: str) -> str:
    """What two 施策ID of one plan may not share: they differ in more than upper and lower case."""
    return code.casefold()


def address(code: str) -> str:
    """The 施策ID as one part of an address, or of a path in a file system: signs and other scripts as ~2460~."""
    last = len(code) - 1
    whole = not _TAKEN.fullmatch(code)
    return "".join(
        letter if letter in _SAFE and (letter != "." or 0 < place < last) and (whole or place) else f"~{ord(letter):x}~"
        for place, letter in enumerate(code)
    )


def of_address(part: str) -> str:
    """The 施策ID of a part of an address. Raises ValueError for what `address` does not give."""
    code = _SIGN.sub(lambda match: chr(int(match[1], 16)), part)
    if not is_code(code) or address(code) != part:
        raise ValueError(f"{part} is the address of no 施策ID")
    return code


def run_of(code: str) -> tuple[str, int, int]:
    """(what stands before its last number, that number, how many digits it is written with); the number is 0 where none
    ends it."""
    match = re.fullmatch(r"(.*?)([0-9]{1,6})", code, re.S)
    return (match[1], int(match[2]), len(match[2])) if match else (code, 0, 0)


def group_of(code: str) -> str:
    """The number of the 分野 that the 施策ID seems to name, for a person to confirm: what stands before its last part."""
    head = re.split(r"[-.・_－ ]", code.translate(_HYPHENS))
    return "-".join(head[:-1]) if len(head) > 1 and all(head[:-1]) else ""
