"""The 年度 that a heading names, in whatever writing: R6, 令和6年度(2024), 2024年度, 元年度, R6.3末, 6年度."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from review.domain.fiscal import ERAS

_TAIL = r"(?:(?:年|[./])\s*(?P<month{0}>1[0-2]|0?[1-9])(?:月(?:\d{{1,2}}日)?|[./]\d{{1,2}})?)?"
_END = r"\s*(?:年度|年(?!間)|度)?\s*(?:末|当初|始め)?\s*(?:時点|現在)?"
_NAMED = re.compile(
    r"(?<![A-Za-z])(?P<era>令和|平成|昭和|[RHSrhs])[.\s]*(?P<count>元|\d{1,2})(?!\d)"
    + _TAIL.format(1)
    + _END
    + r"|(?<!\d)(?:FY|fy)?(?P<west>(?:19|20)\d{2})(?!\d)"
    + _TAIL.format(2)
    + _END
    + r"|(?<![\d.])(?P<bare>元|\d{1,2})\s*年度"
    + r"\s*(?:末|当初)?\s*(?:時点|現在)?"
)
_YEAR_IN_BRACKETS = re.compile(r"[(\[]\s*((?:19|20)\d{2})\s*[)\]]\s*(?=年)")
_RANGE = re.compile(r"[~〜～\-－–—]|から")
_CURRENT = ERAS[0]


@dataclass(frozen=True, kw_only=True)
class Named:
    """The year a text names, what is left of the text without it, and how sure that is ('' or the doubt's code)."""

    year: int | None
    rest: str
    doubt: str = ""


@lru_cache(maxsize=20_000)
def named_year(text: str) -> Named:
    """The 年度 in the text, read with its month where one stands there (令和6年3月末 belongs to 令和5年度)."""
    plain = _YEAR_IN_BRACKETS.sub(r" \1", unicodedata.normalize("NFKC", text))
    matches = list(_NAMED.finditer(plain))
    if not matches:
        return Named(year=None, rest=plain)
    years = [_year_of(match) for match in matches]
    rest = _NAMED.sub(" ", plain)
    rest = re.sub(r"[(\[【〔]\s*[~〜\-・/]?\s*[)\]】〕](?:\s*年度|\s*年(?!間))?", " ", rest)
    doubt = "year_without_era" if all(match["bare"] for match in matches) else ""
    if any(match["month1"] or match["month2"] for match in matches):
        doubt = "year_by_month"
    if len(set(years)) > 1:
        between = plain[matches[0].end() : matches[1].start()]
        doubt = "year_range" if _RANGE.search(between) else "years_differ"
        rest = _RANGE.sub(" ", rest)
    return Named(year=max(years), rest=rest, doubt=doubt)


def _year_of(match: re.Match[str]) -> int:
    month = match["month1"] or match["month2"]
    if match["west"]:
        year = int(match["west"])
    elif match["bare"]:
        year = _CURRENT.began.year - 1 + _count(match["bare"])
    else:
        era = next(one for one in ERAS if match["era"].upper() in (one.name, one.letter))
        year = era.began.year - 1 + _count(match["count"])
    return year - 1 if month and int(month) <= 3 else year


def _count(digits: str) -> int:
    return 1 if digits == "元" else int(digits)


def all_years(text: str) -> list[int]:
    """Every year in the text, in its order."""
    return [_year_of(match) for match in _NAMED.finditer(unicodedata.normalize("NFKC", text))]


def year_said(texts: Iterable[str], words: str, others: str) -> int | None:
    """The year that stands in one clause with one of the words (目標|計画), best in one without any of the others (実績|評価), else
    the only one in all the texts."""
    texts = list(texts)
    clauses = [clause for text in texts for clause in re.split("[、。,]", text) if re.search(words, clause)]
    clauses = [clause for clause in clauses if not re.search(r"\d月\d+日", clause)]
    alone = {year for clause in clauses if not re.search(others, clause) for year in all_years(clause)}
    beside = {year for clause in clauses for year in all_years(clause)}
    years = (alone if len(alone) == 1 else beside) or {year for text in texts for year in all_years(text)}
    return years.pop() if len(years) == 1 else None


def period_end(texts: Iterable[str]) -> int | None:
    """The last year of the only period that the texts name: 2028 for (令和6年度~令和10年度)."""
    named = {text: named_year(text) for text in texts}
    ends = {one.year for text, one in named.items() if one.doubt == "year_range" and len({*all_years(text)}) == 2}
    return ends.pop() if len(ends) == 1 else None
