"""How many sheets and indicators earned which grade; says always which of the two it counts.

未入力 and 対象外 have no grade and count in no total; they stand beside it, so that nothing is hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from review.domain.book import BookSheet, JudgedIndicator, YearBook

NO_OVERALL, NO_STATUS = "未定", "未判定"
# Anything that is no grade of the scale is shown in this order, unknown words last.
_BESIDE = ("未入力", "対象外", NO_OVERALL, NO_STATUS)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table: its label and how many there are of each grade and of each word beside the scale."""

    label: str
    counts: Counter[str]

    def total(self, grades: Iterable[str]) -> int:
        """The sum over the grades of the scale."""
        return sum(self.counts[grade] for grade in grades)


def sheet_grade(entry: BookSheet) -> str:
    """The 総合評価 of a sheet, 未定 where there is none yet."""
    return entry.grade or NO_OVERALL


def indicator_grade(one: JudgedIndicator) -> str:
    """The grade of an indicator; where it has none, the word for that (未入力, 対象外)."""
    return one.grade or one.status or NO_STATUS


def grades(book: YearBook) -> list[str]:
    """The letters of the scale, best first."""
    return [row.grade for row in book.scale]


def beside(book: YearBook) -> list[str]:
    """The words beside the scale that occur in the book."""
    found = {sheet_grade(entry) for entry in book.sheets}
    found |= {indicator_grade(one) for entry in book.sheets for one in entry.indicators}
    found -= set(grades(book))
    return [word for word in _BESIDE if word in found] + sorted(found - set(_BESIDE))


def overall(book: YearBook) -> list[Row]:
    """Two lines: the sheets by 総合評価, the indicators by 達成区分."""
    return [
        Row(label="施策(総合評価)", counts=Counter(map(sheet_grade, book.sheets))),
        Row(label="指標(達成区分)", counts=_indicators(book.sheets)),
    ]


def by_field(book: YearBook) -> list[Row]:
    """The indicators of each 分野, in the order of the book."""
    return _grouped(book, lambda entry: entry.field_name or "(分野なし)")


def by_department(book: YearBook) -> list[Row]:
    """The indicators of each 主管部署, in the order of the book."""
    return _grouped(book, lambda entry: entry.sheet.owner or "(部署なし)")


def _grouped(book: YearBook, key: Callable[[BookSheet], str]) -> list[Row]:
    groups: dict[str, list[BookSheet]] = {}
    for entry in book.sheets:
        groups.setdefault(key(entry), []).append(entry)
    return [Row(label=label, counts=_indicators(entries)) for label, entries in groups.items()]


def _indicators(entries: Iterable[BookSheet]) -> Counter[str]:
    return Counter(indicator_grade(one) for entry in entries for one in entry.indicators)
