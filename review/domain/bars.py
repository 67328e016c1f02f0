"""A schedule bar as text: the years that it covers, each with the words on it. What is typed, compared and returned.

`令和5年度、令和6年度「試験運用」` for {"2023": "", "2024": "試験運用"}; '' for no bar.
"""

import re
from collections.abc import Iterable, Mapping

from review.domain.fiscal import fiscal_year_label, parse_fiscal_year

# What people write into a cell of the schedule: signs that are a bar, alone or before its words, and words for none.
SIGN = "■"
_SIGNS = SIGN + "●○◯〇◎◆▶→⇒━✓✔"
_PLAIN = ("有", "あり", "1")
_NONE = ("", "-", "－", "―", "_", "□", "×", "✕", "無", "なし", "0")
_TOKEN = re.compile(r"([^、「」\s]+年度)(?:「(.*?)」)?(?=、|$)", re.S)


def token(year: int, words: str = "") -> str:
    """One year of a bar."""
    return f"{fiscal_year_label(year)}「{words}」" if words else fiscal_year_label(year)


def text_of(bars: Mapping[str, str]) -> str:
    """The bar in words, in year order."""
    return "、".join(token(int(year), bars[year]) for year in sorted(bars, key=int))


def read(text: str) -> dict[str, str]:
    """{year: words} of such a text; what names no year is passed over."""
    by_year = {parse_fiscal_year(name): words for name, words in _TOKEN.findall(text)}
    return {str(year): by_year[year] for year in sorted(year for year in by_year if year is not None)}


def cell_text(words: str) -> str:
    """One year of a bar as the text of a cell; `read_cell` gives the words back."""
    return SIGN + words


def read_cell(text: str) -> str | None:
    """The words of a bar in a cell of the workbook, '' for a plain one; None for no bar."""
    if text.startswith(SIGN):
        return text.removeprefix(SIGN)
    words = text.strip()
    if words in _NONE:
        return None
    return "" if words in _PLAIN else words.lstrip(_SIGNS).strip()


def merged(before: Mapping[str, str], after: Mapping[str, str], *, years: Iterable[int], first: int) -> dict[str, str]:
    """`after` within the plan's years; years before `first` are past and stay unchanged."""
    past = {year: words for year, words in before.items() if int(year) < first}
    ahead = {str(year): after[str(year)] for year in years if year >= first and str(year) in after}
    return {**past, **ahead}
