"""What a person says of a column or a cell stands; saying what was read already changes nothing."""

import pytest

from review.domain.forms.headings import Corrections, keys_of, template, understand
from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Case, Page
from tests.review.domain.forms.test_cities import CASES

LIST = Page(
    text="""
取組 | 担当課 | めあて | 令和6年度目標 | 令和6年度実績 | 最新
窓口 | 市民課 | 待ち時間 | 10分 | 12分 | 11分
予約 | 市民課 | 件数 | 5件 | 6件 | 7件
"""
)


def read(page: Page, **corrections: object) -> dict:
    return read_grids([page.grid()], Corrections.of(corrections)).as_data()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_read_said_again_reads_the_same(case: Case) -> None:
    first = read_grids(case.grids())
    again = template({"key": column.key, "role": column.role} for column in first.columns)
    assert read_grids(case.grids(), Corrections(roles=again)).as_data()["measures"] == first.as_data()["measures"]


def test_a_column_is_what_a_person_says_and_of_the_year_that_they_say() -> None:
    first = read(LIST)
    assert first["measures"][0]["indicators"][0]["name"] != "待ち時間"
    goals = read(LIST, roles={"/めあて#1": "指標", "/最新#1": "実績"}, years={"/最新#1": 2025})["measures"]
    assert [goal["name"] for one in goals for goal in one["indicators"]] == ["待ち時間", "件数"]
    assert goals[0]["indicators"][0]["actuals"] == {"2024": "12分", "2025": "11分"}


def test_a_column_that_is_left_out_is_no_doubt_any_more() -> None:
    page = Page(text=LIST.text.replace("最新", "達成率"))
    assert "left_out" in {doubt["code"] for doubt in read(page)["doubts"]}
    again = read(page, roles={"/達成率#1": "取り込まない欄"})
    assert "left_out" not in {doubt["code"] for doubt in again["doubts"]}


def test_a_cell_is_read_as_a_person_rewrites_it_and_a_doubt_shows_its_text() -> None:
    page = Page(text=LIST.text.replace("予約 | 市民課", "予約 | "))
    first = read_grids([page.grid()])
    (doubt,) = [one for one in first.doubts if one.code == "no_department"]
    assert first.cells[doubt.sheet, doubt.cell] == ""
    again = read(page, cells={doubt.sheet: {doubt.cell: "広報課", "Z99": "x"}})
    assert again["measures"][1]["departments"] == ["広報課"]
    assert "no_department" not in {one["code"] for one in again["doubts"]}


def test_next_years_headings_have_the_same_keys() -> None:
    def keys(year: int) -> list[str]:
        texts = ("施策名", f"令和{year}年度目標", f"R{year}実績", f"R{year + 1}実績", "")
        return keys_of([understand([text]) for text in texts])

    assert keys(6) == keys(7) == ["/施策名#1", "/目標#1", "/実績#1", "/実績#2", "/#1"]
