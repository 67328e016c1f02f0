"""Text as people type it: what can be stored, and why not."""

import codecs
import re
from dataclasses import dataclass

# A cell of a workbook holds 32,767 UTF-16 units; the form stops well before.
MAX_LENGTH = 10_000

TOO_LONG = "%(most)s文字まで入力できます(今は%(now)s文字です)。短くしてください。"
FORBIDDEN = "%(place)s文字目に、保存できない文字(%(character)s)があります。消してから保存してください。"
# Controls of the writing direction too: with them a published sentence could be read the other way round.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def normal_newlines(value: str) -> str:
    """The same text with browsers' CR LF as LF, and so the break within a paragraph that comes from Word."""
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """Why a text cannot be stored: a sentence with places for facts, so that it can be translated."""

    sentence: str
    facts: dict[str, str]


def flaw(value: str) -> Flaw | None:
    """What is wrong with the text; None where it can be stored."""
    if len(value) > MAX_LENGTH:
        return Flaw(sentence=TOO_LONG, facts={"most": f"{MAX_LENGTH:,}", "now": f"{len(value):,}"})
    match = _FORBIDDEN.search(value)
    if match:
        facts = {"place": str(match.start() + 1), "character": f"U+{ord(match[0]):04X}"}
        return Flaw(sentence=FORBIDDEN, facts=facts)
    return None


def problem(value: str) -> str:
    """Why the text cannot be stored, in one Japanese sentence; '' where it can."""
    reason = flaw(value)
    return reason.sentence % reason.facts if reason else ""


class Undecodable(ValueError):
    """Bytes that are no text; `line` is where the encoding that came farthest gave up."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def decoded(raw: bytes) -> str:
    """The text of a file as offices save it: UTF-8 or UTF-16 with or without the mark, else CP932. Raises Undecodable."""
    line = 1
    for encoding in _encodings(raw):
        try:
            return raw.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            line = max(line, raw.count(b"\n", 0, error.start) + 1)
    raise Undecodable(line)


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    first, second = raw[::2].count(0), raw[1::2].count(0)
    if 50 * max(first, second) > len(raw):  # without its mark, the empty half of an ASCII letter shows the order
        return ("utf-16-le" if second > first else "utf-16-be",)
    return ("utf-8", "cp932")
