"""What is written comes back: every field of every sheet, whatever it holds."""

from __future__ import annotations

import os
import string
import tempfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from review.domain.fields import text_keys
from review.domain.plan_text import read_plan_text
from review.domain.sheet import Bar, IndicatorBlock, IndicatorCell, ScheduleRow, Sheet
from review.domain.text import problem
from review.workbook import cell_text, writer
from review.workbook.book_reader import opened
from review.workbook.reader import read_plan_workbook
from tests.review.workbook import plain_book, samples
from tests.review.workbook.samples import YEARS


def write(path: Path, *sheets: Sheet) -> list[str]:
    return [str(warning) for warning in writer.write_form([samples.form(one) for one in sheets], path)]


def test_every_sheet_of_the_facts_comes_back(tmp_path):
    path = tmp_path / "form.xlsx"
    assert write(path, *samples.facts().sheets) == []
    document = read_plan_workbook(opened(path))
    assert samples.without_empty_texts(document) == samples.without_empty_texts(samples.facts())
    assert document.years == YEARS


def test_every_sheet_of_the_consolidated_book_comes_back(tmp_path):
    path = tmp_path / "book.xlsx"
    assert plain_book.write(samples.book(), path) == []
    assert samples.without_empty_texts(read_plan_workbook(opened(path))) == samples.without_empty_texts(samples.facts())


def test_the_city_document_comes_back(tmp_path):
    source = os.environ.get("MEGURI_PLAN_FILE")
    if not source:
        pytest.skip("MEGURI_PLAN_FILE is not set: the city's whole document was not written and read back")
    city, path = read_plan_text(Path(source).read_bytes()), tmp_path / "city.xlsx"
    assert write(path, *city.sheets) == []
    assert samples.without_empty_texts(read_plan_workbook(opened(path))) == samples.without_empty_texts(city)


HOSTILE = [
    "=1+1",
    '=cmd|"/c calc"!A1',
    "+81-438",
    "-5%",
    "@SUM(A1)",
    "'先頭の引用符",
    "''二つ",
    "#N/A",
    "#REF!",
    "TRUE",
    "0012",
    "1234567890123456789012345",
    "0.12345678901234567890",
    "1-2",
    "80%",
    "1e5",
    "2024-04-01",
    " 前後の空白 ",
    "\t先頭のタブ",
    "一行目\n二行目\n\n四行目",
    "一行目\r\n二行目",
    "_x0001_",
    "_x005F_x0001_",
    "_x000D_",
    "<b>&amp;</b>",
    "]]>",
    "■四角で始まる",
    "□四角",
    "施策ID",
    "評価項目",
    "取組内容",
    "取組内容 令和4年度",
    "判定結果",
    "判定結果(参考)",
    "要因",
    "𠮷野家の葛󠄀",
    "デモ値",
    "あ" * 3000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(text[:12]) for text in HOSTILE])
def test_any_text_comes_back_as_typed_and_never_as_a_formula(tmp_path, text):
    path, sheet = tmp_path / "form.xlsx", samples.sheet(text)
    sheet = samples.sheet(text, name=text.strip(" \t") or "名", schedule=(_row(text), _row("別の取組", label=text)))
    assert write(path, sheet) == []
    assert read_plan_workbook(opened(path)).sheets == (sheet,)
    cells = [cell for row in openpyxl.load_workbook(path)["01-01"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}


def _row(name: str, *, label: str = "") -> ScheduleRow:
    bars = tuple(Bar(fiscal_year=year, filled=year % 2 == 0, label=label) for year in YEARS)
    return ScheduleRow(name=name, bars=bars)


IMPOSSIBLE = [
    ("制御\x00文字\x1b", "制御\ufffd文字\ufffd"),
    ("半分の\ud800代用対", "半分の\ufffd代用対"),
    ("非文字\uffff", "非文字\ufffd"),
]


@pytest.mark.parametrize(("text", "stored"), IMPOSSIBLE)
def test_a_character_no_workbook_holds_marks_its_cell_and_stops_nothing(tmp_path, text, stored):
    path = tmp_path / "form.xlsx"
    warnings = write(path, samples.sheet(current_state=text))
    assert len(warnings) == 1
    assert "シート「01-01」のセルB" in warnings[0]
    assert read_plan_workbook(opened(path)).sheets[0].text("current_state") == stored
    marked = [c for row in openpyxl.load_workbook(path)["01-01"].iter_rows() for c in row if c.comment]
    assert [cell.value for cell in marked] == [stored]


@pytest.mark.parametrize("text", ["1,200人(令和3年度)", "=1+1", "-", "基準値"])
def test_the_baseline_of_a_goal_comes_back(tmp_path, text):
    """A fourth row, under the goals that have one; the goals beside it are read as before."""
    goals = (samples.block(1, "一"), replace(samples.block(2, "二"), baseline=text), samples.block(3, "三"))
    sheet = samples.sheet("文章", indicators=goals)
    assert not write(tmp_path / "b.xlsx", sheet)
    (back,) = read_plan_workbook(opened(tmp_path / "b.xlsx")).sheets
    assert [one.baseline for one in back.indicators] == ["", text, ""] and back == sheet


def test_the_sort_of_a_goal_comes_back_beside_its_baseline(tmp_path):
    goals = tuple(
        replace(samples.block(number, "値"), sort=sort, baseline=baseline)
        for number, (sort, baseline) in enumerate([("activity", ""), ("outcome", "12%"), ("", "3"), ("", "")], start=1)
    )
    sheet = samples.sheet("文章", indicators=goals)
    assert not write(tmp_path / "b.xlsx", sheet)
    assert read_plan_workbook(opened(tmp_path / "b.xlsx")).sheets == (sheet,)


def test_a_form_of_several_pages_comes_back(tmp_path):
    path = tmp_path / "form.xlsx"
    sheet = samples.sheet("文" * 600, indicators=tuple(samples.block(number, "短い") for number in range(1, 17)))
    assert write(path, sheet) == []
    assert read_plan_workbook(opened(path)).sheets == (sheet,)


def test_a_text_that_is_too_long_is_never_silently_cut(tmp_path):
    path = tmp_path / "form.xlsx"
    (warning,) = write(path, samples.sheet(current_state="長" * 40_000))
    assert "40,000字" in warning
    read = read_plan_workbook(opened(path)).sheets[0].text("current_state")
    assert read.endswith("【ここで切れています。全40,000字】")
    assert len(read) <= 32_767


def test_the_longest_text_that_fits_comes_back(tmp_path):
    path = tmp_path / "form.xlsx"
    sheet = samples.sheet(current_state="𠮷" * 16_383)
    assert write(path, sheet) == []
    assert read_plan_workbook(opened(path)).sheets == (sheet,)


# --- any sheet at all ----------------------------------------------------------------------------------------

NAMES = st.text(alphabet="総務課財政企画市民税健康推進室局", min_size=2, max_size=8)
TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("施策評価目標実績取組=+-@'#_x0041_\n\r\t 　・％〜"),
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]),
    ),
    max_size=40,
).filter(lambda text: not problem(text))
FILLED = TEXTS.filter(lambda text: bool(text.strip()))


@st.composite
def sheets(draw) -> Sheet:
    def cells(make):
        return tuple(make(year) for year in YEARS)

    rows = tuple(
        ScheduleRow(
            name=draw(FILLED), bars=cells(lambda y: Bar(fiscal_year=y, filled=draw(st.booleans()), label=draw(TEXTS)))
        )
        for _ in range(draw(st.integers(0, 3)))
    )
    blocks = tuple(
        IndicatorBlock(
            number=number,
            baseline=draw(st.one_of(st.just(""), FILLED)),
            years=cells(
                lambda y: IndicatorCell(fiscal_year=y, name=draw(TEXTS), target=draw(TEXTS), actual=draw(TEXTS))
            ),
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    return Sheet(
        code=f"{draw(st.integers(0, 99)):02d}-{draw(st.integers(0, 99)):02d}",
        name=draw(FILLED),
        owner=draw(NAMES),
        related=tuple(draw(st.lists(NAMES, max_size=4))),
        related_all=draw(st.booleans()),
        related_note=draw(st.sampled_from(["", "令和6年度から削除", "(括弧)\n二行"])),
        texts={key: draw(TEXTS) for key in text_keys()},
        schedule=rows,
        indicators=blocks,
    )


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(sheets())
def test_any_sheet_comes_back(sheet):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        assert write(path, sheet) == []
        assert read_plan_workbook(opened(path)).sheets == (sheet,)


@given(st.text(alphabet="_x01F\r", max_size=24))
@example("_x0010\r")
@example("_x000D\r")
def test_what_looks_like_an_escape_comes_back(text: str) -> None:
    """A carriage return becomes an escape itself, and so closes what only looked like the beginning of one."""
    stored, problem = cell_text.encode(text)
    assert (problem, cell_text.decode(stored), cell_text.has_impossible(stored)) == ("", text, False)


def test_the_printable_ascii_comes_back(tmp_path):
    path, sheet = tmp_path / "form.xlsx", samples.sheet(string.printable.replace("\x0b", "").replace("\x0c", ""))
    assert write(path, sheet) == []
    assert read_plan_workbook(opened(path)).sheets == (sheet,)
