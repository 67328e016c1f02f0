"""What does not look like what it was read as is named, with its cell; what looks right raises nothing."""

from __future__ import annotations

import pytest

from review.domain.forms.headings import Corrections, Role
from review.domain.forms.plausible import is_odd
from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Page

LIST = "分野|施策|担当課|指標|単位|R6目標|R6実績\n安心|防災|防災課|訓練の回数|回|5|6\n学び|図書館|図書館|貸出冊数|冊|900|870\n{}"


def named(text: str) -> set[tuple[str, str]]:
    """(code, cell) of each doubt."""
    return {(one["code"], one["cell"]) for one in read_grids([Page(text=text).grid()]).as_data()["doubts"]}


def test_a_clean_list_raises_no_doubt() -> None:
    assert named(LIST.format("学び|公民館|生涯学習課|講座数|講座|40|41")) == set()


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ("○順調 △遅れ|健診|健康課|受診率|%|50|51", ""),
        ("健やか|2,310|健康課|受診率|%|50|51", "B4"),
        ("健やか|健診|健診の案内|受診率|%|50|51", "C4"),
        ("健やか|健診|12課|受診率|%|50|51", "C4"),
        ("健やか|健診|健康課|51.2|%|50|51", "D4"),
        ("健やか|健診|健康課|多くの人が受けられるようにする。|%|50|51", "D4"),
        ("健やか|健診|健康課|受診率|若い人の受診が少ない。|50|51", "E4"),
        ("健やか|健診|健康課|受診率|%|健康課|51", "F4"),
        ("健やか|健診|健康課|受診率|%|50|R6", "G4"),
        ("健やか|健診|健康課|受診率|%|50|B", "G4"),
        ("健やか|健診|健康課|受診率|%|50|実績値", "G4"),
    ],
)
def test_a_cell_that_does_not_look_like_its_column_is_named(row: str, cell: str) -> None:
    assert (("odd", cell) in named(LIST.format(row))) is bool(cell)


def test_a_column_that_is_odd_throughout_is_named_once_by_its_heading() -> None:
    rows = "\n".join(f"安心|施策{n}|第{n}班の人たち|指標{n}|件|{n}|{n}" for n in range(4))
    doubts = named("分野|施策|担当課|指標|単位|R6目標|R6実績\n" + rows)
    assert {cell for code, cell in doubts if code == "odd"} == {"C1"}


def test_what_the_whole_shows_is_named() -> None:
    """The same number or name twice, a goal without a value, 施策 without goals, a 分野 for each, shares among counts."""
    head = "番号|分野|施策|指標|R5実績|R6目標|R6実績\n"
    numbered = "1|甲|防災|訓練|4|5|6\n1|乙|防犯|事件|12|10|95.3%\n2|丙|消火|器材|||\n3|丁|救急||||\n"
    named_again = "1|甲|防災|訓練|4|5|6\n2|乙|防災|備蓄|4|5|6\n"
    codes = {code for text in (numbered, named_again) for code, _cell in named(head + text)}
    assert codes >= {"code_twice", "name_twice", "goal_without_value", "no_goal", "groups_once", "values_unlike"}


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (Role.UNIT, "千t-CO2"), (Role.UNIT, "人/10万人"), (Role.DEPARTMENT, "まち・ひと・しごと創生課"), (Role.ACTUAL, "達成"),
        (Role.DEPARTMENT, "総務課\n(各課)"), (Role.DEPARTMENT, "観光協会"), (Role.TARGET, "検討"), (Role.TARGET, "全課"),
        (Role.ACTUAL, "－"), (Role.GROUP, "基本目標1 稼ぐ力を高める"), (Role.GOAL, "2023年度からの累計登録者数"), (Role.MEASURE, "〃"),
    ],
)  # fmt: skip
def test_what_cities_write_is_not_odd(role: Role, text: str) -> None:
    assert not is_odd(role, text)


def test_a_table_that_only_counts_is_left_out_and_named() -> None:
    counts = "施策の柱|目標数|達成|改善\n柱1|2|1|1\n柱2|3|1|2\n合計|5|2|3\n"
    wrong = counts.replace("合計|5", "合計|6")
    rest = "施策|指標|R6目標|R6実績\n防災|訓練|5|6"
    assert ("tally", "A1") in named(counts + rest)
    assert "tally" not in {code for code, _cell in named(wrong + rest)}


def test_a_cell_that_a_person_blanks_leaves_no_fault() -> None:
    page = Page(text="市の計画\n施策|指標|R6目標|R6実績\n防災|訓練|5|6", title="一覧")
    read = read_grids([page.grid()], Corrections.of({"cells": {"一覧": {"A1": ""}}})).as_data()
    assert [one["name"] for one in read["measures"]] == ["防災"]


def test_words_that_nobody_knows_are_taken_for_names_only_with_a_doubt() -> None:
    text = "基本目標|しごと|指標|R6目標|R6実績\n{}防災|訓練|5|6\n安心|防犯|事件|10|9"
    page = Page(text=text.format("安心|"))
    read = read_grids([page.grid()]).as_data()
    assert [(one["group"], one["name"]) for one in read["measures"]] == [("安心", "防災"), ("安心", "防犯")]
    assert [(one["code"], one["cell"]) for one in read["doubts"]] == [("measure_assumed", "B1")]


CARDS = """
No.|1|事業名|敬老会|担当|長寿課|
区分|指標名|単位|R4|R5|R6|R7
活動指標|開催回数|回||||
計画|||1|1|1|2
実績|||1|1|1|
成果指標|参加者数|人||||
計画|||500|510|520|530
実績|||480|505|498|
評価|B|方向性|継続|||
No.|2|事業名|配食|担当|介護課|
区分|指標名|単位|R4|R5|R6|R7
活動指標|配食数|食||||
計画|||90|92|94|96
実績|||88|93|95|
評価|A|方向性|拡充|||
"""


def test_one_column_says_the_kind_of_goal_and_what_each_row_holds() -> None:
    proposal = read_grids([Page(text=CARDS).grid()])
    first, second = proposal.as_data()["measures"]
    assert [(goal["name"], goal["targets"]["2025"], goal["actuals"]["2024"]) for goal in first["indicators"]] == [
        ("開催回数", "2", "1"), ("参加者数", "530", "498"),
    ]  # fmt: skip
    assert (second["code"], second["departments"], second["texts"]) == ("2", ["介護課"], {"方向性": "拡充"})
    assert proposal.sorts() == [["activity", "outcome"], ["activity"]]


def test_a_label_said_anew_after_a_table_holds_from_there_on() -> None:
    text = "KPI|移住者数\n所管課|企画課\n単位|人\n年度|R5|R6\n目標|60|70\n実績|66|59\nKPI|成約数\n所管課|住宅課\n単位|件\n年度|R5|R6\n目標|6|7\n実績|6|9"
    read = read_grids([Page(text=text).grid()]).as_data()["measures"]
    expected = [(["企画課"], "移住者数", "人"), (["住宅課"], "成約数", "件")]
    assert expected == [(one["departments"], goal["name"], goal["unit"]) for one in read for goal in one["indicators"]]


def test_a_share_beside_bare_numbers_is_none_where_the_unit_says_so() -> None:
    text = "施策|指標|単位|R5実績|R6目標|R6実績\n防災|参加率|%|70%|8|9\n防災|参加者|人/年|70人|80|9\n防災|備蓄|食|70|80|95%"
    read = read_grids([Page(text=text).grid()]).as_data()
    assert [one["detail"].split("」")[0] for one in read["doubts"] if one["code"] == "values_unlike"] == ["指標「備蓄"]


@pytest.mark.parametrize(
    "text",
    [
        "累計30",
        "±0",
        "年2回",
        "月1回",
        "延べ120人",
        "平均3.2",
        "(累計) 30人",
        "月平均 約3.2件",
        "1日平均3.2人",
        "前年度比±0",
    ],
)
def test_a_number_with_the_word_of_how_it_is_counted_is_a_value(text: str) -> None:
    others = LIST.format("学び|公民館|生涯学習課|講座数|講座|40|41\n学び|文化|文化課|催しの数|回|7|8\n")
    assert "odd" not in {code for code, _cell in named(others + f"学び|体育館|スポーツ課|利用の数|人|{text}|{text}")}


def test_decimals_that_are_added_are_named_with_their_goals() -> None:
    head = "施策|指標|R5実績|R6目標\n防災|訓練|1200|1300\n"
    with_decimals = Page(text=f"{head}健診|受診率|51.5|60\n", numbers=True)
    doubts = read_grids([with_decimals.grid()]).as_data()["doubts"]
    assert [one["proposal"] for one in doubts if "「受診率」" in one["detail"]] == ["60 → 60.0"]
    only_commas = read_grids([Page(text=head, numbers=True).grid()]).as_data()["doubts"]
    assert "bare_numbers" in {one["code"] for one in only_commas}
    assert "decimals_added" not in {one["code"] for one in only_commas}
