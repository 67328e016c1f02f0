"""The course of one 成果目標 over its years, as charts draw it: numbers and ranges as bars, each part of a value in a chart
of its own, and as a timeline whatever cannot be measured with one measure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from review.domain import values
from review.domain.notation import renamed
from review.domain.values.reading import Quantity

#: year, target and actual as typed, is_now, definition_changed; what else a year holds is of no use here
Years = Sequence[Mapping[str, Any]]
Chart = dict[str, Any]
SIDES = ("actual", "target")


def rows(
    cells: Sequence[Mapping[str, Any]], now: int | None = None, came_from: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The years of a goal as its table and its charts take them, from its cells: fiscal_year, name, target and actual; what
    a cell has besides goes with it. Years of a former plan, which `came_from` names, have its name."""
    befores, former = ["", *(cell["name"] for cell in cells)], came_from or {}
    until = former["fiscal_year"] if "plan" in former else 0
    return [
        {
            **cell,
            "year": cell["fiscal_year"],
            "is_now": cell["fiscal_year"] == now,
            "definition_changed": renamed(before, cell["name"]),
            "plan": former["plan"] if cell["fiscal_year"] <= until else "",
        }
        for before, cell in zip(befores, cells, strict=False)
    ]


def charts(title: str, years: Years, direction: str = "") -> list[Chart]:
    """The charts of a goal, one for each part of its values; [] where nothing of it was typed."""
    whole = _bars(title, years, lambda text: values.read(text).quantity)
    parts = [whole] if whole else [_bars(f"{title} {label}", years, _part(label)) for label in _labels(years)]
    drawn = [{**chart, "direction": direction} for chart in parts if chart]
    typed = "".join(year[side] for year in years for side in SIDES)
    return drawn or ([_timeline(title, years)] if any(map(str.isalnum, typed)) else [])


def _labels(years: Years) -> list[str]:
    """The labels under which the 実績 of at least two years have parts: 小, 中."""
    each = [[part.label for part in values.read(year["actual"]).parts] for year in years]
    every = list(dict.fromkeys(label for labels in each if len(labels) > 1 for label in labels if label))
    return [label for label in every if sum(labels.count(label) == 1 for labels in each) > 1]


def _part(label: str) -> Callable[[str], Quantity | None]:
    def pick(text: str) -> Quantity | None:
        parts = values.read(text).parts
        if len(parts) == 1 and parts[0].each:
            return parts[0]._replace(each="")
        return next((part for part in parts if part.label == label), None)

    return pick


def _bars(title: str, years: Years, pick: Callable[[str], Quantity | None]) -> Chart | None:
    """The chart of one number a year; None where the values share no unit, or fewer than two years have one."""
    rows = [[pick(year[side]) for side in SIDES] for year in years]
    rows = [
        [one if one and not one.change and (one.low, one.high) != (None, None) else None for one in row] for row in rows
    ]
    quantities = [one for row in rows for one in row if one]
    if not any(row[0] for row in rows) or sum(any(row) for row in rows) < 2 or not _share_unit(quantities):
        return None
    unit, factor = _unit_of(quantities)
    drawn = [_year(year, dict(zip(SIDES, row, strict=True)), factor) for year, row in zip(years, rows, strict=True)]
    return {"kind": "bars", "title": title, "unit": unit, "years": drawn}


def _year(year: Mapping[str, Any], quantities: Mapping[str, Quantity | None], factor: int) -> dict[str, Any]:
    """The year's bar and tick: the upper end of each, and the lower one of a range."""
    drawn = {key: year[key] for key in ("year", "is_now", "definition_changed")}
    for side, one in quantities.items():
        drawn[side] = _scaled(one and (one.high if one.low is None or one.high is not None else one.low), factor)
        drawn[f"{side}_from"] = _scaled(one.low, factor) if one and one.value is None else None
        part_alone = one is not None and len(values.read(year[side]).parts) > 1
        drawn[f"{side}_text"] = one.phrase.removeprefix(one.label).strip() if one and part_alone else year[side] or "－"
    return drawn


def _timeline(title: str, years: Years) -> Chart:
    keys = ("year", "is_now", "definition_changed", *SIDES)
    rows = [{key: year[key] for key in keys} for year in years]
    return {"kind": "timeline", "title": title, "unit": "", "years": rows}


def _share_unit(quantities: Sequence[Quantity]) -> bool:
    symbols = {one.unit.symbol for one in quantities if not one.unit.bare}
    if "%" in symbols and any(one.unit.bare for one in quantities):
        return False  # a bare 0.75 beside 80% is a share or a slip
    return len(symbols) <= 1 and len({(one.period, one.each) for one in quantities}) <= 1


def _unit_of(quantities: Sequence[Quantity]) -> tuple[str, int]:
    """The words of the axis and what to divide by: 千円 where every value was typed in 千円."""
    symbol = next((one.unit.symbol for one in quantities if not one.unit.bare), "")
    scales = {one.scale for one in quantities}
    scale = scales.pop() if len(scales) == 1 else 1
    return {1000: "千", 10_000: "万", 1_000_000: "百万", 100_000_000: "億"}.get(scale, "") + symbol, scale


def _scaled(end: Any, factor: int) -> Decimal | None:
    if end is None:
        return None
    value = Fraction(end, factor)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    # Four places, and for what is smaller four digits: 0.00009 is no 0.0001.
    return round(exact, max(4, 3 - exact.adjusted()) if exact else 4).normalize()
