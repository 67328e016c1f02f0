"""Names of files that people send: readable, without signs that mean something to a program."""

import re
import unicodedata

MAX_LENGTH = 100

_PATH = re.compile(r".*[/\\]", re.S)
_SIGNS = re.compile(r'[<>:"|?*/\\]')
# Controls, lone surrogates, characters of no width, and those that turn the direction of reading.
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean(name: str, fallback: str = "file") -> str:
    """The last part of the name without signs that programs obey; at most 100 letters, with its ending."""
    last = _PATH.sub("", unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode("utf-8")))
    # Variation selectors are marks (Mn): a name with an IVS keeps it.
    seen = (letter for letter in last if letter in "\t\n\r" or unicodedata.category(letter) not in _UNSEEN)
    shown = "".join(" " if letter.isspace() else letter for letter in seen)
    plain = _SIGNS.sub("_", shown).strip(" .")
    if not plain:
        return fallback
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:MAX_LENGTH]
    return stem[: MAX_LENGTH - len(ending) - 1] + dot + ending


def part(text: str) -> str:
    """The text as one part of a file name."""
    return _SIGNS.sub("_", text)
