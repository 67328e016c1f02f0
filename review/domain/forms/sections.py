"""Headings that stand as rows of their own above or inside a table: 基本目標1 …, (1) …; their order makes the levels."""

from __future__ import annotations

import re
import unicodedata

from review.domain.forms.headings import kind_of_row, role_of, sort_of

JOINED = " > "
_WORDS = "基本目標|基本方針|基本戦略|基本施策|重点目標|重点戦略|重点項目|政策分野|政策|施策|分野|方針|戦略|目標|取組|柱|方向性?|テーマ|課題|プロジェクト"
_CLASSES = (
    ("word", re.compile(rf"[◆■●○◎【(]*(?:(?!数値|成果|活動|達成|評価)[^\s\d、。:]{{2,10}})?({_WORDS})\s*(?:[0-9IVX]|[一二三四五六七八九十]+(?!\w))")),
    ("chapter", re.compile(r"第?\s*[0-9一二三四五六七八九十IVX]+\s*([章節編部項])")), ("three", re.compile(r"\d+[-.]\d+[-.]\d+")),
    ("two", re.compile(r"\d+[-.]\d+")), ("roman", re.compile(r"[IVX]+[\s.、:-]")),
    ("one", re.compile(r"\d+(?![\d年月,%])")), ("bracket", re.compile(r"\(\d+\)")), ("circle", re.compile(r"[①-⑳]")),
    ("mark", re.compile(r"([◆■●○◎▼□◇【])(?!\1)")),
)  # fmt: skip


def class_of(text: str) -> str:
    """The kind of numbering that a heading begins with; '' where it has none."""
    if re.match(r"\s*[①-⑳]", text):
        return "circle"
    plain = unicodedata.normalize("NFKC", text.strip())
    for name, pattern in _CLASSES:
        match = pattern.match(plain)
        if match:
            return f"{name}:{match[1]}" if match.groups() else name
    return ""


_ITEM = re.compile(r"\s*(?:[①-⑳]|[((]\d+[))]|[・◆■●○◎▼□◇])\s*")


def items_of(text: str) -> list[str]:
    """The lines of a cell without their marks, where it has several and each begins with one: ①… and ②…."""
    lines = [line for line in text.split("\n") if line.strip()]
    return [_ITEM.sub("", line, 1).strip() for line in lines] if len(lines) > 1 and all(map(_ITEM.match, lines)) else []


def lines_of(text: str) -> list[str]:
    """The lines of a cell, without the marks of those that have one."""
    return items_of(text) or [line.strip() for line in text.split("\n") if line.strip()]


#: 2 数値目標の一覧
_CAPTION = re.compile(
    r"(?:[\d(]|[^\w\s]).{0,20}(?:一覧|集計|管理|進捗|評価|実績)表?|.{0,20}(?:一覧|集計|の(?:状況|推移|結果))(?:表|について)?"
)


def is_caption(text: str) -> bool:
    """Whether a line only says what table follows (◎数値目標, ■施策とKPI), not where it belongs."""
    plain = unicodedata.normalize("NFKC", text.strip())
    bare = plain.lstrip("0123456789IVX().、 ■◆●○◎【】").rstrip("】 ")
    if (_CAPTION.fullmatch(plain) or sort_of(bare) or kind_of_row(bare)) and not class_of(text).startswith("word"):
        return True
    return (role_of(text) or role_of(bare)) is not None and not any(letter.isdigit() for letter in plain)


class Sections:
    """The headings in force at a row: one of a kind seen before ends all that stand below that kind."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, str]] = []

    def begin(self, text: str) -> None:
        kind = class_of(text)
        kinds = [one for one, _text in self._stack]
        if kind in kinds:
            del self._stack[kinds.index(kind) :]
        self._stack.append((kind, text.strip()))

    def path(self) -> list[str]:
        return [text for _kind, text in self._stack]
