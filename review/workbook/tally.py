"""How many sheets and indicators earned which grade; says always which of the two it counts.

What has no grade (目標なし, 未入力; of a whole sheet 提出前, 未提出, 対象外) counts in no total; it is shown beside it, so
that nothing is hidden.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from review.domain.book import BookSheet, JudgedIndicator, YearBook
from review.domain.fiscal import fiscal_year_label

NO_STATUS = "未判定"
# Anything that is no grade of the scale is shown in this order, unknown words last.
_BESIDE = ("未入力", "実績なし", "目標なし", "提出前", "未提出", "対象外", "未定", "評価なし", NO_STATUS)
EXCLUDED = "対象外"
SHEETS, INDICATORS = "施策(総合評価)", "指標(達成区分)"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: its label and how many there are of each grade and of each word beside the scale.

    `graded_only` is True for another year, of which nothing but the grades is known.
    """

    label: str
    counts: Counter[str]
    graded_only: bool = False

    def total(self, grades: Iterable[str]) -> int:
        return sum(self.counts[grade] for grade in grades)


def indicator_grade(one: JudgedIndicator) -> str:
    """The grade of an indicator; where it has none, the word for that (未入力, 目標なし)."""
    return one.grade or one.status or NO_STATUS


def goals(entries: Iterable[BookSheet]) -> list[JudgedIndicator]:
    """The 成果目標 of the sheets; a block of the form in which nothing was ever written is none."""
    every = (one for entry in entries for one in entry.indicators)
    return [one for one in every if one.grade or one.status or one.name or one.target or one.actual]


def due(book: YearBook) -> int:
    """How many 施策 are reviewed in the year: all but those 対象外."""
    return sum(entry.aside != EXCLUDED for entry in book.sheets)


def asides(book: YearBook) -> str:
    """対象外1件、未提出2件: the sheets outside the counts; '' where there are none."""
    counts = Counter(entry.aside for entry in book.sheets if entry.aside)
    return "、".join(f"{word}{counts[word]}件" for word in _BESIDE if counts[word])


class Tally:
    """The counts of one book: what each sheet's 成果目標 came to is read once."""

    def __init__(self, book: YearBook) -> None:
        self.book = book
        self.marks = [[indicator_grade(one) for one in goals([entry])] for entry in book.sheets]
        self.indicators = Counter(chain.from_iterable(self.marks))

    @property
    def grades(self) -> list[str]:
        """The letters of the scale, best first."""
        return [row.grade for row in self.book.scale]

    @property
    def beside(self) -> list[str]:
        """The words beside the scale that occur in the book."""
        words = {entry.standing for entry in self.book.sheets} | self.indicators.keys()
        words -= set(self.grades)
        return [word for word in _BESIDE if word in words] + sorted(words - set(_BESIDE))

    @property
    def note(self) -> str:
        """What the totals leave out, in the words that occur; '' where they leave out nothing."""
        words = self.beside
        return f"{'・'.join(words)}は、計に数えません。" if words else ""

    def overall(self) -> list[Row]:
        """The sheets by 総合評価 and the indicators by 達成区分, each followed by the year before where that is known."""
        return [
            Row(label=SHEETS, counts=Counter(entry.standing for entry in self.book.sheets)),
            *self._year_before(SHEETS),
            Row(label=INDICATORS, counts=self.indicators),
            *self._year_before(INDICATORS),
        ]

    def _year_before(self, label: str) -> list[Row]:
        if self.book.previous is None:
            return []
        last, scale = self.book.previous, self.grades
        before, same = (last.sheets, last.same_sheets) if label == SHEETS else (last.indicators, last.same_indicators)
        base = f"{fiscal_year_label(last.fiscal_year)}の{'全' if last.whole else '同じ'}{label[:2]}"
        rows = [("うち前年度と比べられるもの", same), (base, before)]
        known = [
            (words, Counter({grade: counts[grade] for grade in scale if grade in counts})) for words, counts in rows
        ]
        return [Row(label=words, counts=counts, graded_only=True) for words, counts in known if counts and known[1][1]]

    def by_field(self) -> list[Row]:
        """The indicators of each 分野, in the order of the book."""
        return self._grouped(lambda entry: entry.field_name or "(分野なし)")

    def by_department(self) -> list[Row]:
        """The indicators of each 主管部署, in the order of the book."""
        return self._grouped(lambda entry: entry.sheet.owner or "(部署なし)")

    def _grouped(self, key: Callable[[BookSheet], str]) -> list[Row]:
        groups: dict[str, list[str]] = {}
        for entry, marks in zip(self.book.sheets, self.marks, strict=True):
            groups.setdefault(key(entry), []).extend(marks)
        return [Row(label=label, counts=Counter(marks)) for label, marks in groups.items()]
