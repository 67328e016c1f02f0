"""The formats of cells: of a styles part which cells are coloured and what their number formats are, and which moment a
number means under one.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import cache

from review.workbook.parts import Styles
from review.workbook.read_book import PLAIN, Format
from review.workbook.xml_scan import Attributes, Budget

#: the colour of the cells that a person types into
OPEN = "FFFFF2A8"
# A cell without colour, in the white of the paper or in that of an open cell is not coloured by hand.
_UNPAINTED = {"00000000", "FFFFFFFF", "00FFFFFF", OPEN, "00" + OPEN[2:]}

# The formats that a file only numbers. From 27 to 36 and 50 to 58 stands what a Japanese Excel means by them.
_NUMBERED = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)', 7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
    **dict.fromkeys((27, 36, 50, 57), "[$-411]ge.m.d"),
    **dict.fromkeys((28, 29, 51, 54, 58), '[$-411]ggge"年"m"月"d"日"'), 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
    32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', **dict.fromkeys((34, 52, 55), 'yyyy"年"m"月"'),
    **dict.fromkeys((35, 53, 56), 'm"月"d"日"'),
    37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);[Red](#,##0.00)",
    41: r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)', 42: r'_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)',
    43: r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)',
    44: r'_("$"* #,##0.00_)_("$"* \(#,##0.00\)_("$"* "-"??_)_(@_)', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mmss.0",
    48: "##0.0E+0", 49: "@",
}  # fmt: skip

# What stands in quotes or in brackets is no part of a date, except hours, minutes and seconds beyond a day's.
_ASIDE = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DATE = re.compile(r"(?<![_\\])[dmhys]", re.I)
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.I)
_SINCE_1900, _SINCE_1904 = (datetime.combine(day, time()) for day in (date(1899, 12, 30), date(1904, 1, 1)))
_PERIOD = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


class Formats(Styles):
    """xl/styles.xml: `of` is {the number of a format, as cells write it: the format}."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.of = {"0": PLAIN}
        self._own: dict[int, str] = {}
        self._fills: list[bool] = []
        self._used: list[tuple[int, int]] = []
        self._within = ""
        self._solid = False

    def start(self, name: str, attributes: Attributes) -> None:
        super().start(name, attributes)
        if name in ("numFmts", "fills", "cellXfs"):
            self._within = name
        elif self._within == "cellXfs" and name == "xf":
            self._used.append((int(attributes.get("numFmtId", 0)), int(attributes.get("fillId", 0))))
        elif self._within == "fills":
            self._fill(name, attributes)
        elif self._within == "numFmts" and name == "numFmt":
            self._own[int(attributes["numFmtId"])] = attributes["formatCode"]

    def _fill(self, name: str, attributes: Attributes) -> None:
        if name == "fill":
            self._fills.append(False)
        elif name == "patternFill":
            self._solid = attributes.get("patternType") == "solid"
        elif name == "fgColor" and self._solid:
            self._fills[-1] = _is_colour(attributes)

    def end(self, name: str) -> None:
        if name == self._within:
            self._within = ""

    def close(self) -> None:
        for place, (number, fill) in enumerate(self._used):
            code = self._own.get(number) or _NUMBERED.get(number, PLAIN.number_format)
            self.of[str(place)] = Format(code, moment_of(code), fill < len(self._fills) and self._fills[fill])


def _is_colour(attributes: Attributes) -> bool:
    """Whether the colour of a fill is one that a person chose."""
    if "indexed" in attributes:
        return True
    if "theme" in attributes:  # theme 0 is the white of the paper
        return bool(int(attributes["theme"]) or float(attributes.get("tint", 0)))
    rgb = attributes.get("rgb", "").upper() or "FFFFFFFF"
    return "auto" in attributes or rgb.rjust(8, "0") not in _UNPAINTED


@cache
def moment_of(number_format: str) -> str:
    """date or duration where the format shows a number as one, else ''."""
    section = number_format.partition(";")[0]
    if not _DATE.search(_ASIDE.sub("", section)):
        return ""
    return "duration" if _DURATION.search(section) else "date"


def moment(serial: float, what: str, *, since_1904: bool) -> date | time | timedelta:
    """The moment that a number means, to the millisecond; a time where it is less than a day.

    Raises OverflowError or ValueError where there is none.
    """
    if what == "duration":
        length = timedelta(days=serial)
        return timedelta(seconds=length.total_seconds() // 1, microseconds=round(length.microseconds, -3))
    day, rest = divmod(serial, 1)
    within = timedelta(milliseconds=round(rest * 86_400 * 1_000))
    if 0 <= serial < 1 and not within.days:
        return (_SINCE_1900 + within).time()
    if 0 < serial < 60 and not since_1904:  # Excel counts a 29 February 1900
        day += 1
    return (_SINCE_1904 if since_1904 else _SINCE_1900) + timedelta(days=day) + within


def written_moment(text: str) -> date | time | timedelta:
    """The moment that a cell writes out (2025-04-01, 2025-04-01T09:30:00, 09:30:00, PT1H30M). Raises ValueError."""
    if period := _PERIOD.fullmatch(text):
        hours, minutes, seconds = (float(part or 0) for part in period.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    text = text.removesuffix("Z")
    if "T" in text:
        return datetime.fromisoformat(text)
    return time.fromisoformat(text) if ":" in text else date.fromisoformat(text)
