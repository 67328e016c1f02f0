"""What a cell shows: Excel turns 80% into 0.8 and 1-2 into a date, and its number format shows the typed text."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from review.domain.fiscal import ERAS, WEEKDAYS

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_CORE = re.compile(r"[#0?][#0?,]*(?:\.[#0?]+)?(?:E[+-]0+)?")
#: the parts of a format of dates, and what stands between them
_PARTS = re.compile(
    r'(?P<words>"(?P<quoted>[^"]*)"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|[^ymdhsgea])|(?P<part>y+|m+|d+|h+|s+|g+|e+|a+)', re.I
)
#: what a book calls the day as the land or the computer writes it
_OF_THE_LAND = {"mm-dd-yy": "yyyy/m/d", "m/d/yy h:mm": "yyyy/m/d h:mm", "m/d/yy": "yyyy/m/d"}
_SYSTEM, _LONG_DAY = re.compile(r"\[\$-(?:F800|x-sysdate)\].*", re.I), 'yyyy"年"m"月"d"日"'


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
    """As the format writes it; a day without a year in its format as it was typed, since 1-2 becomes 1月2日 of this year."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    code = _OF_THE_LAND.get(number_format) or _SYSTEM.sub(_LONG_DAY, number_format).partition(";")[0]
    parts = [(match.lastgroup or "", match[0], _literal(match)) for match in _PARTS.finditer(code)]
    letters = {part[0].lower() for kind, part, _words in parts if kind == "part"}
    if isinstance(value, timedelta) or not letters or number_format == "General":
        return str(value)
    if not isinstance(value, time) and letters.isdisjoint("yeg"):
        return str(value) if isinstance(value, datetime) else f"{value.month}-{value.day}"
    # m is a minute behind an hour and before a second
    of_time = [kind and part[0].lower() in "hs" for kind, part, _words in parts if kind != "words"]
    texts, place = [], 0
    for kind, part, words in parts:
        if kind == "words":
            texts.append(words)
            continue
        minute = any(of_time[max(place - 1, 0) : place]) or any(of_time[place + 1 : place + 2])
        texts.append(_part(value, "n" * len(part) if minute and part[0] in "mM" else part.lower()))
        place += 1
    return "".join(texts).strip()


def _literal(match: re.Match[str]) -> str:
    return "" if match[0][0] in "[_*" else match["quoted"] or match[0].lstrip("\\").replace('""', "")


def _part(value: datetime | date | time, part: str) -> str:
    """What one part of a format shows: yyyy, ggg, m, ss."""
    if isinstance(value, date):
        era = next((one for one in ERAS if _day(value) >= one.began), None)
        of_era = value.year - era.began.year + 1 if era else value.year
        names = {"g": era.letter, "gg": era.name[0], "ggg": era.name} if era else {}
        words = {"mmm": f"{value:%b}", "mmmm": f"{value:%B}", "mmmmm": f"{value:%b}"[0], "ddd": f"{value:%a}"}
        words |= {"dddd": f"{value:%A}", "aaa": (day := WEEKDAYS[value.weekday()]), "aaaa": f"{day}曜日"}
        if part[0] == "g" or part in words:
            return (names | words).get(part, "")
        numbers = {
            "y": value.year if len(part) > 2 else value.year % 100,
            "e": of_era,
            "m": value.month,
            "d": value.day,
        }
        if part[0] in numbers:
            return f"{numbers[part[0]]:0{min(len(part), 2)}d}"
    clock = value if isinstance(value, time | datetime) else time()
    return f"{ {'h': clock.hour, 'n': clock.minute, 's': clock.second}.get(part[0], 0):0{len(part)}d}"


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
