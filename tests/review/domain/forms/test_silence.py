"""What is read wrongly is named: over every form that was ever tried, and over what happens to forms from one year to the next."""

from __future__ import annotations

import pytest

from review.domain.forms.reading import read_grids
from review.domain.sheet import DocumentError
from tests.review.domain.forms.books import Case, Page, goal, measure
from tests.review.domain.forms.measured import Measured, measured, refused
from tests.review.domain.forms.mutations import everything
from tests.review.domain.forms.test_cities import CASES
from tests.review.domain.forms.unseen import UNSEEN_FILES

#: What stays silent at most, of a thousand cells: what slipped with nothing beside it to show it.
SHARE = 5
#: kind of change -> the same where it is more: a slip on a sheet of one goal looks like any other sheet
MORE = {"shifted": 12, "headings_in_one": 15}


@pytest.mark.drill
@pytest.mark.timeout(1800)  # begun among the first: at the end two of three processes would wait for it
def test_what_is_read_wrongly_of_a_changed_list_is_named() -> None:
    counts: dict[str, Measured] = {}
    for kind, _name, grids, right in everything([*CASES, *UNSEEN_FILES], 1):
        try:
            one = measured(read_grids(grids), right, grids)
        except DocumentError:
            one = refused(right)
        counts.setdefault(kind, Measured()).__iadd__(one)
    assert len(counts) == 14
    for kind, count in counts.items():
        cells = count.right + len(count.doubted) + len(count.silent)
        assert len(count.silent) * 1000 <= MORE.get(kind, SHARE) * cells, (kind, str(count), count.silent[:5])


def test_a_form_that_is_read_right_asks_little() -> None:
    """At most three doubts for two forms, known words that have no place among them."""
    assert sum(len(read_grids(case.grids()).doubts) for case in CASES) * 2 <= 3 * len(CASES)


def test_the_measure_tells_right_doubted_and_silent_apart() -> None:
    page = Page(text="施策|指標|担当課|R6目標|目盛り\n甲|来訪|市民課|5|6\n乙|満足|市民課|7|8")
    right = [
        measure("甲", "市民課", goal("来訪", "", "", "2024=5", "2024=6")),
        measure("乙", "企画課", goal("満足", "", "", "2024=7", "2024=8")),
    ]
    count = measured(read_grids([page.grid()]), right, [page.grid()])
    assert {what for _goal, what, *_texts in count.doubted} == {"actuals/2024"} and len(count.doubted) == 2
    assert count.silent == [("満足", "departments", "市民課", "企画課")]
    assert count.right == 7


LIST = "分野|施策|担当課|指標|単位|R5実績|R6目標|R6実績\n" + "\n".join(
    f"学び|施策{name}|学習課|{name}の数|{unit}|{n}0|{n}2|{n}3"
    for n, (name, unit) in enumerate(zip("甲乙丙丁戊", "人件回冊台", strict=True), 5)
)


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("人|50|52|53", "人|50||53", ("gap", "G2")),
        ("丙の数|回|70", "丙の数||70", ("gap", "E4")),
        ("学習課|丁の数", "|丁の数", ("gap", "C5")),
        ("人|50|52|53", "人|50|52|満足度", ("odd", "H2")),
        ("人|50|52|53", "人|50|甲の数|53", ("odd", "G2")),
        ("人|50|52|53", "人|50|52|5,300", ("value_unlike", "")),
        ("戊の数|台|90|92|93", "戊の数|台|||93", ("years_unlike", "")),
        ("甲の数|人", "52人|人", ("odd", "D2")),
        ("甲の数|人", "活動指標|人", ("odd", "D2")),
        ("甲の数|人", "甲の数|○", ("odd", "E2")),
        ("甲の数|人", "甲の数|目標", ("odd", "E2")),
        ("学び|施策丙", "以下は県と共通\n学び|施策丙", ("odd", "A4")),
        ("学び|施策丙", "|以下は県と共通\n学び|施策丙", ("section_assumed", "B4")),
    ],
)  # fmt: skip
def test_a_cell_that_breaks_what_a_list_keeps_to_is_named(old: str, new: str, doubt: tuple[str, str]) -> None:
    def doubts(text: str) -> set[tuple[str, str]]:
        return {(one.code, one.cell) for one in read_grids([Page(text=text).grid()]).doubts}

    assert doubts(LIST) == set()
    assert LIST.count(old) == 1 and doubt in doubts(LIST.replace(old, new))


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("施策|担当課|指標|R5目標|R6目標\n甲|市民課|来訪|5|6\n||満足|7|8\n乙|税務課|苦情|9|8", ""),
        ("施策|担当課|指標|R5目標|R6目標\n甲||来訪|5|6\n|市民課|満足|7|8\n乙|税務課|苦情|9|8", "slipped"),
        ("施策|担当課|指標|R5目標|R6目標\n|市民課|来訪|5|6\n甲||満足|7|8\n乙|税務課|苦情|9|8", "slipped"),
        ("施策名|甲|担当課|市民課\n指標|R4目標|R5目標|R6目標\n来訪|5|6|7", ""),
        ("施策名|甲|担当課|市民課\n指標|R4目標|R5目標|R6目標\n来訪||6|7", "gap"),
        ("施策名|甲|担当課|市民課\n指標|R4目標|R5目標|R6目標\n来訪|5||7", "gap"),
        ("施策名|甲|担当課|市民課\n指標|R4目標|R5目標|R6目標\n来訪|5|6|", "gap"),
        ("施策名|甲|担当課|市民課\n指標|R4実績|R5実績|R6実績\n来訪|5||7", "gap"),
        ("施策名|甲|担当課|市民課\n指標|R4実績|R5実績|R6実績\n来訪|5|6|", ""),
    ],
)
def test_a_column_that_begins_too_low_and_a_year_without_value_are_named(text: str, doubt: str) -> None:
    codes = {one.code for one in read_grids([Page(text=text).grid()]).doubts} & {"slipped", "gap"}
    assert codes == ({doubt} if doubt else set())


def test_what_only_says_again_what_others_say_is_not_asked_about() -> None:
    """A count of the rows and rates of 実績 by 目標 are left out without a word; other numbers and other columns with one."""
    text = "No.|施策|指標|R6目標|R6実績|達成率\n{}|甲|来訪|50|60|{}\n{}|乙|満足|70|80|114%"
    read = {
        cells: read_grids([Page(text=text.format(*cells)).grid()]) for cells in (("1", "120%", "2"), ("7", "順調", "3"))
    }
    assert [[one.code for one in proposal.doubts] for proposal in read.values()] == [[], ["left_out"]]


def test_what_is_left_out_on_several_sheets_is_said_once() -> None:
    card = "施策名|{}|担当課|市民課\n事業費|500|会計|一般\n人件費|300|記入者|係長\n指標|R6目標|R6実績\n来訪|5|6"
    doubts = read_grids([Page(title=name, text=card.format(name)).grid() for name in "甲乙"]).doubts
    assert [(one.code, one.sheet) for one in doubts if one.code == "left_out"] == [("left_out", "甲")]


@pytest.mark.parametrize(
    ("text", "doubt", "names"),
    [
        ("|分野|施策|指標|R6目標|R6実績\n1|暮らし|甲|来訪|5|6\n2|暮らし|乙|満足|7|8", "", ["甲", "乙"]),
        ("|指標|R6目標|R6実績\n環境目標1 水|||\n1|来訪|5|6\n2|満足|7|8", "", ["環境目標1 水"]),
        (
            "基本目標|施策||指標|R6目標|R6実績\n1 水|川|清掃|来訪|5|6\n1 水|川|調査|満足|7|8",
            "measure_assumed",
            ["清掃", "調査"],
        ),
        ("施策|指標|年度||\n||R5|R6|R7\n甲|来訪|5|6|7\n乙|満足|7|8|9", "kind_assumed", ["甲", "乙"]),
        ("施策|指標|R4実績||R6実績\n甲|来訪|15|6|7\n乙|満足|17|8|9", "unknown_column", ["甲", "乙"]),
    ],
)
def test_a_column_without_a_heading_is_read_by_what_stands_in_it_or_named(
    text: str, doubt: str, names: list[str]
) -> None:
    read = read_grids([Page(text=text).grid()])
    assert [one.name for one in read.measures] == names
    assert {one.code for one in read.doubts} >= ({doubt} if doubt else set())


def test_what_one_table_takes_from_the_one_before_is_named() -> None:
    lists = "指標一覧|||\n■ 環境|||\n施策|指標|R6目標|R6実績\n甲|来訪|5|6\n取組|KPI|R6目標|R6実績\n乙|満足|7|8"
    read = read_grids([Page(text=lists).grid()]).as_data()
    assert [one["group"] for one in read["measures"]] == ["■ 環境", "■ 環境"]
    assert ("section_kept", "A5") in {(one["code"], one["cell"]) for one in read["doubts"]}


def test_targets_and_results_that_fall_apart_are_named() -> None:
    pages = [
        Page(title="目標", text="施策|指標|R5目標|R6目標\n甲|来訪|5|6\n甲|満足|7|8"),
        Page(title="実績", text="施策|指標|R5実績|R6実績\n甲|来訪|5|6\n乙|満足|7|8"),
    ]
    doubts = read_grids([page.grid() for page in pages]).doubts
    assert ["満足" in one.detail for one in doubts if one.code == "goal_split"] == [True]


def test_what_is_said_of_several_columns_is_one_doubt_that_names_all() -> None:
    case = Case(name="", pages=[Page(text="施策|指標|R6目標|R6実績|評価|備考\n甲|来訪|5|6|A|なし")], measures=[])
    (doubt,) = read_grids(case.grids()).doubts
    assert (doubt.code, doubt.cell) == ("left_out", "E1") and "「評価」「備考」" in doubt.detail


def test_a_line_above_a_table_is_taken_for_a_field_only_with_a_doubt() -> None:
    text = "市の計画|||\n暮らしのこと|||\n施策|指標|R6目標|R6実績\n甲|来訪|5|6\n施策名|KPI|R6目標|R6実績\n乙|満足|7|8"
    read = read_grids([Page(text=text).grid()]).as_data()
    assert [one.get("group", "") for one in read["measures"]] == ["暮らしのこと", "暮らしのこと"]
    assert {(one["code"], one["cell"]) for one in read["doubts"]} == {("section_assumed", "A2"), ("section_kept", "A5")}


CARD = "施策名|防災|||担当課|防災課\n成果指標||単位|R5実績|R6実績|R6目標\n訓練の回数||回|5|6|7\n備蓄の数||食|50|60|70\n"
WIDE = "A2:B2 A3:B3 A4:B4"


def test_a_heading_and_rows_merged_alike_are_one_column() -> None:
    read = read_grids(
        [Page(text=f"{CARD}ことしのようす|Ｂ|評価理由|訓練は順調に増えた。||", merged=f"{WIDE} D5:F5").grid()]
    )
    goals = [goal.name for one in read.measures for goal in one.goals.values()]
    assert goals == ["訓練の回数", "備蓄の数", "ことしのようす"]
    assert ("unknown_column", "B2") in {(one.code, one.cell) for one in read.doubts}


def test_labels_below_a_table_end_it() -> None:
    read = read_grids([Page(text=f"{CARD}施策の評価|Ｂ|評価理由|訓練は増えた。||", merged=f"{WIDE} D5:F5").grid()])
    assert [(len(one.goals), one.texts) for one in read.measures] == [(2, {"評価理由": "訓練は増えた。"})]


def test_a_goal_named_twice_of_which_one_has_no_value_is_named() -> None:
    read = read_grids([Page(text="施策|指標|単位|R6目標|R6実績\n甲|来訪|人|5|6\n甲|来訪|件||").grid()])
    assert "goal_without_value" in {one.code for one in read.doubts}
