"""Rows of cells, and the reading of single rows of the city's form: its labels, 年度, codes and departments."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from review.domain import fields, measure_codes
from review.domain import form_labels as labels
from review.domain.fiscal import parse_fiscal_year
from review.domain.form_labels import fold
from review.domain.forms.headings import role_of
from review.domain.sheet import DocumentError

BLOCK_ROWS = (labels.NAME_ROW, labels.TARGET_ROW, labels.ACTUAL_ROW)
HEAD_LABELS = {fold(one.label): one.key for one in fields.of(fields.Section.HEAD)}
HEADINGS = {fold(text) for text in (labels.OVERVIEW, labels.CONTENT, labels.GOALS, labels.SCHEDULE, labels.EVALUATION)}

_ACTIVITY = fold(labels.ACTIVITY)
#: books of before 1.1 called it a reference
_RESULTS = (fold(labels.RESULTS), fold(f"{labels.RESULTS}(参考)"))
_YEAR_NAME = re.compile(r"(?:令和|平成)\s*(?:元|\d{1,2})\s*年度|\d{4}\s*年度")
# A bracket behind the departments is a reason only if it reads like one: 総務課(分室) is a name.
_REASON = re.compile(r"により|ため|から|まで|年度|\d月|削除|追加|変更|廃止|のみ|除く")
_NOTE = re.compile(r"(?P<names>.*?)\s*[(（](?P<note>.*)[)）]\s*", re.S)
# The writers set a reason on a line of its own, so that no bracket has to be interpreted.
NOTE_SIGN = "\n※"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a text or row of a worksheet: its number, counted from 1, and its cells as typed."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """True where no cell holds more than spaces."""
        return not any(cell.strip() for cell in self.cells)

    def at(self, column: int) -> str:
        """The cell of a column, "" beyond the last one."""
        return self.cells[column] if 0 <= column < len(self.cells) else ""

    def filled(self) -> list[int]:
        """The columns that hold more than spaces."""
        return [column for column, cell in enumerate(self.cells) if cell.strip()]

    def first(self) -> str:
        """The first cell that holds more than spaces, "" in a blank row."""
        return next((cell for cell in self.cells if cell.strip()), "")

    def after(self, column: int) -> int:
        """The column of the value behind a label: the next one, or the next that holds anything."""
        return next((other for other in self.filled() if other > column), column + 1)


@dataclass(frozen=True, kw_only=True)
class Header:
    """The row with 取組内容 and the 年度: the columns of the labels and of each 年度.

    `named` are the years with a heading of their own, `merged` those inside the cell of 取組内容; the rest
    of `columns` was inferred from the neighbours.
    """

    index: int
    label_column: int
    columns: dict[int, int]
    named: frozenset[int]
    merged: frozenset[int]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self.columns.values()))


def is_code_row(row: Row) -> bool:
    """True for the row that begins a 施策: its first cell is 施策ID."""
    return fold(row.first()) == fold(labels.CODE)


def begins_form(row: Row) -> bool:
    """The row of 施策ID in a form; in a list it is the head of a column, with another head beside it."""
    return is_code_row(row) and role_of(row.at(row.after(row.filled()[0]))) is None


def is_results(row: Row) -> bool:
    """True for the heading under which the consolidated book adds what is not part of the form."""
    return fold(row.at(0)) in _RESULTS


def is_header(row: Row) -> bool:
    """True for the row with 取組内容 over the schedule."""
    label = fold(row.at(0))
    return (
        label not in HEAD_LABELS and text_field(row) is None and any(fold(c).startswith(_ACTIVITY) for c in row.cells)
    )


def text_field(row: Row) -> str | None:
    """The key of the text whose label is in the first column; None for any other row."""
    return _text_labels(fields.texts()).get(fold(row.at(0)))


@lru_cache(maxsize=4)
def _text_labels(texts: tuple[fields.Field, ...]) -> dict[str, str]:
    return {fold(one.label): one.key for one in texts}


def head_fields(row: Row) -> Iterator[tuple[str, int, int]]:
    """(field, column of its label, column of its value) for each label of 施策概要 in the row."""
    column = 0
    while column < len(row.cells):
        name = HEAD_LABELS.get(fold(row.at(column)))
        if name is None:
            if row.at(column).strip():
                return  # a value or a stray word: nothing behind it is a label
            column += 1
            continue
        value = row.after(column)
        if value > column + 1 and fold(row.at(value)) in HEAD_LABELS:
            value = column + 1  # an empty field, and the next label of the same row
        yield name, column, value
        column = value + 1


def block_label(row: Row, header: Header) -> tuple[str, int] | None:
    """(評価項目 | 目標 | 実績, its column) where the row is one of a 成果目標; looks one column to each side."""
    for column in (header.label_column, header.label_column + 1, header.label_column - 1):
        label = fold(row.at(column))
        if label in BLOCK_ROWS:
            return label, column
        if column == header.label_column and label:
            return None
    return None


def find_header(rows: Sequence[Row], *, plan_years: Sequence[int] = (), sheet: str = "") -> Header:
    """The header of a sheet; years without a heading are inferred from their neighbours and from the plan.

    Raises DocumentError where there is no such row or no 年度 in it.
    """
    index = next((i for i, row in enumerate(rows) if is_header(row)), None)
    if index is None:
        raise DocumentError("no_header", line=last_line(rows), sheet=sheet)
    row = rows[index]
    label_column = next(c for c in row.filled() if fold(row.at(c)).startswith(_ACTIVITY))
    named = {c: year for c in row.filled() if c > label_column and (year := parse_fiscal_year(row.at(c)))}
    merged = frozenset(_years_in(row.at(label_column)))
    if not named:
        raise DocumentError("no_header:years", line=row.number, sheet=sheet)
    columns = _infer(named, merged | set(plan_years), label_column)
    return Header(
        index=index,
        label_column=label_column,
        columns=columns,
        named=frozenset(named.values()),
        merged=merged & set(columns.values()),
    )


def last_line(rows: Sequence[Row]) -> int:
    """The number of the last row that holds anything, 0 where none does."""
    return max((row.number for row in rows if not row.is_blank), default=0)


def _infer(named: dict[int, int], expected: set[int] | frozenset[int], label_column: int) -> dict[int, int]:
    anchor, year = next(iter(named.items()))
    if any(other - year != column - anchor for column, other in named.items()):
        return dict(named)  # not consecutive years: only what is written counts
    inferred = {anchor + other - year: other for other in expected}
    between = {c: year + c - anchor for c in range(label_column + 1, max(named))}
    return {column: y for column, y in sorted((between | inferred | named).items()) if column > label_column}


def _years_in(text: str) -> Iterator[int]:
    for match in _YEAR_NAME.finditer(unicodedata.normalize("NFKC", text)):
        year = parse_fiscal_year(match[0])
        if year is not None:
            yield year


def read_code(text: str) -> str:
    """The 施策ID of a cell, "" where the text is none."""
    return measure_codes.read(text)


def read_related(text: str) -> tuple[tuple[str, ...], bool, str]:
    """(names, 全課等, reason) of the cell 関連部署."""
    text, sign, note = text.partition(NOTE_SIGN)
    if not sign:
        match = _NOTE.fullmatch(text)
        if match and _REASON.search(match["note"]):
            text, note = match["names"], match["note"]
    names = [name.strip() for name in re.split(r"[、,，\n]", text) if name.strip()]
    every = labels.ALL_DEPARTMENTS in names
    return tuple(name for name in names if name != labels.ALL_DEPARTMENTS), every, note


def related_text(names: Sequence[str], *, every: bool, note: str, all_words: str = labels.ALL_DEPARTMENTS) -> str:
    """The cell 関連部署 as the writers set it; the inverse of `read_related`."""
    listed = [all_words, *names] if every else list(names)
    return "、".join(listed) + (NOTE_SIGN + note if note else "")


def goal_number_rest(text: str) -> str:
    """What remains of a piece of 成果目標① when the words are taken away: the number, "", or damage."""
    piece = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    piece = piece.replace(labels.GOAL, "").replace(labels.TARGET_ROW, "").removeprefix("成")
    return re.sub(r"[()]", "", piece)
