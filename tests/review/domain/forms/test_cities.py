"""Lists of many kinds: every cell right, and what could be meant otherwise is named."""

from typing import Any

import pytest

from review.domain.forms.reading import read_grids
from review.domain.separated import read_separated
from tests.review.domain.forms.books import Case, Page, differences
from tests.review.domain.forms.cities_eighteenth import EIGHTEENTH
from tests.review.domain.forms.cities_eighth import EIGHTH
from tests.review.domain.forms.cities_eleventh import BLOCKS_OF_YEARS, BLOCKS_OF_YEARS_CSV, ELEVENTH
from tests.review.domain.forms.cities_everyday import EVERYDAY
from tests.review.domain.forms.cities_fifteenth import FIFTEENTH
from tests.review.domain.forms.cities_fourteenth import FOURTEENTH
from tests.review.domain.forms.cities_later import LATER, SIDE_BY_SIDE
from tests.review.domain.forms.cities_lists import LISTS
from tests.review.domain.forms.cities_more import MORE
from tests.review.domain.forms.cities_ninth import NINTH, ROWS_OF_VALUES, ROWS_OF_VALUES_CSV
from tests.review.domain.forms.cities_printed import PRINTED
from tests.review.domain.forms.cities_round import CARDS_WITH_SORTS, ROUND, SORTED_LIST
from tests.review.domain.forms.cities_seventeenth import SEVENTEENTH
from tests.review.domain.forms.cities_seventh import SEVENTH, TOTALS, TOTALS_CSV
from tests.review.domain.forms.cities_sheets import SHEET_CASES
from tests.review.domain.forms.cities_sixteenth import SIXTEENTH
from tests.review.domain.forms.cities_tenth import SEMICOLONS, SEMICOLONS_CSV, TENTH
from tests.review.domain.forms.cities_thirteenth import THIRTEENTH
from tests.review.domain.forms.cities_twelfth import TABBED, TABS, TWELFTH
from tests.review.domain.forms.cities_unseen import NOTED, NOTED_CSV, TIDY, TIDY_CSV, UNSEEN
from tests.review.domain.forms.kinds import KINDS
from tests.review.domain.forms.more_kinds import MORE_KINDS

CASES = [
    *UNSEEN, *PRINTED, *ROUND, *LISTS, *SHEET_CASES, *MORE, *LATER, *KINDS, *MORE_KINDS, *SEVENTH, *EIGHTH, *NINTH, *TENTH,
    *ELEVENTH, *TWELFTH, *THIRTEENTH, *FOURTEENTH, *FIFTEENTH, *SIXTEENTH, *SEVENTEENTH, *EIGHTEENTH, *EVERYDAY,
]  # fmt: skip


def test_each_goal_is_an_activity_or_an_outcome_as_its_row_heading_or_label_says() -> None:
    assert [read_grids(case.grids()).sorts() for case in (SORTED_LIST, CARDS_WITH_SORTS, SIDE_BY_SIDE)] == [
        [["activity", "outcome"], ["activity", "outcome"], ["outcome"]],
        [["activity", "activity", "outcome"], ["activity", "outcome"]],
        [["activity", "outcome"], ["activity", "outcome"]],
    ]
    card = Page(
        text="事業名|市民大学|担当課|学習課\n活動指標|講座数|単位|回\nR6目標|10|R6実績|11\n成果指標|満足度|単位|%\nR6目標|80|R6実績|81"
    )
    assert read_grids([card.grid()]).sorts() == [["activity", "outcome"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_citys_list_is_read_with_every_cell(case: Case) -> None:
    read = read_grids(case.grids()).as_data()
    assert differences(read["measures"], case.measures) == {}
    assert case.doubts <= {doubt["code"] for doubt in read["doubts"]}


@pytest.mark.parametrize(
    ("raw", "right", "doubt"),
    [
        (NOTED_CSV.encode("cp932"), NOTED, "left_out"),
        (TIDY_CSV.encode(), TIDY, "left_out"),
        (TOTALS_CSV.encode("cp932"), TOTALS, "total_row"),
        (ROWS_OF_VALUES_CSV.encode(), ROWS_OF_VALUES, "left_out"),
        (BLOCKS_OF_YEARS_CSV.encode("cp932"), BLOCKS_OF_YEARS, "year_without_era"),
        (TABS.encode("cp932"), TABBED, ""),
        (SEMICOLONS_CSV.encode("utf-8-sig"), SEMICOLONS, "group_assumed"),
    ],
)
def test_a_list_saved_as_csv_is_read_with_every_cell(raw: bytes, right: list[dict[str, Any]], doubt: str) -> None:
    read = read_grids([read_separated(raw.replace(b"\n", b"\r\n"))]).as_data()
    assert differences(read["measures"], right) == {}
    assert not doubt or doubt in {one["code"] for one in read["doubts"]}


def test_what_cannot_be_divided_is_left_whole_and_named() -> None:
    """Two goals in a cell and three values beside them; a heading of two values over cells of one; a remark under goals."""
    lines = Page(text="施策|指標|担当課|R6目標|R6実績\n甲|①来訪⏎②満足|市民課|①1⏎②2|①1⏎②2⏎③3")
    arrow = Page(text="施策|指標|担当課|現状値(R4)→目標値(R8)|R6実績\n甲|来訪|市民課|5人|6人\n乙|満足|市民課|7人|8人")
    remark = Page(text="施策|指標|単位|R6目標|R6実績\n甲|来訪|人|5|6\n|市民の声|もっと早くしてほしいという声が多い。||")
    read = [read_grids([page.grid()]).as_data() for page in (lines, arrow, remark)]
    goals = [[goal for one in data["measures"] for goal in one["indicators"]] for data in read]
    assert [len(one) for one in goals] == [1, 2, 1]
    assert goals[1][0]["targets"] == {} and goals[1][0]["baseline"] == ""
    named = [{doubt["code"] for doubt in data["doubts"]} for data in read]
    assert [codes & {"several_in_cell", "unknown_column", "unplaced"} for codes in named] == [
        {"several_in_cell"}, {"unknown_column"}, {"unplaced"},
    ]  # fmt: skip


def test_the_second_sheet_of_a_measure_goes_on_from_the_first_and_never_from_anothers() -> None:
    front = "番号|{}|施策名|窓口\n担当課|市民課|目的|早くする。"
    table = "指標|単位|R6目標|R6実績\n{}|分|5|6"
    pages = [
        Page(title="1", text=front.format("1-1")),
        Page(title="2", text="施策名|窓口|番号|1-1\n" + table.format("待ち時間")),
        Page(title="3", text=front.format("1-2")),
        Page(title="4", text="番号|1-2\n目的|親切にする。\n" + table.format("苦情")),
        Page(title="5", text="番号|1-3\n目的|広くする。\n" + table.format("面積")),
    ]
    read = read_grids([page.grid() for page in pages]).as_data()
    assert [(one.get("code", ""), [goal["name"] for goal in one["indicators"]]) for one in read["measures"]] == [
        ("1-1", ["待ち時間"]), ("1-2", ["苦情"]), ("", ["面積"]),
    ]  # fmt: skip
    named = [(doubt["code"], doubt["sheet"]) for doubt in read["doubts"]]
    assert [sheet for code, sheet in named if code == "sheet_joined"] == ["2", "4"]
    assert ("unplaced", "5") in named


def test_a_row_of_no_kind_is_the_head_of_the_rows_below_or_no_goal() -> None:
    text = (
        "施策|指標|単位|区分|R6|R7\n甲|来訪|人|||\n|||目標|5|6\n|||実績|7|\n|満足|%|||\n|||目標|8|9\n|市民の声|早い|||"
    )
    read = read_grids([Page(text=text).grid()]).as_data()
    (one,) = read["measures"]
    goals = [(goal["name"], goal["targets"], goal["actuals"]) for goal in one["indicators"]]
    assert goals == [("来訪", {"2024": "5", "2025": "6"}, {"2024": "7"}), ("満足", {"2024": "8", "2025": "9"}, {})]
    assert [doubt["detail"] for doubt in read["doubts"] if doubt["code"] == "unplaced"] != []


def test_a_doubt_of_half_a_cell_keeps_the_whole_for_whoever_rewrites_it() -> None:
    text = "施策|指標|担当課|目標/実績|R6実績\n甲|来訪|市民課|5/6|7\n乙|満足|市民課|8/9|9"
    proposal = read_grids([Page(text=text, title="R6年度").grid()])
    assert {doubt.code for doubt in proposal.doubts} >= {"two_in_cell", "year_from_title"}
    assert proposal.cells["R6年度", "D1"] == "目標/実績"
