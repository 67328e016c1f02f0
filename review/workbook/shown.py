"""What a cell shows: Excel turns 80% into 0.8 and 1-2 into a date, and its number format shows the typed text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_CORE = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?(?:E[+-]0+)?")


def shown_text(value: object, number_format: str) -> tuple[str, str]:
    """(the text a person saw in the cell, the code of the doubt): number_cell, date_cell or odd_cell."""
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), "odd_cell"
    if isinstance(value, int | float | Decimal):  # a cell shows 15 digits: 0.1 + 0.2 is 0.3 there
        return _number(
            Decimal(f"{value:.15g}") if isinstance(value, float) else Decimal(value), number_format
        ), "number_cell"
    if isinstance(value, datetime | date | time | timedelta):
        return _moment(value, number_format), "date_cell"
    return str(value), "odd_cell"


def _number(value: Decimal, number_format: str) -> str:
    section, size = _section(value, number_format)
    bare = _LITERAL.sub(lambda match: "\0" * bool(match[1] or match[2]), section)
    core = _CORE.search(bare)
    if not core and "\0" in bare:
        return _LITERAL.sub(lambda match: match[1] or match[2] or "", section).strip(" ?#")
    if not core or "E" in core[0] or "General" in section or section == "@":
        return _plain(value)
    before, after = _affixes(section)
    percent = "%" in bare
    places = len(core[0].partition(".")[2])
    exact = (size * 100 if percent else size).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    number = f"{exact:{',' if ',' in core[0] else ''}.{places}f}"
    if "#" in core[0].partition(".")[2]:
        number = number.rstrip("0").rstrip(".")
    return before + number + after


def _section(value: Decimal, number_format: str) -> tuple[str, Decimal]:
    """(the part of the format for a number of this sign, the number as it is written there: a negative part has its own sign)."""
    sections = number_format.split(";")
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    return (sections[2] if value == 0 and len(sections) > 2 else sections[0]), value


def _affixes(section: str) -> tuple[str, str]:
    """The words before and after the digits of a number format, such as 千円 and %."""
    words = _LITERAL.sub(lambda match: match[1] or match[2] or "", section)
    core = _CORE.search(words)
    return (words[: core.start()], words[core.end() :]) if core else ("", "")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime | date | time | timedelta, number_format: str) -> str:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        # 1-2 becomes 1月2日 of this year: a format without the year means that none was typed.
        named_year = re.search(r"[ye]", _LITERAL.sub("", number_format), re.I)
        return value.isoformat() if named_year else f"{value.month}-{value.day}"
    return str(value)
