"""A year in any writing, and what makes it doubtful."""

import pytest

from review.domain.forms.headings import Role, is_year_only, understand
from review.domain.forms.years import named_year


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("R6", 2024), ("令和6年度", 2024), ("2024", 2024), ("H30", 2018), ("(2024)年度", 2024),
        ("令和6年度(2024)", 2024), ("2024年度\n(R6)", 2024), ("令和元年度", 2019), ("R元", 2019), ("R06", 2024),
        ("平成31年度・令和元年度", 2019), ("FY2024", 2024), ("令和5年度末", 2023), ("1,500", None), ("第3期", None), ("12", None),
        ("PR6", None), ("20240", None),
    ],
)  # fmt: skip
def test_a_year_is_read_in_any_writing(text: str, year: int | None) -> None:
    named = named_year(text)
    assert (named.year, named.doubt) == (year, "")


@pytest.mark.parametrize(
    ("text", "year", "doubt"),
    [
        ("R6.3末", 2023, "year_by_month"), ("令和8年3月31日現在", 2025, "year_by_month"), ("R6.4.1", 2024, "year_by_month"),
        ("6年度", 2024, "year_without_era"), ("R6〜R10", 2028, "year_range"), ("R5・R6", 2024, "years_differ"),
    ],
)  # fmt: skip
def test_a_doubtful_year_says_why(text: str, year: int, doubt: str) -> None:
    named = named_year(text)
    assert (named.year, named.doubt) == (year, doubt)


@pytest.mark.parametrize(
    ("path", "role", "year"),
    [
        (["実績値", "R6"], Role.ACTUAL, 2024), (["R6", "目標"], Role.TARGET, 2024), (["令和6年度計画"], Role.TARGET, 2024),
        (["基準値", "R5"], Role.BASELINE, 2023), (["R6年間目標"], Role.TARGET, 2024), (["R6上半期実績"], Role.LEFT_OUT, 2024),
        (["R6", "達成率"], Role.LEFT_OUT, 2024), (["指標", "名称"], Role.GOAL, None), (["指標", "R6"], Role.YEARLY, 2024),
        (["令和5年度実績(基準値)"], Role.BASELINE, 2023), (["2030年度(目標年度)"], Role.TARGET, 2030), (["目 標 値※1"], Role.TARGET, None),
        (["実績の推移", "R6"], Role.ACTUAL, 2024), (["2023(R5)年度", "目標"], Role.TARGET, 2023), (["目標値", "単位"], Role.UNIT, None), (["R6", "担当課"], Role.DEPARTMENT, 2024),
    ],
)  # fmt: skip
def test_headings_above_a_column_are_read_together(path: list[str], role: Role, year: int | None) -> None:
    heading = understand(path)
    assert (heading.role, heading.year) == (role, year)


@pytest.mark.parametrize("text", ["2023(R5)年度", "令和5(2023)年度", "R5(2023)年", "令和6年度(2024)"])
def test_a_year_in_two_writings_says_nothing_else(text: str) -> None:
    assert is_year_only(text)
