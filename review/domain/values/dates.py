"""Dates in values: 令和7年3月末まで, R7.3.31, 2025/3/31, 3月下旬, 令和6年度."""

from __future__ import annotations

import calendar
import re
from datetime import date

from review.domain.fiscal import first_day, last_day, parse_fiscal_year
from review.domain.values.reading import DateSpan

_YEAR = r"(?P<year>(?:令和|平成|昭和|[RHS])\.?(?:元|\d{1,2})|(?:19|20)\d\d)"
_DATE = re.compile(
    rf"(?P<label>[^\d:]*?):?(?:{_YEAR}(?P<fiscal>年度)?(?:年|[./-])?)?"
    r"(?:(?P<month>\d{1,2})(?:月|[./-](?=\d)|$))?(?:(?P<day>\d{1,2})日?)?"
    r"(?P<part>上旬|中旬|下旬|初旬|初め|末日|末|中|内)?"
    r"(?P<deadline>までに|まで|以前|より前|迄)?(?P<tail>の|に|から)?(?P<act>[一-龥ァ-ヶー]{0,12}?(?:済み?|完了|予定|見込み?)?)$"
)
_MENTION = re.compile(r"\d年|\d月|\d[./-]\d|(?:令和|平成|昭和|[RHS])(?:元|\d)|年度")
# A season is no date, 以降 has no end, and what is planned has not happened.
_NO_DAY = re.compile(r"[春夏秋冬]|上半|下半|前半|後半|上期|下期|中頃|頃|以降|以後|(?:予定|見込み?)\Z")
_TEN_DAYS = {"上旬": (1, 10), "初旬": (1, 10), "初め": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_NEUTRAL_YEAR = 2023  # for dates without a year: its fiscal year holds 29 February, so that no typed day is refused


def read_date(main: str) -> DateSpan | None:
    """The date that the whole text is (a label before it and an act after it allowed), or None."""
    packed = main.replace(" ", "")
    match = _DATE.match(packed) if _MENTION.search(packed) else None
    if not match or _NO_DAY.match(match["act"]):
        return None
    if not match["month"] and (not match["year"] or match["day"]):
        return None
    if not match["year"] and not re.search(r"\d月", packed):  # 12/15 is as well 12 of 15, and 月3.5冊 a monthly value
        return None
    try:
        first, last = _ends(match)
    except ValueError:
        return None
    return DateSpan(
        first=first, last=last, has_year=bool(match["year"]), is_deadline=bool(match["deadline"]), label=match["label"]
    )


def _ends(match: re.Match[str]) -> tuple[date, date]:
    """First and last day; raises ValueError for a day that does not exist."""
    year = parse_fiscal_year(match["year"] or "") or _NEUTRAL_YEAR
    fiscal, at_the_end = bool(match["fiscal"]), match["part"] in ("末", "末日")
    if not match["month"]:
        first, last = (first_day(year), last_day(year)) if fiscal else (date(year, 1, 1), date(year, 12, 31))
        return (last if at_the_end else first), last
    month = int(match["month"])
    if (fiscal or not match["year"]) and month < 4:
        year += 1
    end = calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 31
    low, high = (end, end) if at_the_end else _TEN_DAYS.get(match["part"] or "", (1, end))
    if match["day"]:
        low = high = int(match["day"])
        end = 31
    return date(year, month, low), date(year, month, min(high, end))
