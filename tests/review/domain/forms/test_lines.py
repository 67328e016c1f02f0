"""What a line around a table says of it: its goal, its unit, its year, its field."""

import pytest

from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Page


@pytest.mark.parametrize("unit", ["千枚", "事業"])
def test_a_line_of_labels_over_a_table_names_its_goal_and_unit(unit: str) -> None:
    goals = "数値目標|{}|||単位|" + unit + "\n年度|現状値（R4）|R5|R6|R7|R8\n目標|3|5|6|7|8\n実績||4|7|5|\n"
    card = f"取組番号|1-1|取組名|紙を減らす||\n{goals.format('購入の枚数')}{goals.format('印刷の枚数')}"
    read = read_grids([Page(text=card, merged="B2:D2 B4:B5 B6:D6 B8:B9").grid()])
    expected = [(name, unit, "3", "8", "5") for name in ("購入の枚数", "印刷の枚数")]
    shown = [goal.as_data() for one in read.measures for goal in one.goals.values()]
    assert expected == [
        (one["name"], one["unit"], one["baseline"], one["targets"]["2026"], one["actuals"]["2025"]) for one in shown
    ]
    assert read.doubts == ()


def test_a_turned_sheet_may_head_its_names_with_a_word_for_values() -> None:
    text = "消防計画||\n基本方針|1 予防|\n成果目標|設置率|検査件数\n単位|％|件\n基準値（R3）|79|612\nR4実績|80|655\n目標値（R8）|90|750\n担当課|予防課|予防課"
    (one,) = read_grids([Page(text=text, merged="B2:C2").grid()]).measures
    assert (one.name, [goal.name for goal in one.goals.values()]) == ("1 予防", ["設置率", "検査件数"])


@pytest.mark.parametrize(
    "line", ["計画期間：令和3年度～令和12年度（目標値は計画最終年度の値）", "計画期間|令和3年度～令和12年度"]
)
def test_a_target_without_a_year_is_of_the_last_year_of_the_period(line: str) -> None:
    text = f"住まいの計画\n{line}\n基本目標|指標|R6|R7|目標値|担当課\n1 安全|耐震化率|86%|87%|95%|住宅課\n2 安心|空き家|9件|8件|5件|住宅課"
    read = read_grids([Page(text=text).grid()])
    goals = [goal.as_data()["targets"] for one in read.measures for goal in one.goals.values()]
    assert goals == [{"2030": "95%"}, {"2030": "5件"}]
    assert "year_from_title" in {one.code for one in read.doubts}


@pytest.mark.parametrize("line", ["計画期間 令和6年度～令和8年度", "計画期間：令和6年度～令和8年度"])
def test_a_heading_below_the_line_of_the_period_is_none_of_its_value(line: str) -> None:
    table = "指標|単位|R6目標|R6実績|担当課\n通いの場|か所|5|6|介護課\n"
    text = f"高齢者の計画|指標一覧\n{line}\n1 介護予防\n{table}2 認知症\n{table.replace('通いの場', 'カフェ')}"
    read = read_grids([Page(text=text).grid()])
    assert [one.name for one in read.measures] == ["1 介護予防", "2 認知症"]


def test_what_a_card_costs_is_a_text_of_it_and_the_period_of_a_plan_is_none_of_its_first_card() -> None:
    card = "施策名|{}|決算額（千円）|4,812|担当課|福祉課\n指標|単位|R6目標|R6実績\n来訪|人|5|6\n"
    text = f"福祉計画\n計画期間：令和5年度～令和9年度\n{card.format('担い手')}{card.format('居場所')}"
    read = read_grids([Page(text=text).grid()])
    cost = {"決算額": "4,812"}
    assert [(one.name, one.texts) for one in read.measures] == [("担い手", cost), ("居場所", cost)]
    assert read.doubts == ()


def test_a_legend_of_numbers_is_no_field() -> None:
    text = "施策|指標|R6目標|R6実績\n甲|来訪|5|6\n乙|満足|7|8\n達成度 4:目標達成 3:向上 2:横ばい 1:低下\n丙|参加|7|8"
    assert read_grids([Page(text=text).grid()]).doubts == ()
