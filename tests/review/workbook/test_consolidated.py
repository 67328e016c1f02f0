"""The year's book: what stands where, that links lead somewhere, and that every page prints."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from review.domain.book import BookSheet, YearCounts
from review.workbook import indicator_list, layout, paging, tally, writer
from review.workbook.layout import Page
from tests.review.workbook import plain_book, samples


@pytest.fixture(scope="module")
def book():
    out = BytesIO()
    assert plain_book.write(samples.book(), out) == []
    return load_workbook(BytesIO(out.getvalue()))


def written(book) -> BytesIO:
    out = BytesIO()
    plain_book.write(book, out)
    return out


def texts(sheet) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def links_of(sheet):
    return [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_the_sheets_stand_in_order(book):
    codes = [sheet.code for sheet in samples.facts().sheets]
    assert book.sheetnames == ["表紙", "総括", "成果指標一覧", *codes, "変更履歴"]


def test_the_cover_names_the_edition_its_time_and_the_scale(book):
    cover = texts(book["表紙"])
    for words in ("見本市", "第1版", "令和7年6月10日(火) 14:05 作成", "● A", "指標 67件", "施策 30件"):
        assert words in cover
    assert "デモ値" not in cover


def test_every_indicator_has_one_row_with_its_numbers_beside_the_text(book):
    sheet = book["成果指標一覧"]
    heads = [cell.value for cell in sheet[indicator_list.HEAD_ROW]]
    rows = list(sheet.iter_rows(min_row=indicator_list.HEAD_ROW + 1))
    assert len(rows) == 67
    first = {head: cell.value for head, cell in zip(heads, rows[0], strict=True)}
    assert (first["目標"], first["実績"], first["達成率・\n進捗率"]) == ("60,000千円", "33,474千円", "105.0%")
    assert (first["目標(数値)"], first["実績(数値)"], first["達成率(数値)"]) == (20, 21.5, 1.05)
    assert sheet.auto_filter.ref == f"A4:AB{4 + 67}"
    assert sheet.freeze_panes == "C5"


def test_every_link_leads_to_a_cell_of_the_book(book):
    links = [link for sheet in book for link in links_of(sheet)]
    assert len(links) > 67 + 30 * 2
    for link in links:
        name, cell = re.fullmatch(r"'(.+)'!([A-Z]+\d+)", link.location).groups()
        assert name in book.sheetnames
        assert book[name][cell] is not None
        assert link.target is None


def test_a_row_leads_to_its_sheet_and_the_sheet_back_to_its_row(book):
    rows = book["成果指標一覧"]
    for line in range(indicator_list.HEAD_ROW + 1, rows.max_row + 1):
        assert rows.cell(line, 1).hyperlink.location == f"'{rows.cell(line, 1).value}'!A1"
    back = [link.location for link in links_of(book["01-02"])]
    assert back[1] == "'成果指標一覧'!A7"
    assert rows["A7"].value == "01-02"


def test_the_charts_are_native_and_read_the_tables(book):
    assert len(book["総括"]._charts) == 2


def test_no_cell_holds_a_formula(book):
    kinds = Counter(cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row)
    assert set(kinds) <= {"s", "n"}


def test_it_says_what_it_is_and_names_no_cells(book):
    props = book.properties
    assert (props.title, props.subject, props.creator) == ("令和6年度 見本計画 第1版", "見本市", "Meguri")
    assert (props.language, props.created) == ("ja-JP", datetime(2025, 6, 10, 14, 5))
    assert not book.defined_names
    assert not any(sheet.defined_names for sheet in book)  # what is printed of each is no name of ours


def test_the_shade_of_a_grade_only_repeats_its_letter(book):
    sheet = book["成果指標一覧"]
    letter = get_column_letter(indicator_list.GRADE_COLUMN)
    rules = {rule.formula[0]: rule for area in sheet.conditional_formatting for rule in area.rules}
    assert set(rules) == {f'${letter}5="{grade}"' for grade in ("A", "B", "－")}
    assert all(rule.dxf.fill.bgColor.rgb and rule.dxf.font.b for rule in rules.values())
    assert {sheet[f"{letter}{row}"].value for row in range(5, sheet.max_row + 1)} == {"A"}


def test_every_sheet_is_ready_for_a4(book):
    for sheet in book:
        landscape = sheet.title in (layout.INDICATORS, layout.CHANGES)
        assert sheet.page_setup.paperSize == writer.A4
        assert sheet.page_setup.orientation == ("landscape" if landscape else "portrait")
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_area
        assert "&P / &N" in sheet.oddFooter.right.text
        assert sheet.row_dimensions
    assert book.properties.title == "令和6年度 見本計画 第1版"


def test_no_row_is_higher_than_a_program_allows(tmp_path):
    out = BytesIO()
    plain_book.write(samples.book(samples.sheet("長い文章です。" * 900)), out)
    sheet = load_workbook(BytesIO(out.getvalue()))["01-01"]
    heights = [row.height for row in sheet.row_dimensions.values() if row.height]
    assert max(heights) <= 409
    assert sum(heights) > 4000


def test_demo_values_are_named_on_the_cover_the_list_and_the_sheet():
    out = BytesIO()
    plain_book.write(samples.book(samples.sheet(), demo=True), out)
    book = load_workbook(BytesIO(out.getvalue()))
    assert "デモ値(試しに入れた値)を含みます。1施策。" in texts(book["表紙"])
    assert "デモ値" in texts(book["成果指標一覧"])
    assert "承認済み・デモ値" in texts(book["01-01"])
    assert book["01-01"].oddHeader.center.text == "デモ値"


def test_changes_are_listed_and_their_absence_is_said(book):
    assert "8,000歩" in texts(book["変更履歴"])
    out = BytesIO()
    plain_book.write(samples.book(samples.sheet(), changes=()), out)
    assert "変更はありません。" in texts(load_workbook(BytesIO(out.getvalue()))["変更履歴"])


def test_totals_say_what_they_count_and_leave_out_what_has_no_grade():
    entry = samples.book(samples.sheet()).sheets[0]
    graded, pending = entry.indicators
    pending = type(pending)(number=2, name="", target="", actual="", status="未入力")
    book = samples.book(samples.sheet(), sheets=(BookSheet(sheet=entry.sheet, indicators=(graded, pending)),))
    sheets, indicators = tally.Tally(book).overall()
    assert (sheets.label, indicators.label) == ("施策(総合評価)", "指標(達成区分)")
    assert (sheets.total(tally.Tally(book).grades), indicators.total(tally.Tally(book).grades)) == (0, 1)
    assert tally.Tally(book).beside == ["未入力", "未定"]


def test_the_year_before_stands_beside_this_one():
    before = YearCounts(fiscal_year=2023, sheets={"A": 3, "none": 2}, indicators={"A": 5, "B": 4})
    book = samples.book(samples.sheet(), previous=before)
    lines = tally.Tally(book).overall()
    assert [line.label for line in lines] == [
        "施策(総合評価)", "令和5年度の全施策", "指標(達成区分)", "令和5年度の全指標",
    ]  # fmt: skip
    assert [line.total(tally.Tally(book).grades) for line in lines] == [1, 3, 2, 9]
    out = BytesIO()
    plain_book.write(book, out)
    assert "令和5年度の全指標" in texts(load_workbook(BytesIO(out.getvalue()))["総括"])


def test_a_year_before_without_grades_is_said_to_have_none(book):
    assert "令和5年度の達成区分は記録がありません。" in texts(book["総括"])


@pytest.mark.drill
def test_one_broken_text_never_stops_the_book():
    out = BytesIO()
    broken = samples.sheet("壊れた\x00\ud800文字" + "長" * 40_000)
    warnings = plain_book.write(samples.book(broken, samples.sheet(code="01-02")), out)
    assert warnings
    assert load_workbook(BytesIO(out.getvalue())).sheetnames[3:5] == ["01-01", "01-02"]


def test_a_book_without_sheets_is_still_a_book():
    out = BytesIO()
    plain_book.write(samples.book(sheets=()), out)
    assert load_workbook(BytesIO(out.getvalue())).sheetnames == ["表紙", "総括", "成果指標一覧", "変更履歴"]


def test_a_plan_of_any_number_of_years_fits_the_page():
    for count in (1, 3, 4, 6, 10):
        years = tuple(range(2020, 2020 + count))
        page = Page(form=samples.form(samples.sheet(), years=years, fiscal_year=2020))
        widths = layout.column_widths(page.form)
        assert all(box.last <= len(widths) for line in layout.lines(page) for box in line.boxes)


@pytest.mark.parametrize("letters", [600, 6000])
def test_no_goal_is_cut_and_no_heading_left_alone_by_a_page_break(letters):
    long = samples.sheet("文" * letters, indicators=tuple(samples.block(n, "短い") for n in range(1, 9)), schedule=())
    painted = list(layout.lines(Page(form=samples.form(long))))
    breaks = paging.page_breaks(painted, 740.0)
    starts = [i for i, line in enumerate(painted) if line.section]
    goals = [i for i in starts if painted[i].boxes[0].rows == 3]
    assert breaks
    assert not breaks & {i + step for i in goals for step in (1, 2)}
    assert not breaks & {i + 1 for i in starts if i not in goals and painted[i].boxes[0].style == "section"}


def test_a_goal_on_a_further_page_stands_below_the_years():
    long = samples.sheet("文" * 600, indicators=tuple(samples.block(n, "短い") for n in range(1, 17)))
    sheet = load_workbook(written(samples.book(long)))["01-01"]
    labels = {row: str(sheet.cell(row=row, column=1).value) for row in range(1, sheet.max_row + 1)}
    again = [row for row, label in labels.items() if label == "成果目標(続き)"]
    assert again
    assert {row - 1 for row in again} <= {one.id for one in sheet.row_breaks.brk}
    assert not any(labels[one.id + 1].startswith("成果目標") for one in sheet.row_breaks.brk if one.id + 1 not in again)
    for row in again:
        assert [sheet.cell(row=row, column=column).value for column in (3, 6)] == ["令和4年度", "令和7年度"]


def test_a_chart_is_as_wide_as_its_table_and_never_cut_by_a_page():
    grades = YearCounts(fiscal_year=2023, sheets={"A": 1}, indicators={"B": 2})
    made = samples.book(*(samples.sheet("x", code=f"{n:02d}-01") for n in range(1, 31)), previous=grades)
    sheet = load_workbook(written(made))["総括"]
    breaks = [one.id for one in sheet.row_breaks.brk]
    assert breaks == sorted(breaks)
    for chart in sheet._charts:
        first, last = chart.anchor._from.row + 1, chart.anchor.to.row
        assert chart.anchor.to.col == sheet.max_column
        assert not any(first <= one < last for one in breaks)
        page = max([one + 1 for one in breaks if one < first], default=1)
        # Where the page begins anew the sheet's title stands above it.
        rows = [*range(page, last + 1), *([1] if page > 1 else [])]
        assert sum(sheet.row_dimensions[row].height or 15 for row in rows) <= layout.PAGE_HEIGHT


def test_there_is_no_empty_chart_while_nothing_has_a_grade():
    made = samples.book(samples.sheet())
    sheets = tuple(
        replace(one, grade="", indicators=tuple(replace(each, grade="", status="未入力") for each in one.indicators))
        for one in made.sheets
    )
    assert load_workbook(written(replace(made, sheets=sheets)))["総括"]._charts == []


def test_every_page_of_a_sheet_names_its_measure_and_a_long_name_leaves_room_for_the_page_number():
    long = samples.sheet("見本&計画" * 20, code="01-02")
    foot = load_workbook(written(samples.book(samples.sheet(), long)))["01-02"].oddFooter
    assert foot.left.text.startswith("01-02 施策見本&&計画")
    assert foot.left.text.endswith("…")
    assert len(foot.left.text) == writer.FOOT_LETTERS
    assert foot.left.text.replace("&&", "").count("&") == 0
    assert "&P / &N" in foot.right.text


def test_the_time_of_the_book_is_its_own():
    book = samples.book(samples.sheet(), made_at=datetime(2025, 1, 2, 3, 4))
    out = BytesIO()
    plain_book.write(book, out)
    assert load_workbook(BytesIO(out.getvalue())).properties.created == datetime(2025, 1, 2, 3, 4)
