"""The departments that one cell names: several where each part is one, a single name where only the whole is."""

import re
import unicodedata
from collections.abc import Collection, Iterable

from review.domain.forms.headings import Role, role_of

_OFFICE = re.compile(
    r".+(?:課|室|局|部|署|所|館|園|校|院|係|班|委員会|協議会|協会|議会|庁|センター|事務局|担当|グループ|チーム|本部|支所|出張所|公社|病院|消防|図書館|幼稚園)"
    r"|(?:関係|各|全|庁内|全庁)?(?:各)?(?:課|部|局|部署|所属|庁)(?:等)?|全庁|全課等?|各所属"
)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_IN_TITLE = re.compile(r"[(\[【](?:([^()\[\]【】:]{1,10}):)?([^()\[\]【】:]+)[)\]】]")
#: an office alone in a bracket, which could be a place otherwise
_ENDS = re.compile("(?<![各全])(?:課|室|局|係|センター)$")
#: こども課(関係課:健康課、学校教育課)
_BESIDE = re.compile(r"\s*[(（\[](?:関係|関連|協力|連携)(?:部?課|部署|所属)?等?\s*[:：]")
#: what stands in the cell where there is no department
_NOBODY = re.compile(r"[-－―ー–—‐−_＿]+|(?:該当)?(?:なし|無し)")


def split_departments(text: str, known: Collection[str] = ()) -> list[str]:
    """The names in the cell, as they stand. Separators are 、 ・ / and line breaks, never inside brackets.

    A part that alone is no office (まち・ひと・しごと創生課, 子ども・子育て課) belongs to its neighbour; a bracket on a line
    of its own (総務課 / (各課)) belongs to the line before.
    """
    text = _BESIDE.sub("、", text).rstrip(")） \n") if _BESIDE.search(text) else text.strip()
    if not text or text in known:
        return [text] if text else []
    names: list[str] = []
    for piece in _pieces(text, r"[、,，;；]"):
        names += [piece] if piece in known else _lines(piece, known)
    return [name for name in dict.fromkeys(names) if not _NOBODY.fullmatch(name)]


def offices_named(titles: Iterable[str]) -> list[str]:
    """Those that titles say in a bracket of their own: 施策1 手続の電子化(担当:総務課), (総務課)."""
    matches = (match for title in titles for match in _IN_TITLE.finditer(unicodedata.normalize("NFKC", title)))
    named = (one[2] for one in matches if (role_of(one[1]) is Role.DEPARTMENT if one[1] else _ENDS.search(one[2])))
    return [name for text in named for name in split_departments(text)]


def _lines(text: str, known: Collection[str]) -> list[str]:
    """Line breaks and slashes separate, unless a part is no office: then it is a broken line of one name."""
    parts = _pieces(text, r"\n|/|／")
    joined = parts if all(is_office(part, known) for part in parts) else [re.sub(r"(?<!\n)\n(?![(（])", "", text)]
    names: list[str] = []
    for part in joined:
        dotted = _pieces(part, r"[・･·]")
        whole = part in known or not all(is_office(one, known) for one in dotted)
        names += [part] if whole else dotted
    return names


def _pieces(text: str, separator: str) -> list[str]:
    """The parts between the separators that stand outside brackets; a part that is a bracket joins the one before."""
    guarded = re.sub(r"[(（\[][^()（）\[\]]*[)）\]]", lambda match: "\0" * len(match[0]), text)
    ends = [match.span() for match in re.finditer(separator, guarded)]
    starts = [0, *(end for _start, end in ends)]
    stops = [*(start for start, _end in ends), len(text)]
    pieces: list[str] = []
    for start, stop in zip(starts, stops, strict=True):
        part = text[start:stop].strip()
        if part and pieces and not guarded[start:stop].strip("\0 \u3000"):
            pieces[-1] = text[text.index(pieces[-1]) : stop].strip()
        elif part:
            pieces.append(part)
    return pieces


def is_office(text: str, known: Collection[str] = ()) -> bool:
    """Whether a text is the name of one, or of all of them."""
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", text)).strip()
    return text in known or bool(_OFFICE.fullmatch(re.sub(r"\s", "", bare)))
