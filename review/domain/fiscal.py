"""Fiscal years (April to March) and Japanese eras.

A fiscal year is stored as the western year in which it starts: 2024 is 令和6年度. Era boundaries follow the
days on which the eras began (令和: 2019-05-01, 平成: 1989-01-08, 昭和: 1926-12-25); a fiscal year is named
after the era of its last month in which the name is unambiguous: 2019 is 令和元年度, as cities write it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, kw_only=True)
class Era:
    """One Japanese era: its name, its letter and the day on which it began."""

    name: str
    letter: str
    began: date


ERAS = (
    Era(name="令和", letter="R", began=date(2019, 5, 1)),
    Era(name="平成", letter="H", began=date(1989, 1, 8)),
    Era(name="昭和", letter="S", began=date(1926, 12, 25)),
)

_YEAR = re.compile(r"(令和|平成|昭和|[RHS])\.?\s*(元|\d{1,2})\s*年?\s*度?|(\d{4})\s*年?\s*度?")


def fiscal_year_of(day: date) -> int:
    """2024 for 31 March 2025."""
    return day.year - (day.month < 4)


def first_day(fiscal_year: int) -> date:
    """1 April of the fiscal year."""
    return date(fiscal_year, 4, 1)


def last_day(fiscal_year: int) -> date:
    """31 March at the end of the fiscal year."""
    return date(fiscal_year + 1, 3, 31)


def _in_era(era: Era, year: int) -> str:
    count = year - era.began.year + 1
    return f"{era.name}{'元' if count == 1 else count}"


def fiscal_year_label(fiscal_year: int) -> str:
    """令和6年度 for 2024; 令和元年度 for 2019, 平成30年度 for 2018; the western year before 昭和."""
    era = next((era for era in ERAS if fiscal_year >= era.began.year and _names(era, fiscal_year)), None)
    return f"{_in_era(era, fiscal_year)}年度" if era else f"{fiscal_year}年度"


def _names(era: Era, fiscal_year: int) -> bool:
    # 昭和 began six days before the year's end and 平成 in January: their first fiscal year is the one that
    # holds the greater part of the new era, so 昭和元年度 does not exist and 平成元年度 is 1989.
    return (era.began - first_day(fiscal_year)).days < 183


def wareki(day: date) -> str:
    """令和6年5月10日(金) for 2024-05-10; 令和元年5月1日(水) on the first day of the era."""
    era = next((era for era in ERAS if day >= era.began), None)
    year = _in_era(era, day.year) if era else str(day.year)
    return f"{year}年{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def parse_fiscal_year(text: str) -> int | None:
    """The fiscal year named by 令和6年度, R6, 令和元年度, 2024年度 or 2024; None where the text names none."""
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        return None
    if match[3]:
        return int(match[3])
    era = next(era for era in ERAS if match[1] in (era.name, era.letter))
    return era.began.year - 1 + (1 if match[2] == "元" else int(match[2]))
