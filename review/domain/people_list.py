"""A list of people as a file has it: CSV text to rows, rows to lines, and the sentence where one cannot be read."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.domain.text import Undecodable, decoded
from review.domain.values.times import read_date

#: the column's name in the code -> the headings under which a file may have it
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "username": ("利用者名", "職員番号", "ユーザー名", "username"),
    "display_name": ("氏名", "名前", "name"),
    "email": ("メール", "メールアドレス", "email"),
    "role": ("役割", "role"),
    "department": ("部署", "所属", "department"),
    "plan": ("計画", "plan"),
    "starts_on": ("開始日", "発令日", "starts_on"),
    "ends_on": ("終了日", "ends_on"),
}
NEEDED = ("username", "display_name", "role")
MAX_ROWS = 5_000
#: the possible separators of cells; where it is not clear, the first
SEPARATORS = (",", "\t", ";")
_SEPARATOR_LINE = re.compile(r'"?sep=(?P<mark>[^"\r\n])"?[,;\t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
#: What is one letter to a reader and several to a computer: Shift_JIS has one of each, marks of variants are unseen.
_LOOK_ALIKE: dict[int, str | None] = {
    **{ord(mark): "-" for mark in "‐‑‒–—―−─━﹣⁻"},
    **{ord(mark): "~" for mark in "〜∼˜〰"},
    **{ord(mark): "・" for mark in "·•‧∙⋅"},
    ord("‖"): "∥",
    **dict.fromkeys((*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0xAD, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
}
_BREAK = re.compile("[\r\n\v\f\x85\u2028\u2029]+")

UNKNOWN_ENCODING = "文字コードが分かりません(%(line)s行目)。UTF-8 か Shift_JIS で保存してください。"
OPEN_QUOTE = '%(line)s行目の引用符(")の形が正しくありません。引用符が閉じているか確かめてください。'
NO_HEADING = (
    "1行目に見出しがありません: %(names)s。1行目は「%(first)s」と読めました。"
    "見出しを1行目に書き、列をコンマ、タブ、セミコロンのどれかで区切ってください。"
)
LATER_HEADING = "見出しが%(line)s行目にあります。それより上の行を消して、見出しを1行目にしてください。"
TWICE = "1行目に見出し「%(name)s」が2つあります。どちらかの列を消すか、見出しを変えてください。"
BESIDE = (
    "%(line)s行目の%(column)s列目に「%(text)s」がありますが、1行目のその列に見出しがありません。"
    "値の中の区切り文字を引用符で囲むか、列に見出しを付けるか、そのセルを消してください。"
)


class Unreadable(Exception):
    """The file is no list of people; `str()` is the sentence, `sentence` with its places filled from `facts`."""

    def __init__(self, sentence: str, **facts: str) -> None:
        super().__init__(sentence % facts if facts else sentence)
        self.sentence, self.facts = sentence, facts


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the file, as typed. `number` is its row in the file, the heading being row 1."""

    number: int
    username: str
    display_name: str
    email: str = ""
    role: str = ""
    department: str = ""
    plan: str = ""
    starts_on: str = ""
    ends_on: str = ""

    @property
    def full_name(self) -> str:
        """The name on one line: a break inside the cell, as Excel wraps it, is a space."""
        return " ".join(part for part in map(str.strip, _BREAK.split(self.display_name)) if part)

    @property
    def broken(self) -> bool:
        """Whether the user name holds a break of the line, which nobody can type when signing in."""
        return bool(_BREAK.search(self.username))


def rows_of_csv(raw: bytes) -> list[list[str]]:
    """The rows of a text list: UTF-8, UTF-16 or a Japanese Excel's Shift_JIS; commas, tabs or semicolons.

    The line `sep=…`, which Excel reads and does not show, is no row. Raises Unreadable.
    """
    separator, text = _separated(_text_of(raw))
    rows: list[list[str]] = []
    try:
        for row in _reader(text, separator):
            rows.append([cell.strip() for cell in row])
            if len(rows) > MAX_ROWS:
                raise Unreadable("行が多すぎます(上限は%(most)s行)。", most=f"{MAX_ROWS:,}")
    except csv.Error as error:
        raise Unreadable(OPEN_QUOTE, line=str(len(rows) + 1)) from error
    return rows


def _text_of(raw: bytes) -> str:
    try:
        text = decoded(raw)
    except Undecodable as error:
        raise Unreadable(UNKNOWN_ENCODING, line=str(error.line)) from error
    if "\0" in text:
        raise Unreadable("CSVファイルではありません。")
    return text


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator)


def _separated(text: str) -> tuple[str, str]:
    """The character between the cells, from a first line `sep=` or as most headings come out, and the rest."""
    match = _SEPARATOR_LINE.match(text)
    if match:
        return match["mark"], text[match.end() :]
    return max(SEPARATORS, key=lambda mark: _headings(text, mark)), text


def _headings(text: str, separator: str) -> int:
    try:
        return len(_places(next(_reader(text, separator), [])))
    except csv.Error:
        return 0


def lines_of(rows: Sequence[Sequence[str]]) -> list[Line]:
    """The lines under the heading, blank rows left out. Raises Unreadable where the columns are not clear."""
    if not rows:
        raise Unreadable("ファイルが空です。")
    places = _heading(rows)
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            _refuse_beside(number, row, rows[0])
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            lines.append(Line(number=number, **cells))
    if not lines:
        raise Unreadable("見出しの下に、利用者の行がありません。")
    return lines


def _heading(rows: Sequence[Sequence[str]]) -> dict[str, int]:
    places = _places(rows[0])
    missing = [COLUMNS[name][0] for name in NEEDED if name not in places]
    if missing:
        later = next((at for at, row in enumerate(rows[1:10], start=2) if set(NEEDED) <= _places(row).keys()), None)
        if later:
            raise Unreadable(LATER_HEADING, line=str(later))
        first = " | ".join(cell for cell in rows[0] if cell)[:60]
        raise Unreadable(NO_HEADING, names="、".join(missing), first=first)
    headings = [folded(cell) for cell in rows[0]]
    for place in places.values():
        if headings.count(headings[place]) > 1:
            raise Unreadable(TWICE, name=rows[0][place])
    return places


def _refuse_beside(number: int, row: Sequence[str], heading: Sequence[str]) -> None:
    """A cell under no heading is content that would be dropped: mostly a separator inside a name."""
    for place, cell in enumerate(row):
        if cell.strip() and not (place < len(heading) and heading[place].strip()):
            raise Unreadable(BESIDE, line=str(number), column=str(place + 1), text=cell[:20])


def _places(heading: Sequence[str]) -> dict[str, int]:
    headings = [folded(cell) for cell in heading]
    places: dict[str, int] = {}
    for name, words in COLUMNS.items():
        place = next((headings.index(folded(word)) for word in words if folded(word) in headings), None)
        if place is not None:
            places[name] = place
    return places


def alike(text: str) -> str:
    """The text as two names are compared: what differs by encoding or typing only (〜～, −－, widths) is the same."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_LOOK_ALIKE)).translate(_LOOK_ALIKE).split())


def folded(text: str) -> str:
    """The text as headings and user names are compared: look-alikes, cases and spaces do not count."""
    return "".join(alike(text).casefold().split())


def day_of(text: str) -> date | None:
    """2025-04-01, 2025/4/1, 令和7年4月1日, R7.4.1; None for anything that is not one whole day with its year."""
    day = read_date(unicodedata.normalize("NFKC", text).strip())
    if day is None or not day.has_year or day.first != day.last or day.label:
        return None
    return day.first
