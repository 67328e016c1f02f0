"""Which letters the fonts can draw: PDF/UA forbids a letter without a shape, so what has none is replaced and reported."""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = FONTS / "BIZUDPGothic-Regular.ttf", FONTS / "BIZUDPGothic-Bold.ttf"
# Kanji of names and places that these lack, in one weight: those of JIS X 0212 and of the planes above, from a font
# under the same licence, with a family name of its own (fonts/OFL-MeguriRareKanji.txt).
RARE = FONTS / "MeguriRareKanji-Regular.otf"
# The sign that printers set where they lack a letter.
MISSING = "〓"
# Choose among shapes of the letter before them, or join and direct letters: without any shape of their own.
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
# Radicals that look like a kanji and are typed or copied for it. Unicode's own table of those that NFKC leaves alone.
_RADICALS = dict(
    zip(
        "⺁⺄⺅⺈⺉⺊⺌⺍⺎⺒⺓⺔⺕⺖⺘⺙⺛⺝⺞⺠⺡⺢⺣⺤⺦⺨⺪⺫⺬⺭⺮⺯⺱⺲⺶⺷⺹⺼⺽⺾⺿⻀⻁⻂⻃⻄⻆⻌⻍⻎⻏⻑⻒⻖⻗⻘⻝⻞⻟⻣⻤⻨⻩⻫⻭⻯⻱⻲⼾",
        "厂乙亻刀刂卜小小兀巳幺彑彐忄扌攵旡月歺民氵氺灬爫丬犭疋罒示礻竹糸罒罒羊羊耂月臼艹艹艹虎衤覀西角辶辶辶阝長镸阝雨青食飠飠骨鬼麦黄斉歯竜龜亀戸",
        strict=True,
    )
)
_TABLE = struct.Struct(">4s3I")


def drawable(value: Any, missing: set[str]) -> Any:
    """The same tree of dicts, lists and texts with every text drawable; letters that are not go into `missing`."""
    if isinstance(value, str):
        return _drawable_text(value, missing)
    if isinstance(value, dict):
        return {key: drawable(one, missing) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [drawable(one, missing) for one in value]
    return value


def _drawable_text(text: str, missing: set[str]) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "　")
    if not set(text) - covered() - {"\n"}:
        return text
    letters = [_drawn(letter) for letter in _UNSEEN.sub("", text)]
    missing.update(
        letter for letter, drawn in zip(_UNSEEN.sub("", text), letters, strict=True) if drawn == MISSING != letter
    )
    return "".join(letters)


def _drawn(letter: str) -> str:
    """The letter, or the one that stands for the same, or the sign for a missing one."""
    same = (letter, unicodedata.normalize("NFC", letter), kanji_of(letter))
    return next((one for one in same if one == "\n" or covered().issuperset(one)), MISSING)


def kanji_of(letter: str) -> str:
    """⽇ (a radical) as 日, the kanji that it is meant for; every other letter as it is. For print only."""
    if "\u2e80" <= letter <= "\u2fdf":
        return _RADICALS.get(letter) or unicodedata.normalize("NFKC", letter)
    return letter


@cache
def covered() -> frozenset[str]:
    """The letters that both weights have, and those of the font behind them."""
    return (_letters(REGULAR) & _letters(BOLD)) | _letters(RARE)


def _letters(path: Path) -> frozenset[str]:
    """The letters of a TrueType or OpenType font, from its character map: format 12, or 4 where there is none."""
    data = path.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = (_TABLE.unpack_from(data, 12 + 16 * number) for number in range(count))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    (maps,) = struct.unpack_from(">H", data, start + 2)
    places = [struct.unpack_from(">HHI", data, start + 4 + 8 * number)[2] for number in range(maps)]
    readers = {12: _format_12, 4: _format_4}
    formats = {struct.unpack_from(">H", data, start + place)[0]: start + place for place in places}
    best = max(kind for kind in formats if kind in readers)
    return frozenset(map(chr, readers[best](data, formats[best])))


def _format_12(data: bytes, at: int) -> set[int]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    codes: set[int] = set()
    for number in range(groups):
        first, last, _ = struct.unpack_from(">3I", data, at + 16 + 12 * number)
        codes.update(range(first, last + 1))
    return codes


def _format_4(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    codes: set[int] = set()
    for first, last in zip(starts, ends, strict=True):
        codes.update(range(first, last + 1))
    return codes - {0xFFFF}
