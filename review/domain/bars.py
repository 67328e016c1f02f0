"""A schedule bar as text: the years that it covers, each with the words on it. What is typed, compared and returned.

`令和5年度、令和6年度「試験運用」` for {"2023": "", "2024": "試験運用"}; '' for no bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from review.domain.fiscal import fiscal_year_label, parse_fiscal_year

_TOKEN = re.compile(r"([^、「」\s]+年度)(?:「(.*?)」)?(?=、|$)", re.S)


def token(year: int, words: str = "") -> str:
    """One year of a bar."""
    return f"{fiscal_year_label(year)}「{words}」" if words else fiscal_year_label(year)


def text_of(bars: Mapping[str, str]) -> str:
    """The bar in words, in year order."""
    return "、".join(token(int(year), bars[year]) for year in sorted(bars, key=int))


def read(text: str) -> dict[str, str]:
    """{year: words} of such a text; what names no year is passed over."""
    found = {parse_fiscal_year(name): words for name, words in _TOKEN.findall(text)}
    return {str(year): found[year] for year in sorted(year for year in found if year is not None)}


def merged(before: Mapping[str, str], wanted: Mapping[str, str], *, years: Iterable[int], first: int) -> dict[str, str]:
    """`wanted` within the plan's years; what lies before the year `first` is past and stays as it was."""
    past = {year: words for year, words in before.items() if int(year) < first}
    ahead = {str(year): wanted[str(year)] for year in years if year >= first and str(year) in wanted}
    return {**past, **ahead}
