"""Charts as inline SVG: this module computes where things stand, the partials draw them.

Every chart has a title and a description for readers, values written on it, and its patterns beside its colours.
A chart's ids come from its content, so that the same data always make the same bytes.
"""

import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Any

from django import template
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from review.domain.grade_words import share
from review.domain.rating import DEFAULT, Scale
from review.reader_words import legend
from review.templatetags.ready import ready
from review.templatetags.words import STATES, fiscal_year_short, number

register = template.Library()

# --- 実績 and 目標 of one indicator over the years -------------------------------------------------------------

_HEIGHT = 150  # of the plot
_TOP = 34
_COLUMN = 92
_LEFT = 52  # room for the row names 実績 and 目標
_BAR = 44
_SCREEN = 5  # years that a telephone shows in letters of a size to read; more of them scroll
_DIGIT = 8  # the width of a half-width letter
_ROW = 12  # half-width letters in the rows under a bar
_ENDS = ("actual", "target", "actual_from", "target_from")
_LINE, _LINES = 46, 4  # half-width letters in a line of a timeline, and lines of one text


_SCALES = ((Decimal(10) ** 12, "兆"), (Decimal(10) ** 8, "億"), (Decimal(10) ** 4, "万"))
_WESTERN = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"))


def _key(*parts: Any) -> str:
    return f"c{zlib.crc32(repr(parts).encode()):08x}"


def _as_float(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def indicator_geometry(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The places of bars, ticks and words.

    `chart`: title, unit, direction ("up", "down" or ""), years: a sequence of mappings with year, actual and target
    (numbers or None), actual_from and target_from (the lower end of a range), actual_text and target_text (as typed;
    default: the number), note, is_now, definition_changed (the definition differs from the year before: a gap and a mark
    stand left of this year).
    """
    years: Sequence[Mapping[str, Any]] = chart.get("years") or ()
    y_of = _heights([v for y in years for key in _ENDS if (v := _as_float(y.get(key))) is not None])
    columns: list[dict[str, Any]] = []
    x = float(_LEFT)
    for position, year in enumerate(years):
        gap = 24 if year.get("definition_changed") and position else 0
        break_x = round(x + gap / 2, 1) if gap else None
        x += gap
        columns.append({**_column(year, x + _COLUMN / 2, y_of), "break_x": break_x})
        x += _COLUMN
    bottom = _TOP + _HEIGHT
    return {
        **chart,
        "id": _key("indicator", chart),
        "columns": columns,
        "width": round(x + 8),
        "height": bottom + 82,
        "left": _LEFT - 6,
        "right": round(x + 4),
        "base": y_of(0),
        "top": _TOP,
        "bar_w": _BAR,
        "bottom": bottom,
        "year_y": bottom + 22,
        "actual_y": bottom + 46,
        "target_y": bottom + 68,
        "any_break": any(c["break_x"] for c in columns),
        "any_now": any(c["is_now"] for c in columns),
        "is_long": len(columns) > _SCREEN,
        "description": _describe(columns, str(chart.get("unit") or "")),
    }


def _heights(values: Sequence[float]) -> Callable[[float], float]:
    """Where a value stands on the plot, which has room for all of them and for 0."""
    high, low = max([*values, 0.0]), min([*values, 0.0])
    span = (high - low) or 1.0
    return lambda value: round(_TOP + (high - value) / span * _HEIGHT, 1)


def _column(year: Mapping[str, Any], middle: float, y_of: Callable[[float], float]) -> dict[str, Any]:
    """One 年度: its bar, its tick and the words on and under them."""
    actual, target, low, low_target = (_as_float(year.get(key)) for key in _ENDS)
    base = y_of(0 if low is None else low)
    bar_y = y_of(actual) if actual is not None else base
    tick_y = y_of(target) if target is not None else None
    value = _label(year.get("actual")) if actual is not None else ""
    value = value if low is None else f"{_label(year.get('actual_from'))}~{value}"
    actual_text, target_text = (year.get(f"{side}_text") or number(year.get(side)) for side in ("actual", "target"))
    band = 0 if low_target is None or tick_y is None else round(y_of(low_target) - tick_y, 1)
    label_y, inside = _label_place(value, bar_y, base, tick_y, band)
    return {
        "x": round(middle, 1),
        "bar_x": round(middle - _BAR / 2, 1),
        "bar_y": min(bar_y, base),
        "bar_h": round(max(abs(base - bar_y), 1.0), 1),
        "tick_x1": round(middle - _BAR / 2 - 10, 1),
        "tick_x2": round(middle + _BAR / 2 + 10, 1),
        "tick_y": tick_y,
        "band_h": band or None,
        "label_y": round(label_y, 1),
        "inside": inside,
        "has_bar": actual is not None,
        "is_now": bool(year.get("is_now")),
        "year": fiscal_year_short(year.get("year")),
        "value": value,
        "actual_text": folded(actual_text, _ROW, 1)[0],
        "target_text": folded(target_text, _ROW, 1)[0],
        "actual_full": actual_text,
        "target_full": target_text,
        "note": year.get("note", ""),
    }


def _label_place(value: str, bar_y: float, base: float, tick_y: float | None, band: float) -> tuple[float, bool]:
    """(y, inside the bar): on the bar; where the tick or the band under it would cross it, in a tall bar as wide, else
    above the tick."""
    label_y = min(bar_y, base) - 6
    if tick_y is None or not label_y - 14 - band < tick_y < label_y + 7:
        return label_y, False
    if base - bar_y > 34 and tick_y < bar_y + 3 and _width(value) * _DIGIT <= _BAR:
        return bar_y + 18, True
    return min(tick_y, bar_y) - 7, False


@lru_cache(maxsize=4096)
def _width(text: str) -> int:
    """How many half-width letters stand in the same room."""
    return sum(2 if unicodedata.east_asian_width(letter) in "FWA" else 1 for letter in text)


def _label(value: Any) -> str:
    """The number on its bar; one that would run into its neighbours in 万, 億 or 兆, with 約 where that rounds it."""
    text = number(value)
    if _width(text) * _DIGIT <= _COLUMN - 8 or "." in text:
        return text
    exact = Decimal(str(value))
    scales = _SCALES if (get_language() or "ja").startswith("ja") else _WESTERN
    size, word = next((one for one in scales if abs(exact) >= one[0]), scales[-1])
    shown = round(exact / size, 2)
    return f"{'' if shown * size == exact else gettext('約')}{number(shown)}{word}"


def _describe(columns: Sequence[Mapping[str, Any]], unit: str) -> str:
    parts = []
    for column in columns:
        if column["break_x"]:
            parts.append(gettext("ここで指標の定義が変わりました"))
        parts.append(
            gettext("%(year)s: 実績 %(actual)s、目標 %(target)s")
            % {"year": column["year"], "actual": column["actual_full"], "target": column["target_full"]}
        )
    text = "。".join(parts)
    return f"{text} ({gettext('単位')}: {unit})" if unit else text


def timeline_geometry(chart: Mapping[str, Any]) -> dict[str, Any]:
    """The years under each other on one line, 目標 and 実績 of each in words beside its point."""
    rows: list[dict[str, Any]] = []
    y, names = 20, {"target": gettext("目標"), "actual": gettext("実績")}
    for position, year in enumerate(chart["years"]):
        first, lines = y, []
        for side, name in names.items():
            for number_of_line, text in enumerate(folded(year[side] or "－", _LINE)):
                lines.append({"y": y, "name": "" if number_of_line else name, "text": text, "strong": side == "actual"})
                y += 20
        done = any(map(str.isalnum, year["actual"]))
        shown = {"year": fiscal_year_short(year["year"]), "y": first, "lines": lines, "done": done}
        full = {f"{side}_full": year[side] or "－" for side in names}
        break_y = first - 17 if year["definition_changed"] and position else None
        rows.append({**shown, **full, "is_now": year["is_now"], "break_x": break_y})
        y += 14
    return {
        **chart,
        "id": _key("timeline", chart),
        "columns": rows,
        "width": 480,
        "height": y - 20,
        "first_y": rows[0]["y"],
        "last_y": rows[-1]["y"],
        "description": _describe(rows, ""),
        "any_break": any(row["break_x"] for row in rows),
    }


def folded(text: str, width: int, most: int = _LINES) -> list[str]:
    """The text in lines of so many half-width letters; what is too long ends with …."""
    lines, used = [""], 0
    for letter in " ".join(str(text).split()):
        used += _width(letter)
        if used > width:
            if len(lines) == most:
                return [*lines[:-1], f"{lines[-1][:-1]}…"]
            lines.append("")
            used = _width(letter)
        lines[-1] += letter
    return lines


def geometry(chart: Mapping[str, Any]) -> Mapping[str, Any]:
    """The places of all that a chart of `domain.course` holds, and its `drawing`, made once for page and picture."""
    if "drawing" in chart:
        return chart
    if chart.get("kind") == "timeline":
        placed, look = timeline_geometry(chart), ready("components/charts/_timeline.html")
        return {**placed, "drawing": cache(lambda: look.render(Context({"chart": placed})))}
    placed = indicator_geometry(chart)
    return {**placed, "drawing": cache(partial(_drawn, placed))}


def _drawn(chart: Mapping[str, Any]) -> SafeString:
    """Bars, ticks and words as SVG: public sites hold thousands of them, and a template takes ten times as long."""

    def text(x: float, y: float, words: str, looks: str = "c-mid") -> str:
        return f'<text class="{looks}" x="{x}" y="{y}">{escape(words)}</text>'

    top, drawn = chart["top"], []
    for c in chart["columns"]:
        x, line = c["x"], f"M{c['tick_x1']} {c['tick_y']}H{c['tick_x2']}"
        if (gap := c["break_x"]) is not None:
            drawn.append(f'<path class="c-break" d="M{gap} {top - 14}V{chart["target_y"]}"/>')
            drawn.append(f'<path class="c-break-mark" d="M{gap} {top - 30}l9 9l-9 9l-9 -9z"/>')
            drawn.append(text(gap, top - 17, "!", "c-mid c-small c-strong"))
        if c["has_bar"]:
            place = f'x="{c["bar_x"]}" y="{c["bar_y"]}" width="{chart["bar_w"]}" height="{c["bar_h"]}"'
            drawn.append(f'<rect class="c-bar{" c-bar--now" if c["is_now"] else ""}" {place}/>')
        if c["band_h"]:
            place = f'x="{c["tick_x1"]}" y="{c["tick_y"]}" width="64" height="{c["band_h"]}"'
            drawn.append(f'<rect class="c-band" {place}/>')
        if c["tick_y"] is not None:
            drawn.append(f'<path class="c-target" d="{line}"/>')
        if c["value"]:
            looks = "c-mid c-strong c-on-dark" if c["inside"] and c["is_now"] else "c-mid c-strong"
            drawn.append(text(x, c["label_y"], c["value"], looks))
        drawn.append(text(x, chart["year_y"], c["year"], "c-mid c-strong"))
        drawn += [text(x, chart[f"{side}_y"], c[f"{side}_text"]) for side in ("actual", "target")]
    drawn.append(f'<path class="c-axis" d="M{chart["left"]} {chart["base"]}H{chart["right"]}"/>')
    names = {"actual": gettext("実績"), "target": gettext("目標")}
    drawn += [text(0, chart[f"{side}_y"], name, "c-quiet") for side, name in names.items()]
    return mark_safe("".join(drawn))  # noqa: S308 - numbers of ours, and words that `text` escaped


@register.inclusion_tag("components/charts/indicator.html")
def indicator_chart(chart: Mapping[str, Any], with_table: bool = True) -> dict[str, Any]:
    """The chart of one indicator with its table under it."""
    return {"chart": geometry(chart), "with_table": with_table}


# --- grades as stacked bars ------------------------------------------------------------------------------------


def _bars(rows: Sequence[Mapping[str, Any]], scale: Scale, *, left: int, plot: int, row: int) -> dict[str, Any]:
    """One drawing: bars of `plot` px from `left` on, a bar every `row` px; where left is 0 the label is above."""
    shapes = {one.letter: one.shape for one in scale.grades}
    above = 0 if left else 22
    drawn = []
    for position, source in enumerate(rows):
        counts = {grade: int((source.get("counts") or {}).get(grade, 0)) for grade in shapes}
        total = sum(counts.values())
        x, y, parts = float(left), position * row + 4 + above, []
        for grade, shape in shapes.items():
            if not counts[grade]:
                continue
            width = counts[grade] / total * plot
            number = str(counts[grade])
            texts = (f"{grade} {number} ({share(counts[grade], total)}%)", f"{grade} {number}", grade)
            text = next((one for one in texts if width >= 11 + 9 * len(one)), "")
            parts.append(
                {
                    "grade": grade,
                    "key": shape,
                    "count": counts[grade],
                    "x": round(x, 1),
                    "y": y,
                    "w": round(width, 1),
                    "cx": round(x + width / 2, 1),
                    "cy": y + 21,
                    "text": text,
                }
            )
            x += width
        text_y = y - 8 if above else y + 22
        cells = [(number, share(number, total) if number else "") for number in counts.values()]
        drawn.append({**source, "total": total, "parts": parts, "text_y": text_y, "counts": counts, "cells": cells})
    return {
        "rows": drawn,
        "width": left + plot + (84 if left else 2),
        "height": max(len(drawn) * row, 1) + 4,
        "total_x": left + plot + (12 if left else 0),
        "total_end": not left,
    }


def grades_geometry(
    rows: Sequence[Mapping[str, Any]], scale: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Stacked bars of equal length, one a row, drawn once wide and once narrow.

    `rows`: label, counts (grade -> number), url. A row without any count stays empty. `scale`: the year's own grades
    as data (letter, name), best first and － last; the default scale where it is not given.
    """
    grades = Scale.from_data(scale) if scale else DEFAULT
    # The names stand before the bars, as wide as the widest needs; English ones are longer.
    left = min(max([150, *(7 * _width(str(row["label"])) + 12 for row in rows)]), 300)
    wide = _bars(rows, grades, left=left, plot=770 - left, row=46)
    narrow = _bars(rows, grades, left=0, plot=340, row=70)
    key = _key("grades", rows)
    return {
        "id": key,
        "drawings": [{**wide, "id": f"{key}-w", "kind": "wide"}, {**narrow, "id": f"{key}-n", "kind": "narrow"}],
        "rows": wide["rows"],
        "order": [{"grade": one["letter"], "key": one["shape"], "word": legend(one)} for one in grades.as_data()],
        "description": "。".join(
            f"{row['label']}: " + gettext("、").join(f"{grade} {number}" for grade, number in row["counts"].items())
            for row in wide["rows"]
        ),
    }


@register.inclusion_tag("components/charts/grades.html")
def grade_bars(
    rows: Sequence[Mapping[str, Any]],
    title: str = "",
    unit: str = "",
    with_table: bool = True,
    scale: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Grades by row (this year and last, by field, by department). `unit` says what is counted: 施策 or 指標."""
    return {"chart": grades_geometry(rows, scale), "title": title, "unit": unit, "with_table": with_table}


# --- the year's flow -------------------------------------------------------------------------------------------

FLOW = ("not_started", "editing", "submitted", "reviewed", "approved", "published")


def flow_of(
    counts: Mapping[str, int], urls: Mapping[str, str] | None = None, now: str = "", endorsing: bool = False
) -> dict[str, Any]:
    """Boxes 未着手 → … → 公表済 with their numbers and lists, and the way back to 入力中."""

    def box(state: str) -> dict[str, Any]:
        count = int(counts.get(state, 0))
        tone = "now" if state == now else "zero" if not count else "end" if state == "published" else ""
        url = (urls or {}).get(state, "")
        return {"state": state, "word": str(STATES[state][0]), "count": count, "url": url, "tone": tone}

    boxes, returned = list(map(box, [*FLOW[:2], *(["endorsing"] if endorsing else []), *FLOW[2:]])), box("returned")
    return {
        "boxes": boxes,
        "returned": returned,
        "aside": [box(state) for state in ("not_submitted", "excluded") if counts.get(state)],
        "description": gettext("、").join(f"{one['word']} {one['count']}" for one in [*boxes, returned]),
    }


@register.inclusion_tag("components/charts/flow.html")
def flow_picture(
    counts: Mapping[str, int],
    urls: Mapping[str, str] | None = None,
    title: str = "",
    now: str = "",
    endorsing: bool = False,
) -> dict[str, Any]:
    """The year's flow with live numbers; `urls` (state -> address of its list) makes the boxes links."""
    return {"flow": flow_of(counts, urls, now, endorsing), "title": title or gettext("評価の流れと件数")}
