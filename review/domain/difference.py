"""What changed between two texts, word by word. Japanese has no spaces: a run of one script counts as a word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Op = Literal["same", "ins", "del"]

_WORD = re.compile(r"[0-9０-９.,，．]+|[A-Za-zＡ-Ｚａ-ｚ]+|[一-龯々]+|[ァ-ヶー]+|[ぁ-ん]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A stretch of text that stayed, came or went."""

    op: Op
    text: str


def words(text: str) -> list[str]:
    """The text cut into words; joined they are the text again."""
    return _WORD.findall(text)


def difference(before: str, after: str) -> list[Part]:
    """The stretches from `before` to `after`, in reading order; where one replaces another, what went comes first."""
    old, new = words(before), words(after)
    parts: list[Part] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Part(op="same", text="".join(new[new_from:new_to])))
            continue
        if old_to > old_from:
            parts.append(Part(op="del", text="".join(old[old_from:old_to])))
        if new_to > new_from:
            parts.append(Part(op="ins", text="".join(new[new_from:new_to])))
    return parts
