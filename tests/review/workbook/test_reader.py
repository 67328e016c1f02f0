"""Reading forms that hands have made, and refusing what is none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from review.domain.sheet import DocumentError, PlanDocument
from review.workbook import writer
from review.workbook.book_reader import opened
from review.workbook.findings import Code, Refused
from review.workbook.reader import read_plan_workbook
from tests.review.workbook import samples

BLUE = PatternFill("solid", fgColor="FF8EA9DB")

# A form as an office might draw it: a margin, a title, labels over two columns, blank rows between.
BY_HAND = [
    [None, "令和6年度 評価シート", None],
    [],
    [None, "施策概要"],
    [None, "施策ＩＤ", None, "01-01"],
    [None, "施策名", None, "電子地域通貨の普及"],
    [],
    [None, "主管部署", None, "産業振興課"],
    [None, "関連部署", None, "全課等(令和6年度から財政課を削除)"],
    [None, "施策内容"],
    [None, "現状と\n課題", None, "利用は増えています。"],
    [None, "施策内容詳細", None, "周知します。"],
    [None, "施策の実施により\n期待される効果", None, "便利になります。"],
    [None, "今後の取組方針・\n取組内容", None, None],
    [],
    [None, "取組みスケジュールと成果目標"],
    [None, None, "取組内容", "令和4年度", "令和5年度", "令和6年度", "令和7年度"],
    [None, None, "利用促進事業", None, None, "運用", None],
    [],
    [None, "成果目標①", "評価項目", "利用金額", "利用金額", "利用金額", "利用金額"],
    [None, None, "目　標", "10円", "20円", "30円", "40円"],
    [None, None, "実績", "11円", "19円", 30, None],
]


def by_hand(path: Path, **cells: object) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "01-01"
    for row in BY_HAND:
        sheet.append(row)
    for address, value in cells.items():
        sheet[address] = value
    for area in ("B4:C4", "B5:C5", "D5:G5", "D10:G10"):
        sheet.merge_cells(area)
    for address in ("D17", "E17"):
        sheet[address].fill = BLUE
    book.save(path)
    return path


def codes(document: PlanDocument) -> dict[str, str]:
    return {doubt.code: doubt.proposal for doubt in document.doubts}


def test_a_form_drawn_by_hand_is_read(tmp_path):
    document = read_plan_workbook(opened(by_hand(tmp_path / "hand.xlsx")))
    (sheet,) = document.sheets
    assert (sheet.code, sheet.name, sheet.owner) == ("01-01", "電子地域通貨の普及", "産業振興課")
    assert (sheet.related_all, sheet.related_note) == (True, "令和6年度から財政課を削除")
    assert sheet.text("current_state") == "利用は増えています。"
    assert [cell.target for cell in sheet.indicators[0].years] == ["10円", "20円", "30円", "40円"]
    assert [cell.actual for cell in sheet.indicators[0].years] == ["11円", "19円", "30", ""]
    assert codes(document) == {"number_cell": "30"}


def test_cells_that_are_only_coloured_are_bars(tmp_path):
    bars = read_plan_workbook(opened(by_hand(tmp_path / "hand.xlsx"))).sheets[0].schedule[0].bars
    assert [(bar.filled, bar.label) for bar in bars] == [(True, ""), (True, ""), (False, "運用"), (False, "")]


@pytest.mark.parametrize(
    ("value", "number_format", "text", "code"),
    [
        (0.8, "0%", "80%", "number_cell"),
        (0.125, "0.0%", "12.5%", "number_cell"),
        (30000, '#,##0"千円"', "30,000千円", "number_cell"),
        (30000, "#,##0千円", "30,000千円", "number_cell"),
        (0.1 + 0.2, "General", "0.3", "number_cell"),
        (1234.5, "0.0_ ", "1234.5", "number_cell"),
        (datetime(2024, 1, 2), "m月d日", "1-2", "date_cell"),
        (datetime(2024, 1, 2), "yyyy/m/d", "2024/1/2", "date_cell"),
        (True, "General", "TRUE", "odd_cell"),
    ],
)
def test_what_excel_changed_is_read_as_shown_and_doubted(tmp_path, value, number_format, text, code):
    path = by_hand(tmp_path / "hand.xlsx", F21="30円")
    book = load_workbook(path)
    book["01-01"]["E21"] = value
    book["01-01"]["E21"].number_format = number_format
    book.save(path)
    document = read_plan_workbook(opened(path))
    assert document.sheets[0].indicators[0].years[1].actual == text
    assert codes(document) == {code: text}


def test_a_formula_is_refused_with_its_cell(tmp_path):
    with pytest.raises(Refused) as refusal:
        read_plan_workbook(opened(by_hand(tmp_path / "hand.xlsx", E21="=1+1")))
    assert (refusal.value.code, refusal.value.cell) == (Code.FORMULA, "01-01!E21")


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("B4", "「施策ID」の欄がありません"),
        ("B10", "「現状と課題」の欄がありません"),
        ("C16", "「取組内容」と年度の見出しの行がありません"),
        ("C21", "「目標」「実績」の行が続いていません"),
        ("D4", "施策IDが空欄です"),
    ],
)
def test_a_form_with_a_part_missing_is_refused(tmp_path, address, cause):
    with pytest.raises(DocumentError) as refusal:
        read_plan_workbook(opened(by_hand(tmp_path / "hand.xlsx", **{address: ""})))
    assert cause in str(refusal.value)
    assert "シート「01-01」" in str(refusal.value)


def test_a_text_under_a_name_of_the_plans_own_is_read_where_the_name_is_known_and_else_says_the_way(tmp_path):
    path = by_hand(tmp_path / "hand.xlsx", B10="背景と 課題")
    with pytest.raises(DocumentError, match="「計画の取込み」の画面から"):
        read_plan_workbook(opened(path))
    (sheet,) = read_plan_workbook(opened(path), {"背景と課題": "現状と課題"}).sheets
    assert sheet.text("current_state") == "利用は増えています。"


def test_two_sheets_with_one_code_are_refused(tmp_path):
    path = tmp_path / "twice.xlsx"
    writer.write_form([samples.form(samples.sheet()), samples.form(samples.sheet())], path)
    with pytest.raises(DocumentError, match=r"施策ID「01-01」が2回あります\(1回目はシート「01-01」\)"):
        read_plan_workbook(opened(path))


def test_a_sheet_that_is_no_form_is_named(tmp_path):
    path = by_hand(tmp_path / "hand.xlsx", F21="30円")
    book = load_workbook(path)
    book.create_sheet("メモ")["A1"] = "覚え書き"
    book.create_sheet("空")
    book.save(path)
    assert [(d.code, "メモ" in d.detail) for d in read_plan_workbook(opened(path)).doubts] == [("skipped_sheet", True)]


def test_a_demo_sheet_says_so_when_it_is_read(tmp_path):
    path = tmp_path / "demo.xlsx"
    writer.write_form([samples.form(samples.sheet(), demo=True)], path)
    assert "demo_value" in codes(read_plan_workbook(opened(path)))


def test_half_a_workbook_is_refused(tmp_path):
    whole = by_hand(tmp_path / "hand.xlsx").read_bytes()
    path = tmp_path / "half.xlsx"
    for share in (0, 0.3, 0.6, 0.95):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(Refused):
            read_plan_workbook(opened(path))


def test_a_workbook_without_a_form_is_refused(tmp_path):
    path = tmp_path / "plain.xlsx"
    book = Workbook()
    book.active["A1"] = "施策の一覧"
    book.save(path)
    with pytest.raises(DocumentError, match="市の様式のシート"):
        read_plan_workbook(opened(path))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(Refused):
        read_plan_workbook(opened(tmp_path / "none.xlsx"))
