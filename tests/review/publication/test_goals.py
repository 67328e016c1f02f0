"""What became of the goals since last year: on the same goals, by one definition, and only where both years were judged."""

from __future__ import annotations

from typing import Any

from review.domain import rating
from review.publication.services import goals


def goal(number: int, grade: str, before: tuple[str, str], **other: Any) -> dict[str, Any]:
    """A goal with last year's (目標, 実績) and this year's grade."""
    years = [
        {"fiscal_year": 2023, "name": "利用件数", "target": before[0], "actual": before[1]},
        {"fiscal_year": 2024, "name": other.pop("name", "利用件数"), "target": "100件", "actual": "80件"},
    ]
    return {"number": number, "grade": grade, "direction": "up", "kind": "year", "years": years, **other}


def snapshot(year: int, *rows: dict[str, Any]) -> dict[str, Any]:
    measures = [{"code": "01-01", "name": "施策", "indicators": list(rows)}]
    return {"fiscal_year": year, "scale": rating.DEFAULT.as_data(), "measures": measures}


def test_last_year_is_computed_by_the_same_rules_where_no_edition_judged_it() -> None:
    now = snapshot(
        2024, goal(1, "B", ("100件", "120件")), goal(2, "A", ("100件", "40件")), goal(3, "B", ("100件", "85件"))
    )
    change = goals.change(now, None)
    assert [(one.number, one.before, one.now, one.steps) for one in change.better] == [(2, "D", "A", 3)]
    assert [(one.number, one.before, one.now, one.steps) for one in change.worse] == [(1, "A", "B", -1)]
    assert (change.base, dict(change.before), dict(change.now)) == (3, {"A": 1, "D": 1, "B": 1}, {"B": 2, "A": 1})


def test_what_was_published_counts_and_not_what_would_be_computed() -> None:
    now = snapshot(2024, goal(1, "B", ("100件", "120件")))
    by_hand = snapshot(2023, {**now["measures"][0]["indicators"][0], "grade": "C"})
    assert [one.before for one in goals.change(now, by_hand).better] == ["C"]


def test_a_goal_of_another_definition_or_without_a_verdict_is_not_compared() -> None:
    now = snapshot(
        2024,
        goal(1, "B", ("100件", "120件"), name="利用人数"),
        goal(2, "－", ("100件", "120件")),
        goal(3, "B", ("100件", "")),
        goal(4, "B", ("100件", "120件"), direction=""),
        goal(5, "B", ("", "")),
    )
    assert goals.change(now, None).base == 0


def test_an_edition_on_another_scale_is_no_measure_for_this_one() -> None:
    now = snapshot(2024, goal(1, "B", ("100件", "120件")))
    other = {**snapshot(2023, {**now["measures"][0]["indicators"][0], "grade": "B"})}
    other["scale"] = rating.PRESETS["sabc"].as_data()
    assert [one.before for one in goals.change(now, other).worse] == ["A"]
