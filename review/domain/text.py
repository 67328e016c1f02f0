"""Text as people type it: what can be stored, and why not."""

import re
from dataclasses import dataclass

# A cell of a workbook holds 32,767 UTF-16 units; the form stops well before.
MAX_LENGTH = 10_000

TOO_LONG = "%(most)s文字まで入力できます(今は%(now)s文字です)。短くしてください。"
FORBIDDEN = "%(place)s文字目に、保存できない文字(%(character)s)があります。消してから保存してください。"
# Controls of the writing direction too: with them a published sentence could be read the other way round.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def normal_newlines(value: str) -> str:
    """The same text with browsers' CR LF as LF."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


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
