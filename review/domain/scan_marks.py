"""What a scan leaves in a text, and how each mark would read if a person agrees.

Nothing here changes a text: every function returns a proposal beside it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_JAPANESE = r"[々〆〇ぁ-ゖァ-ヺー一-鿿豈-﫿]"
_GAP = re.compile(r"(?<=[^\s])[ 　]+(?=[^\s])")
_VARIANT_DOTS = str.maketrans({"·": "・", "‧": "・", "∙": "・"})
_UNDERSCORES = {"_", "＿", "__"}
# Letters that no Japanese form uses: the replacement character, private use (外字), Hangul, Cyrillic.
_DAMAGED = re.compile(r"[\ufffd\ue000-\uf8ff\uac00-\ud7a3\u0400-\u04ff]")
# Old and new forms of letters in names of offices; a scan, or an old font, mixes them.
_OLD_LETTERS = str.maketrans(
    "齡廣國學會縣區圖書館澤邊邉齋濱櫻藝體醫藥樂總覽擔當處號營榮衞保險濟經續讀賣變戰團辨辯濕淺滿與餘豫寶寫傳佛假價",
    "齢広国学会県区図書館沢辺辺斎浜桜芸体医薬楽総覧担当処号営栄衛保険済経続読売変戦団弁弁湿浅満与余予宝写伝仏仮価",
)
# Enough text to know how the city writes its words, and small enough to search quickly.
_CORPUS_LIMIT = 500_000


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One doubt about a text: what it is, the text in question, and the proposed reading."""

    says: str  #: of `doubt_words`
    facts: Mapping[str, object]
    proposal: str


class Wording:
    """How a document writes its words: the evidence that tells a broken word from a separator."""

    def __init__(self, text: str) -> None:
        self._text = text[:_CORPUS_LIMIT]

    def writes(self, piece: str) -> bool:
        """True where the document writes `piece` somewhere in one go."""
        return piece in self._text

    def breaks_a_word(self, left: str, right: str, *, phrase: bool) -> bool:
        """True where the space between two runs of letters was most likely made by a line break of the scan.

        `phrase` says that the whole text is one phrase (a name), so that a space between Japanese letters
        separates nothing.
        """
        if left[0].isdigit() and not phrase:
            return False  # 「10分 その他 5分」: the space parts two values
        if left[-1].isascii() and right[0].isascii():
            return self._breaks_ascii_word(left, right)
        if len(left) > 1 and len(right) > 1 and not right[0].isdigit() and self.writes(left[-2:] + right[:2]):
            return True
        if not (re.match(_JAPANESE, left[-1]) and re.match(_JAPANESE, right[0])):
            return False
        return phrase or len(right) == 1 or bool(re.match(r"[ぁ-ゖー]", right[0])) or left[-1] in "のをにはがやなた"

    def _breaks_ascii_word(self, left: str, right: str) -> bool:
        before, after = re.search(r"[A-Za-z]+$", left), re.match(r"[A-Za-z]+", right)
        if not (before and after):
            return False
        return self.writes(before[0] + after[0]) and min(len(before[0]), len(after[0])) <= 2


def joined(text: str, wording: Wording, *, phrase: bool) -> tuple[str, int]:
    """`text` without the spaces that break a word, and how many there were."""
    count = 0

    def decide(gap: re.Match[str]) -> str:
        nonlocal count
        left = re.split(r"\s", text[: gap.start()])[-1]
        right = re.split(r"\s", text[gap.end() :], maxsplit=1)[0]
        if not wording.breaks_a_word(left, right, phrase=phrase):
            return gap[0]
        count += 1
        return ""

    return _GAP.sub(decide, text), count


def marks(text: str, wording: Wording, *, phrase: bool = False) -> Iterator[Mark]:
    """Every mark of the scan in one cell; each proposal mends only its own kind of mark."""
    if text.strip() in _UNDERSCORES:
        yield Mark(says="dash_variant", facts={"text": text}, proposal="-")
        return
    without_gaps, count = joined(text, wording, phrase=phrase)
    facts = {"text": _short(text), "count": count}
    if count:
        yield Mark(says="stray_space", facts=facts, proposal=without_gaps)
    elif text != text.strip(" 　"):
        yield Mark(says="stray_space:outside", facts=facts, proposal=text.strip(" 　"))
    if text.translate(_VARIANT_DOTS) != text:
        yield Mark(says="variant_dot", facts=facts, proposal=text.translate(_VARIANT_DOTS))
    if _DAMAGED.search(text):
        yield Mark(says="damaged_letter", facts=facts, proposal="")


def healthy_department(name: str, known: Counter[str]) -> str:
    """The department that a damaged `name` most likely means, or "" where the name looks healthy.

    Two kinds of damage are seen: an old or look-alike letter, and one lost letter. A lost letter is only
    believed where the short name occurs once and the full one several times, for 市民課 and 市民税課 are both real.
    """
    modern = name.translate(_OLD_LETTERS)
    if modern != name and modern in known:
        return modern
    if known[name] > 1:
        return ""
    fuller = [
        other
        for other in known
        if known[other] > 1
        and len(other) == len(name) + 1
        and any(other[:i] + other[i + 1 :] == name for i in range(len(other)))
    ]
    if len(fuller) == 1:
        return fuller[0]
    return modern if modern != name else ""


def count_departments(names: Iterable[str]) -> Counter[str]:
    """How often each department is named in the document."""
    return Counter(name.strip() for name in names if name.strip())


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
