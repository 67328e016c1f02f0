"""One way of writing for everything typed or scanned: full-width, dashes, dots and stray spaces made alike.

Nothing here decides what a text means; `values` does. Folding is idempotent.
"""

import re
import unicodedata
from functools import lru_cache

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

# NFKC turns ① into 1, and ①8回 would become 18回. Enclosed numbers of every style are therefore kept as ①…⑳.
_ENCLOSED = {ord(mark): CIRCLED[index] for index, mark in enumerate("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇")}
_ENCLOSED |= {ord(mark): CIRCLED[index] for index, mark in enumerate("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛")}
_ENCLOSED |= {ord(mark): CIRCLED[index] for index, mark in enumerate("❶❷❸❹❺❻❼❽❾❿")}
_ENCLOSED |= {ord(mark): CIRCLED[index] for index, mark in enumerate("➀➁➂➃➄➅➆➇➈➉")}
_ENCLOSED_MARK = re.compile(f"([{CIRCLED}])")

_ALIKE: dict[int, str | None] = {ord(mark): "-" for mark in "‐‑‒–—―−─━﹣⁻"}
_ALIKE |= {ord(mark): "~" for mark in "〜～∼˜〰"}
_ALIKE |= {ord(mark): "・" for mark in "·•‧∙⋅●◦▪■"}
_ALIKE |= {ord(mark): "▲" for mark in "△▴▵"}
_ALIKE |= {ord(mark): None for mark in "\u200b\u200c\u200d\u2060\ufeff\u00ad"}
_ALIKE |= {ord("⇒"): "→", ord("≧"): "≥", ord("≦"): "≤", ord("╱"): "/", ord("⁄"): "/", ord("∕"): "/", ord("＿"): "_"}

# Most cells and names hold nothing but these, of which each stays as it is.
_FOLDED = re.compile(r"[0-9A-Za-z%,.()+/:~・一-鿿ぁ-ゖァ-ヺー]*")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The text in one notation: NFKC, like marks made alike, each run of white space one space, ends trimmed."""
    if _FOLDED.fullmatch(text):
        return text
    text = text.translate(_ENCLOSED)
    if _ENCLOSED_MARK.search(text):
        text = "".join(piece if piece in CIRCLED else _nfkc(piece) for piece in _ENCLOSED_MARK.split(text) if piece)
    else:
        text = _nfkc(text)
    return _SPACES.sub(" ", text.translate(_ALIKE)).strip()


def _nfkc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=8192)
def compact(text: str) -> str:
    """The folded text without spaces and without the full stop at its end: what two equal texts have in common."""
    folded = fold(text)
    if " " in folded:  # composed anew: without its space, a letter may take up the accent that stood after it
        folded = _nfkc(folded.replace(" ", ""))
    return folded.rstrip("。.")


def renamed(before: str, now: str) -> bool:
    """Whether one name became another, by more than spaces and widths; what begins or ends had only a dash, and no name."""
    names = [compact(name).strip("-_") for name in (before, now)]
    return all(names) and names[0] != names[1]
