"""A list of people as a file has it: CSV text to rows, rows to lines, and the sentence where one cannot be read."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from review.domain.values.dates import read_date

#: the column's name in the code -> the headings under which a file may have it
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "username": ("利用者名", "職員番号", "ユーザー名", "username"),
    "display_name": ("氏名", "名前", "name"),
    "email": ("メール", "メールアドレス", "email"),
    "role": ("役割", "role"),
    "department": ("部署", "所属", "department"),
    "starts_on": ("開始日", "発令日", "starts_on"),
    "ends_on": ("終了日", "ends_on"),
}
NEEDED = ("username", "display_name", "role")
MAX_ROWS = 5_000


class Unreadable(Exception):
    """The file is no list of people; `str()` is the sentence, made of `said` with its places filled from `facts`."""

    def __init__(self, said: str, **facts: str) -> None:
        super().__init__(said % facts if facts else said)
        self.said, self.facts = said, facts


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the file, as typed. `number` is its row in the file, the heading being row 1."""

    number: int
    username: str
    display_name: str
    email: str = ""
    role: str = ""
    department: str = ""
    starts_on: str = ""
    ends_on: str = ""


def rows_of_csv(raw: bytes) -> list[list[str]]:
    """The rows of a CSV file in UTF-8 or in the Shift_JIS of a Japanese Excel. Raises Unreadable."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Unreadable("文字コードが分かりません。UTF-8 か Shift_JIS で保存してください。")
    if "\0" in text:
        raise Unreadable("CSVファイルではありません。")
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise Unreadable("CSVの形が正しくありません。引用符が閉じているか確かめてください。") from error
    if len(rows) > MAX_ROWS:
        raise Unreadable("行が多すぎます(上限は%(most)s行)。", most=f"{MAX_ROWS:,}")
    return rows


def lines_of(rows: Sequence[Sequence[str]]) -> list[Line]:
    """The lines under the heading, blank rows left out. Raises Unreadable where a needed column is missing."""
    if not rows:
        raise Unreadable("ファイルが空です。")
    places = _places(rows[0])
    missing = [COLUMNS[name][0] for name in NEEDED if name not in places]
    if missing:
        raise Unreadable("1行目に見出しがありません: %(names)s", names="、".join(missing))
    found = [
        Line(number=number, **{name: row[place] if place < len(row) else "" for name, place in places.items()})
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    if not found:
        raise Unreadable("見出しの下に、利用者の行がありません。")
    return found


def _places(heading: Sequence[str]) -> dict[str, int]:
    said = [folded(cell) for cell in heading]
    found: dict[str, int] = {}
    for name, words in COLUMNS.items():
        place = next((said.index(folded(word)) for word in words if folded(word) in said), None)
        if place is not None:
            found[name] = place
    return found


def folded(text: str) -> str:
    """The text as headings and names are compared: widths, cases and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def day_of(text: str) -> date | None:
    """2025-04-01, 2025/4/1, 令和7年4月1日, R7.4.1; None for anything that is not one whole day with its year."""
    found = read_date(unicodedata.normalize("NFKC", text).strip())
    if found is None or not found.has_year or found.first != found.last or found.label:
        return None
    return found.first
