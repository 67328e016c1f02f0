"""Two editions side by side, and one 施策 through its years: what differs, what was renamed, whose value counts."""

from __future__ import annotations

from typing import Any

from review.domain import rating
from review.publication.services import comparing


def cell(year: int, actual: str = "80件", name: str = "利用件数") -> dict[str, Any]:
    return {"fiscal_year": year, "name": name, "target": "100件", "actual": actual}


def goal(*years: dict[str, Any], grade: str = "B") -> dict[str, Any]:
    return {
        "number": 1,
        "years": list(years),
        "status": "missed",
        "rate": "0.8",
        "rate_text": "80%",
        "grade": grade,
        "given_reason": "",
    }


def measure(code: str, *goals: dict[str, Any], **changed: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": code,
        "name": "施策",
        "owner": "市民課",
        "grade": "B",
        "outcome": "",
        "outcome_reason": "",
    }
    row |= {"related": [], "related_all": False, "related_text": "", "schedule": [], "evaluation": {"cause": ""}}
    cause = {"evaluation": {"cause": changed.pop("cause")}} if "cause" in changed else {}
    return {**row, **cause, "indicators": list(goals), **changed}


def edition(year: int, *measures: dict[str, Any]) -> dict[str, Any]:
    return {"fiscal_year": year, "scale": rating.DEFAULT.as_data(), "measures": list(measures)}


def test_the_same_twice_does_not_differ() -> None:
    one = edition(2024, measure("01-01", goal(cell(2024))))
    (row,) = comparing.side_by_side(one, one)
    assert not row.differs and row.there == (True, True)


def test_each_kind_of_difference_is_noticed() -> None:
    left = measure("01-01", goal(cell(2023), cell(2024)))
    for right in (
        measure("01-01", goal(cell(2023), cell(2024, "90件"))),
        measure("01-01", goal(cell(2023), cell(2024)), grade="A"),
        measure("01-01", goal(cell(2023), cell(2024)), outcome="excluded"),
        measure("01-01", goal(cell(2023), cell(2024)), cause="書き足した要因"),
        measure("01-01", goal(cell(2023, "81件"), cell(2024))),
        measure("01-01"),
    ):
        (row,) = comparing.side_by_side(edition(2024, left), edition(2024, right))
        assert row.differs, right


def test_what_is_equal_as_it_was_frozen_does_not_differ() -> None:
    same, left, right = (
        measure(code, goal(cell(2024, actual)))
        for code, actual in (("01-01", "80件"), ("01-02", "80件"), ("01-02", "90件"))
    )
    gone, new = measure("01-03", goal(cell(2024))), measure("01-04", goal(cell(2024)))
    one, other = edition(2024, same, left, gone), edition(2024, same, right, new)
    assert [row.code for row in comparing.differing(one, other)] == ["01-02", "01-03", "01-04"]
    scale = [{**grade, "name": f"{grade['name']}。"} for grade in other["scale"]]
    for pair in ((one, other), (one, {**other, "scale": scale})):
        assert comparing.differing(*pair) == [row for row in comparing.side_by_side(*pair) if row.differs]


def test_what_stands_in_no_column_is_shown_as_it_was_and_as_it_is() -> None:
    left = measure("01-01", goal(cell(2023, "762件"), cell(2024)), cause="前の要因", related=["市民課", "総務課"])
    right = measure(
        "01-01", goal(cell(2023, "767件"), cell(2024, "90件")), cause="後の要因", related=["総務課", "市民課"]
    )
    (row,) = comparing.side_by_side(edition(2024, left), edition(2024, right))
    assert row.lines == (
        ("関連部署", "市民課、総務課", "総務課、市民課"),
        ("成果目標① 令和5年度 実績", "762件", "767件"),
        ("要因", "前の要因", "後の要因"),
    ), "this year's own value stands in the columns"
    (other,) = comparing.side_by_side(edition(2023, left), edition(2024, right))
    assert not other.lines, "of another year every text is another"


def test_texts_of_different_years_are_not_compared_but_values_are() -> None:
    left = edition(2023, measure("01-01", goal(cell(2023)), cause="前年度の要因"))
    right = edition(2024, measure("01-01", goal(cell(2023), cell(2024, "90件"))))
    (row,) = comparing.side_by_side(left, right)
    assert not row.other
    assert (row.indicators[0].left.actual, row.indicators[0].right.actual) == ("80件", "90件")


def test_a_measure_of_one_side_only_is_shown_with_its_gap() -> None:
    rows = comparing.side_by_side(edition(2024, measure("01-02")), edition(2024, measure("01-01", name="新しい施策")))
    assert [(row.code, row.name, row.there) for row in rows] == [
        ("01-01", "新しい施策", (False, True)),
        ("01-02", "施策", (True, False)),
    ]
    assert all(row.differs for row in rows)


def test_a_name_in_other_letters_is_no_new_definition() -> None:
    def renamed(name: str) -> bool:
        right = edition(2024, measure("01-01", goal(cell(2024, name=name))))
        (row,) = comparing.side_by_side(edition(2024, measure("01-01", goal(cell(2024)))), right)
        return row.indicators[0].renamed

    assert not renamed("利用 件数")
    assert renamed("満足度")


def test_each_year_keeps_the_value_of_its_own_edition() -> None:
    first = edition(2023, measure("01-01", goal(cell(2023, "80件"), cell(2024, ""), grade="C")))
    second = edition(
        2024, measure("01-01", goal(cell(2022, "70件"), cell(2023, "99件"), cell(2024, "90件"), grade="A"))
    )
    rows, indicators = comparing.run([(2023, first), (2024, second)], "01-01")
    years = indicators[0]["table"]["years"]
    assert [(one["year"], one["actual"], one["grade"]) for one in years] == [
        (2022, "70件", ""), (2023, "80件", "C"), (2024, "90件", "A"),
    ]  # fmt: skip
    assert [(year, row["grade"], row["owner"]) for year, row in rows.items()] == [
        (2023, "B", "市民課"), (2024, "B", "市民課"),
    ]  # fmt: skip


def test_a_year_without_the_measure_is_left_out() -> None:
    books = [(2023, edition(2023)), (2024, edition(2024, measure("01-01", goal(cell(2024)))))]
    rows, indicators = comparing.run(books, "01-01")
    assert list(rows) == [2024] and len(indicators) == 1
