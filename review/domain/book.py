"""What goes into a workbook, as plain values.

Queries fill these from the database and the judging module; the writers only lay them out. All texts are ready
for the reader (labels, grades, sentences): a writer decides the place of a thing, never its meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from review.domain.fiscal import wareki
from review.domain.form_labels import DEMO
from review.domain.sheet import Sheet


@dataclass(frozen=True, kw_only=True)
class JudgedIndicator:
    """One 成果目標 in the book's 年度, with its result.

    `target` and `actual` are typed texts; `numeric_*` are how they were read, None where they are no single
    number, in `target_unit` and `actual_unit`. `rate` is a ratio (1 is 100 %), unrounded; `rate_text` is what may be shown.
    """

    number: int
    name: str
    target: str
    actual: str
    status: str
    rate: Decimal | None = None
    rate_text: str = ""
    grade: str = ""
    numeric_target: Decimal | None = None
    numeric_actual: Decimal | None = None
    target_unit: str = ""
    actual_unit: str = ""
    status_code: str = ""
    direction: str = ""
    note_codes: str = ""
    baseline: str = ""
    sort: str = ""
    previous_actual: str = ""
    trend: str = ""
    flags: tuple[str, ...] = ()
    large_change: bool = False
    state: str = ""
    reading: str = ""
    reason: str = ""
    demo: bool = False

    @property
    def marks(self) -> str:
        """A・達成: grade, status, and whether the value is invented."""
        return "・".join(part for part in (self.grade, self.status, DEMO if self.demo else "") if part)


@dataclass(frozen=True, kw_only=True)
class FormSheet:
    """One page of the city's form: the sheet and the words around it."""

    sheet: Sheet
    plan_name: str
    fiscal_year: int
    years: tuple[int, ...]
    city: str = ""
    state_label: str = ""
    demo: bool = False


@dataclass(frozen=True, kw_only=True)
class ScaleRow:
    """One 達成区分 of the cycle: its letter, what it means, and how it looks.

    `sign` (●, ■ …) stands beside the letter so that no grade is told by colour alone; `colour` and `background`
    are #RRGGBB, or "" for the plain look.
    """

    grade: str
    meaning: str
    note: str = ""
    sign: str = ""
    colour: str = ""
    background: str = ""

    @property
    def mark(self) -> str:
        """● A: the sign and the letter; － alone, whose sign is its letter."""
        return self.grade if self.sign in ("", self.grade) else f"{self.sign} {self.grade}"

    @property
    def bar(self) -> tuple[str, str]:
        """The colour of its bar in a chart, and that of the letters in it; they are as far apart as those of its look."""
        return self.colour or "#1A1A1C", self.background or "#FFFFFF"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of 変更履歴: a target, a definition or a correction."""

    code: str
    item: str
    before: str
    after: str
    reason: str = ""
    made_at: datetime | None = None
    made_by: str = ""
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class BookSheet:
    """One 施策 in the year's book: its sheet, its field (分野) and its place in the 体系, its state, its 総合評価 with the note on what that leaves
    out, and its indicators.

    `aside` is the word under which it and its indicators are left out of every count: 対象外, 未提出, or 提出前 while its
    department has it; "" for what was reported. `ungraded` is shown where it has no 総合評価 otherwise.
    """

    sheet: Sheet
    field_name: str = ""
    place: str = ""
    state_label: str = ""
    grade: str = ""
    note: str = ""
    aside: str = ""
    ungraded: str = "未定"
    indicators: tuple[JudgedIndicator, ...] = ()
    #: 外部評価の意見, each with its head: whose and of which day.
    opinions: tuple[str, ...] = ()
    demo: bool = False

    @property
    def standing(self) -> str:
        """The 総合評価, or the word for it where there is none."""
        return self.aside or self.grade or self.ungraded

    @property
    def shown(self) -> str:
        """The same with its note, where it is read and not counted."""
        return self.standing + self.note


@dataclass(frozen=True, kw_only=True)
class YearCounts:
    """How many sheets and indicators earned which grade in another 年度; an empty mapping where nothing is known.

    Where these are not the `whole` of that year but what has a grade in both: `same_sheets`, `same_indicators` are the same
    things in the book's own year.
    """

    fiscal_year: int
    sheets: Mapping[str, int]
    indicators: Mapping[str, int]
    whole: bool = True
    same_sheets: Mapping[str, int] = field(default_factory=dict)
    same_indicators: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """What the meeting decides beside the sheets: (施策, what is proposed, why) of each change of the plan, and of each
    施策 that is to count as 未提出 or 対象外; and a sentence on the publication."""

    changes: tuple[tuple[str, str, str], ...] = ()
    proposals: tuple[tuple[str, str, str], ...] = ()
    publication: str = ""


@dataclass(frozen=True, kw_only=True)
class YearBook:
    """The year's consolidated book.

    `state_label` says which state of the year this is (提出時点, 公表案, 第1版). `scale` is best grade first. `previous`
    are the counts of the year before, None where none is known. `audit_head` is what a published edition prints of the
    audit trail.
    """

    city: str
    plan_name: str
    fiscal_year: int
    years: tuple[int, ...]
    state_label: str
    made_at: datetime
    scale: tuple[ScaleRow, ...]
    sheets: tuple[BookSheet, ...]
    changes: tuple[Change, ...] = ()
    previous: YearCounts | None = None
    audit_head: str = ""
    #: whether this is a published edition, and `made_at` its publication
    published: bool = False

    @property
    def dated(self) -> str:
        """令和7年8月1日(金) 公表; of what is still under way 令和7年8月1日(金) 06:06 作成."""
        day = wareki(self.made_at.date())
        return f"{day} 公表" if self.published else f"{day} {self.made_at:%H:%M} 作成"

    @property
    def has_demo_values(self) -> bool:
        """True where any sheet or indicator carries an invented value."""
        return any(entry.demo or any(one.demo for one in entry.indicators) for entry in self.sheets)
