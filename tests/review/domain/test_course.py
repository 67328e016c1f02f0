"""What is drawn of a goal: numbers with one measure, each part for itself, and words as a timeline; never two measures in one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from review.domain import course
from review.domain.notation import renamed


def years(*values: tuple[str, str]) -> list[dict[str, Any]]:
    """The years of a goal from (目標, 実績)."""
    return [
        {"year": 2022 + n, "target": target, "actual": actual, "is_now": False, "definition_changed": False}
        for n, (target, actual) in enumerate(values)
    ]


def drawn(*values: tuple[str, str]) -> list[dict[str, Any]]:
    return course.charts("x", years(*values))


def test_a_chart_speaks_in_the_unit_that_was_typed() -> None:
    (chart,) = drawn(("30,000千円", "40,529千円"), ("35,000千円", "62,588千円"))
    assert (chart["unit"], [float(y["actual"]) for y in chart["years"]]) == ("千円", [40529.0, 62588.0])


def test_a_first_value_is_drawn_beside_the_targets_to_come() -> None:
    (chart,) = drawn(("10件", "5件"), ("12件", ""))
    assert chart["kind"] == "bars" and [y["actual"] for y in chart["years"]] == [5, None]


def test_small_values_are_told_apart() -> None:
    (chart,) = drawn(("0.0001%", "0.00002%"), ("0.0001%", "0.00009%"))
    assert [one["actual"] for one in chart["years"]] == [Decimal("0.00002"), Decimal("0.00009")]
    assert chart["years"][0]["target"] == Decimal("0.0001")


def test_each_part_has_a_chart_of_its_own() -> None:
    small, middle = drawn(("小 8% 中 12%", "小 10% 中 14%"), ("小 7%未満 中 11%未満", "小 6% 中 15%"))
    assert [small["title"], middle["title"]] == ["x 小", "x 中"]
    assert [(y["actual"], y["target"]) for y in middle["years"]] == [(14, 12), (15, 11)]
    assert [y["target_text"] for y in small["years"]] == ["8%", "7%未満"]


def test_a_target_for_each_part_stands_in_every_chart() -> None:
    first, second = drawn(("各校2回", "東校 3回 西校 1回"), ("各校2回", "東校 2回 西校 2回"))
    assert [y["target"] for chart in (first, second) for y in chart["years"]] == [2, 2, 2, 2]


def test_a_range_keeps_both_ends() -> None:
    (chart,) = drawn(("7~8俵", "7.5~8.2俵"), ("8俵以上", "8俵"))
    first, second = chart["years"]
    assert (first["actual_from"], first["actual"], first["target_from"], first["target"]) == (
        Decimal("7.5"), Decimal("8.2"), 7, 8,
    )  # fmt: skip
    assert (second["actual_from"], second["actual"], second["target_from"], second["target"]) == (None, 8, None, 8)


@pytest.mark.parametrize(
    "values",
    [
        (("10件", "5人"), ("10件", "8件")),  # units that do not fit
        (("整備", "整備完了"), ("整備", "課題整理")),
        (("月5件", "月6件"), ("60件", "72件")),  # a month is no year
        (("80%", "0.75"), ("80%", "82%")),  # a share or a slip
    ],
)
def test_what_has_no_one_measure_is_a_timeline_of_words(values: tuple) -> None:
    (chart,) = drawn(*values)
    assert chart["kind"] == "timeline"
    assert [(year["target"], year["actual"]) for year in chart["years"]] == list(values)


def test_nothing_typed_is_nothing_drawn() -> None:
    assert drawn(("", ""), ("－", "-")) == []


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        ("利用 件数", "利用件数", False),
        ("利用件数", "利用人数", True),
        ("－", "利用件数", False),
        ("利用件数", "_", False),
    ],
)
def test_a_goal_that_begins_or_ends_is_no_changed_definition(before: str, now: str, changed: bool) -> None:
    assert renamed(before, now) is changed
