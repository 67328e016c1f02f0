"""Charts stay inside their frame, say every value, and make the same bytes from the same data."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from review.domain import course
from review.templatetags import charts
from tests.review.domain.test_course import years


def _chart(*years: dict[str, object]) -> dict[str, object]:
    return {"title": "月間利用金額", "unit": "千円", "years": list(years)}


@pytest.mark.parametrize(
    "years",
    [
        [],
        [{"year": 2024, "actual": None, "target": None}],
        [{"year": 2024, "actual": 0, "target": 0}],
        [{"year": 2023, "actual": -5, "target": 10}, {"year": 2024, "actual": Decimal("7.5"), "target": 10}],
        [{"year": 2024, "actual": 10**9, "target": 1, "actual_text": "10億円 ※児童手当の制度改正による"}],
    ],
)
def test_the_indicator_chart_keeps_bars_and_ticks_inside_its_plot(years: list[dict[str, object]]) -> None:
    chart = charts.indicator_geometry(_chart(*years))
    for column in chart["columns"]:
        assert chart["top"] <= column["bar_y"] <= chart["bottom"]
        assert column["bar_y"] + column["bar_h"] <= chart["bottom"] + 1
        assert column["tick_y"] is None or chart["top"] <= column["tick_y"] <= chart["bottom"]
        assert column["x"] < chart["width"]


@pytest.mark.parametrize(
    ("actual", "target", "value"),
    [
        (95_000, 100_000, "95,000"),
        (12, 13, "12"),
        (999_900_000_000, 1_000_000_000_000, "9,999億"),
        (1_200_000_000_000, 999_900_000_000, "1.2兆"),
        (1_234_567_890_123, 1, "約1.23兆"),
        (-500_000, 100, "-500,000"),
        (-500_000, -490_000, "-500,000"),
        (Decimal("0.00002"), Decimal("0.0001"), "0.00002"),
    ],
)
def test_a_value_is_readable_where_it_stands(actual: Decimal, target: Decimal, value: str) -> None:
    """White letters never stand outside their bar, no value runs into its neighbour's or over the name of the year."""
    chart = charts.indicator_geometry(_chart({"year": 2024, "actual": actual, "target": target}))
    (column,) = chart["columns"]
    assert column["value"] == value
    width = len(value) * 8
    assert width <= 92 and (not column["inside"] or width <= chart["bar_w"])
    assert column["label_y"] <= chart["bottom"] + 4 < chart["year_y"] - 12


def test_a_count_of_seven_digits_stands_whole_under_its_bar() -> None:
    row = {"year": 2024, "actual": 1_000_000, "actual_text": "1,000,000件", "target_text": "長い言葉で書いた目標です"}
    (column,) = charts.indicator_geometry(_chart(row))["columns"]
    assert (column["actual_text"], column["target_text"]) == ("1,000,000件", "長い言葉で…")


def test_a_range_is_a_bar_between_its_ends_and_a_band_for_its_target() -> None:
    chart = charts.geometry(course.charts("収量", years(("7~8俵", "7.5~8.2俵"), ("7~8俵", "8俵")))[0])
    ranged, single = chart["columns"]
    assert ranged["value"] == "7.5~8.2" and ranged["bar_y"] + ranged["bar_h"] < chart["base"] - 50
    assert single["bar_y"] + single["bar_h"] == pytest.approx(chart["base"], abs=0.2)
    assert ranged["band_h"] == pytest.approx(150 / 8.2, abs=0.2)


def test_no_label_stands_on_the_band_of_a_target() -> None:
    """反収 6~6.5俵 under a target of 7~7.5俵: the room between them is lower than the label."""
    for column in charts.geometry(course.charts("反収", years(("7~7.5俵", "6~6.5俵"), ("7~7.5俵", "5~5.5俵")))[0])[
        "columns"
    ]:
        top, bottom = column["label_y"] - 12, column["label_y"]
        assert bottom <= column["tick_y"] or top >= column["tick_y"] + column["band_h"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_words_of_a_timeline_end_before_its_values_begin(language: str) -> None:
    with override(language):
        chart = charts.geometry(course.charts("開設", years(("開設", "準備"), ("準備", "準備")))[0])
        drawing = chart["drawing"]()
    names = re.findall(r'class="c-quiet" x="(\d+)"[^>]*>([^<]+)</text>\s*<text[^>]* x="(\d+)"', drawing)
    assert names and all(int(x) + 8 * charts._width(name) <= int(value_x) for x, name, value_x in names)


def test_a_timeline_holds_every_word_inside_its_frame_or_says_that_there_is_more() -> None:
    long = "地域の" * 60
    chart = charts.geometry(course.charts("整備", years(("設計", "設計完了"), (long, "")))[0])
    first, second = chart["columns"]
    assert [line["text"] for line in first["lines"]] == ["設計", "設計完了"]
    assert first["done"] and not second["done"] and second["target_full"] == long
    assert all(charts._width(line["text"]) <= 50 for line in second["lines"])
    assert second["lines"][3]["text"].endswith("…") and len(second["lines"]) == 5
    heights = [line["y"] for column in chart["columns"] for line in column["lines"]]
    assert heights == sorted(set(heights)) and heights[-1] < chart["height"]


def test_a_changed_definition_leaves_a_gap_and_a_word() -> None:
    chart = charts.indicator_geometry(
        _chart({"year": 2023, "actual": 5, "target": 5}, {"year": 2024, "actual": 6, "definition_changed": True})
    )
    plain = charts.indicator_geometry(_chart({"year": 2023, "actual": 5}, {"year": 2024, "actual": 6}))
    assert chart["columns"][1]["x"] > plain["columns"][1]["x"]
    assert "定義が変わりました" in chart["description"]


def test_the_description_says_every_value_as_typed() -> None:
    chart = charts.indicator_geometry(_chart({"year": 2024, "actual_text": "小 8.9% 中 12.8%", "target": 1200}))
    assert "小 8.9% 中 12.8%" in chart["description"]
    assert "1,200" in chart["description"]


def test_stacked_grades_fill_the_bar_and_an_empty_row_stays_empty() -> None:
    rows = charts.grades_geometry([{"label": "令和6年度", "counts": {"A": 1, "D": 2}}, {"label": "令和5年度"}])["rows"]
    assert [part["count"] for part in rows[0]["parts"]] == [1, 2]
    assert sum(part["w"] for part in rows[0]["parts"]) == pytest.approx(620, abs=0.2)
    assert rows[1]["parts"] == []


def test_a_name_before_the_bars_has_room_in_either_language() -> None:
    drawing = charts.grades_geometry([{"label": "Measures (overall rating)", "counts": {"A": 1}}])["drawings"][0]
    part = drawing["rows"][0]["parts"][0]
    assert part["x"] >= 25 * 7 and part["x"] + part["w"] <= drawing["total_x"] <= drawing["width"] - 72


def test_the_flow_shows_every_state_with_its_number() -> None:
    flow = charts.flow_of({"submitted": 12, "returned": 3, "excluded": 1}, endorsing=True)
    assert [box["state"] for box in flow["boxes"]][:4] == ["not_started", "editing", "endorsing", "submitted"]
    assert "提出済 12" in flow["description"]
    assert "差戻し 3" in flow["description"]
    assert [(one["word"], one["count"]) for one in flow["aside"]] == [("対象外", 1)]


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("indicator", {"chart": charts.indicator_geometry(_chart({"year": 2024, "actual": 5, "target": 6}))}),
        ("indicator", {"chart": charts.geometry(course.charts("整備 <1>", years(("設計", "完了"), ("施工", "")))[0])}),
        ("grades", {"chart": charts.grades_geometry([{"label": "<産業>", "counts": {"A": 3, "B": 1}}])}),
        ("flow", {"flow": charts.flow_of({"submitted": 1}, {"submitted": "/?a=1&b=2"}), "title": "流れ"}),
    ],
)
def test_each_chart_is_well_formed_and_obeys_the_content_security_policy(
    template: str, context: dict[str, object]
) -> None:
    html = render_to_string(f"components/charts/{template}.html", context)
    assert "style=" not in html
    assert html == render_to_string(f"components/charts/{template}.html", context)
    root = ElementTree.fromstring(html.strip())
    assert root.tag == "figure"
