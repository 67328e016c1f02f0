"""The sheet of one 施策 as a value: the content of a file, before anything is stored.

Every text is exactly that of the cell, spaces included; an empty string means an empty cell.
What is odd for the reader is a `Doubt` beside the sheet, never a change inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from review.domain import doubt_words, refusal_words, sheet_form
from review.domain.fields import Field, Section
from review.domain.sheet_form import Form


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One cell of the schedule: the bar of an activity in one 年度, with the words written on it."""

    fiscal_year: int
    filled: bool = False
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class ScheduleRow:
    """One activity (取組内容) and its bar in each 年度 of the plan, in year order."""

    name: str
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IndicatorCell:
    """One 成果目標 in one 年度: 評価項目, 目標 and 実績, as typed."""

    fiscal_year: int
    name: str = ""
    target: str = ""
    actual: str = ""

    @property
    def is_empty(self) -> bool:
        """True where all three cells hold nothing but spaces."""
        return not (self.name.strip() or self.target.strip() or self.actual.strip())


@dataclass(frozen=True, kw_only=True)
class IndicatorBlock:
    """One 成果目標: its place in the sheet (1 for ①) and a cell for each 年度 of the plan, in year order."""

    number: int
    years: tuple[IndicatorCell, ...] = ()
    unit: str = ""
    baseline: str = ""
    #: activity (活動指標) or outcome (成果指標), '' where nothing says it
    sort: str = ""

    @property
    def is_empty(self) -> bool:
        """True for a block of the form that nobody filled in for any 年度."""
        return all(cell.is_empty for cell in self.years)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One 施策 of one 年度, as the city's form holds it.

    `code` is the 施策ID. `group` are the (number, name) of its 分野, the first level first, where the file names any. `related` holds the names before 全課等 and before any reason in
    brackets; `related_all` is True where the cell is 全課等; `related_note` is that reason. `texts` are those of
    `form` (the year's, `domain.sheet_form`) by key; one that a file has no place for is missing.
    """

    code: str
    name: str
    owner: str
    group: tuple[tuple[str, str], ...] = ()
    related: tuple[str, ...] = ()
    related_all: bool = False
    related_note: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=dict)
    schedule: tuple[ScheduleRow, ...] = ()
    indicators: tuple[IndicatorBlock, ...] = ()

    def text(self, key: str) -> str:
        """The text with that key, '' where there is none."""
        return self.texts.get(key, "")

    def printed(self, section: Section) -> tuple[Field, ...]:
        """What the year's form has of the section in books and papers, in its order."""
        return tuple(one for one in sheet_form.of(self.form, section) if one.in_book)


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Something a person should look at.

    `code` is a stable snake_case word, `measure` the 施策ID, or "" where the doubt concerns the whole file.
    `line` counts from 1: the line of a text, the row of a worksheet, 0 where there is none. `proposal` is the
    text as it would stand if the person agrees, or "" where there is nothing to propose.
    """

    code: str
    measure: str
    line: int
    detail: str
    proposal: str = ""

    @classmethod
    def of(cls, says: str, *, measure: str = "", line: int = 0, proposal: str | None = None, **facts: object) -> Self:
        """The doubt that `doubt_words` has under this name, with these facts in its gaps."""
        return cls(measure=measure, line=line, **doubt_words.doubt(says, proposal, facts))


@dataclass(frozen=True, kw_only=True)
class PlanDocument:
    """The whole content of one file: the 年度 of the plan in order, the sheets in file order, and every doubt."""

    years: tuple[int, ...]
    sheets: tuple[Sheet, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def indicator_count(self) -> int:
        """How many 成果目標 blocks the file has. Empty ones count: they are places of the form, and each is a doubt."""
        return sum(len(sheet.indicators) for sheet in self.sheets)


class DocumentError(Exception):
    """A file that cannot be read as a plan; nothing of it was stored.

    `str()` is one Japanese message for the person who chose the file: where, what is wrong, what to do.
    `says` is its name in `refusal_words`, `line` the line or row (0 where there is none) of the text or of `sheet`.
    """

    def __init__(self, says: str, *, line: int = 0, sheet: str = "", measure: str = "", **facts: object) -> None:
        self.says, self.line = says, line
        super().__init__(refusal_words.refusal(says, sheet=sheet, line=line, measure=measure, facts=facts))
