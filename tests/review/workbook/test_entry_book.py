"""The 記入用 workbook: what is open and what is locked, and what comes back from it."""

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import fields, items
from review.domain.book import FormSheet
from review.domain.sheet import Bar, IndicatorBlock, IndicatorCell, ScheduleRow, Sheet
from review.workbook.book_reader import opened
from review.workbook.entry_book import EntrySheet, write_entry_book
from review.workbook.entry_cells import CellText
from review.workbook.entry_reader import EntryBook, read_entry_book
from review.workbook.findings import Code, Refused
from review.workbook.inspect import inspect
from review.workbook.reader import read_plan_workbook

KEYS = [items.actual_key(1), items.actual_key(2), *fields.typed(), items.schedule_key(1)]
YEARS = (2022, 2023, 2024, 2025)


def form(code: str = "01-01", **texts: str) -> FormSheet:
    """A sheet of two indicators, filled until last year."""
    blocks = tuple(
        IndicatorBlock(
            number=number,
            years=tuple(
                IndicatorCell(fiscal_year=y, name="利用件数", target="100件", actual="90件" if y < 2024 else "")
                for y in YEARS
            ),
        )
        for number in (1, 2)
    )
    bars = tuple(Bar(fiscal_year=y, filled=y > 2022) for y in YEARS)
    sheet = Sheet(
        code=code,
        name="見本の施策",
        owner="産業振興課",
        schedule=(ScheduleRow(name="周知", bars=bars),),
        indicators=blocks,
        texts=texts,
    )
    return FormSheet(sheet=sheet, plan_name="DX推進計画", fiscal_year=2024, years=YEARS, city="見本市")


@pytest.fixture
def book_path(tmp_path: Path) -> Path:
    path = tmp_path / "entry.xlsx"
    sheets = [
        EntrySheet(form=form(code, policy="方針です。\n二行目です。"), progress=["順調です。"], open_keys=KEYS)
        for code in ("01-01", "01-02")
    ]
    write_entry_book(sheets, path, token="t-1", cycle="7", made_at=datetime(2024, 4, 1))
    return path


def changed(path: Path, change: Callable[[Workbook], None]) -> Path:
    """The book after somebody worked on it."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def cell_of(path: Path, key: str, sheet: str = "01-01") -> str:
    """Where an item stands."""
    return read_entry_book(path).sheets[sheet][key].cell.partition("!")[2]


def typed(path: Path, key: str, value: object, number_format: str = "@") -> EntryBook:
    """The book as read after one cell was filled."""
    at = cell_of(path, key)

    def fill(book: Workbook) -> None:
        book["01-01"][at].value = value
        book["01-01"][at].number_format = number_format

    return read_entry_book(changed(path, fill))


def test_it_is_safe_and_comes_back_as_it_was_written(book_path: Path) -> None:
    assert inspect(book_path).is_ok
    book = read_entry_book(book_path)
    assert (book.token, book.cycle) == ("t-1", "7")
    assert list(book.sheets) == ["01-01", "01-02"]
    cells = book.sheets["01-01"]
    assert set(cells) == set(KEYS)
    assert cells["policy"].text == "方針です。\n二行目です。"
    assert cells["schedule:1"].text == "順調です。"
    assert cells["cause"].text == "" and not cells["cause"].mark


def test_only_the_cells_of_this_year_are_open_coloured_and_text(book_path: Path) -> None:
    sheet = load_workbook(book_path)["01-01"]
    assert sheet.protection.sheet
    at = cell_of(book_path, items.actual_key(1))
    column, row = at[0], int(at[1:])
    assert not sheet[at].protection.locked
    assert sheet[at].number_format == "@"
    assert sheet[at].fill.fill_type == "solid"
    last_year = sheet[f"{chr(ord(column) - 1)}{row}"]
    assert last_year.value == "90件" and last_year.protection.locked
    assert sum(not cell.protection.locked for line in sheet.iter_rows() for cell in line) > len(KEYS)  # merged ones too


def test_it_holds_no_formula_and_no_hidden_sheet(book_path: Path) -> None:
    book = load_workbook(book_path)
    assert all(sheet.sheet_state == "visible" for sheet in book.worksheets)
    assert not any(cell.data_type == "f" for sheet in book for line in sheet.iter_rows() for cell in line)


@pytest.mark.parametrize(
    ("value", "number_format", "text", "mark"),
    [
        ("33,474千円", "@", "33,474千円", ""),
        (0.8, "0%", "80%", "number_cell"),
        (0.805, "0.0%", "80.5%", "number_cell"),
        (1200, "#,##0", "1,200", "number_cell"),
        (1200, "@", "1200", "number_cell"),
        (5, "General", "5", "number_cell"),
        (date(2024, 1, 2), 'm"月"d"日"', "1-2", "date_cell"),
        (True, "General", "TRUE", "odd_cell"),
        ("=1+1 と入力", "@", "=1+1 と入力", ""),
    ],
)
def test_what_excel_changed_is_read_through_its_format_and_marked(
    book_path: Path, value: object, number_format: str, text: str, mark: str
) -> None:
    at = cell_of(book_path, "indicator:1:actual")

    def fill(book: Workbook) -> None:
        cell = book["01-01"][at]
        cell.value, cell.number_format = value, number_format
        if isinstance(value, str):
            cell.data_type = "s"

    read = read_entry_book(changed(book_path, fill)).sheets["01-01"]["indicator:1:actual"]
    assert (read.text, read.mark) == (text, mark)


def test_a_japanese_excels_unwritten_date_format_is_known(book_path: Path) -> None:
    """A Japanese Excel stores 1-2 as a serial number under format 56, whose words stand nowhere in the file."""
    at = cell_of(book_path, "indicator:1:actual")

    def fill(book: Workbook) -> None:
        book["01-01"][at].value = 45_293
        book["01-01"][at].number_format = '"LOCAL"0'

    changed(book_path, fill)
    from tests.corpus.pack import pack, parts_of

    parts = parts_of(book_path.read_bytes())
    styles = parts["xl/styles.xml"].decode()
    number = styles[: styles.index("LOCAL")].rpartition('numFmtId="')[2].partition('"')[0]
    parts["xl/styles.xml"] = styles.replace(f'numFmtId="{number}"', 'numFmtId="56"').encode()
    begin = parts["xl/styles.xml"].index(b"<numFmts")
    end = parts["xl/styles.xml"].index(b"</numFmts>") + len(b"</numFmts>")
    parts["xl/styles.xml"] = parts["xl/styles.xml"][:begin] + parts["xl/styles.xml"][end:]
    book_path.write_bytes(pack(parts))
    read = read_entry_book(book_path).sheets["01-01"]["indicator:1:actual"]
    assert (read.text, read.mark) == ("1-2", "date_cell")


BARS, NEXT = items.bars_key(1), items.next_target_key(1)


@pytest.fixture
def wide_path(tmp_path: Path) -> Path:
    """A book whose bars and next year's 目標 are open too."""
    path = tmp_path / "wide.xlsx"
    keys = [*KEYS, BARS, items.next_name_key(1), NEXT]
    write_entry_book([EntrySheet(form=form(), progress=["順調です。"], open_keys=keys)], path, token="t-1", cycle="7")
    return path


def bar_cells(path: Path) -> list[str]:
    """The open cells of the bar, in year order."""
    first, _, last = cell_of(path, BARS).partition(":")
    return [f"{chr(column)}{first[1:]}" for column in range(ord(first[0]), ord(last[0]) + 1)]


def drawn(path: Path, *values: object) -> CellText:
    """The bar as read after its cells were filled."""

    def fill(book: Workbook) -> None:
        for at, value in zip(bar_cells(path), values, strict=True):
            book["01-01"][at].value = value

    return read_entry_book(changed(path, fill)).sheets["01-01"][BARS]


def test_bars_are_open_from_this_year_on_and_come_back_as_they_were_written(wide_path: Path) -> None:
    cells = read_entry_book(wide_path).sheets["01-01"]
    assert inspect(wide_path).is_ok
    assert cells[BARS].text == "令和6年度、令和7年度"
    sheet = load_workbook(wide_path)["01-01"]
    this, ahead = bar_cells(wide_path)
    assert (sheet[this].value, sheet[this].protection.locked, sheet[ahead].protection.locked) == ("■", False, False)
    assert sheet[f"{chr(ord(this[0]) - 1)}{this[1:]}"].protection.locked  # last year


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((None, None), ""),
        (("■", "■本格運用"), "令和6年度、令和7年度「本格運用」"),
        (("試験運用", "→"), "令和6年度「試験運用」、令和7年度"),
        (("－", "あり"), "令和7年度"),
        (("なし", "■"), "令和7年度"),
    ],
)
def test_a_bar_is_read_from_signs_and_words(wide_path: Path, values: tuple[object, ...], text: str) -> None:
    read = drawn(wide_path, *values)
    assert (read.text, read.mark) == (text, "")


def test_a_bar_drawn_by_colour_alone_is_marked(wide_path: Path) -> None:
    def paint(book: Workbook) -> None:
        this, ahead = bar_cells(wide_path)
        book["01-01"][this].value = book["01-01"][ahead].value = None
        book["01-01"][ahead].fill = PatternFill("solid", fgColor="FF5B84B1")

    read = read_entry_book(changed(wide_path, paint)).sheets["01-01"][BARS]
    assert (read.text, read.mark) == ("令和7年度", "colour_cell")


def test_a_number_in_a_bars_cell_is_marked_as_excels(wide_path: Path) -> None:
    assert drawn(wide_path, 1, None).mark == "number_cell"


def test_next_years_target_is_open_with_a_hint_about_its_reason(wide_path: Path) -> None:
    at = cell_of(wide_path, NEXT)
    sheet = load_workbook(wide_path)["01-01"]
    assert (sheet[at].value, sheet[at].protection.locked, sheet[at].number_format) == ("100件", False, "@")
    hints = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert any(at in cells and "理由" in rule.prompt for cells, rule in hints.items())
    assert not any(rule.showErrorMessage for rule in hints.values())
    assert typed(wide_path, NEXT, "150件").sheets["01-01"][NEXT].text == "150件"


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet, row: setattr(sheet[f"F{row - 1}"], "value", "令和8年度"),
        lambda sheet, row: sheet.defined_names.pop("meguri.schedule.1.bars.2025"),
        lambda sheet, row: setattr(sheet[f"B{row}"], "value", "別の取組"),
    ],
    ids=["year-changed", "name-of-a-year-lost", "activity-renamed"],
)
def test_a_rearranged_schedule_is_the_wrong_form(wide_path: Path, change: Callable[[Worksheet, int], None]) -> None:
    at = bar_cells(wide_path)[-1]
    assert at[0] == "F"
    path = changed(wide_path, lambda book: change(book["01-01"], int(at[1:])))
    assert refusal(path).code == Code.WRONG_FORM


def test_our_own_entry_book_is_no_painted_schedule_to_the_importer(wide_path: Path) -> None:
    drawn(wide_path, None, "■")
    row = read_plan_workbook(opened(wide_path)).sheets[0].schedule[0]
    assert [(bar.fiscal_year, bar.filled) for bar in row.bars] == [
        (2022, False), (2023, True), (2024, False), (2025, True)
    ]  # fmt: skip


def test_a_cell_emptied_by_hand_is_empty(book_path: Path) -> None:
    assert typed(book_path, "policy", None).sheets["01-01"]["policy"].text == ""


def refusal(path: Path) -> Refused:
    with pytest.raises(Refused) as caught:
        read_entry_book(path)
    return caught.value


def test_another_workbook_is_the_wrong_form(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    Workbook().save(path)
    assert refusal(path).code == Code.WRONG_FORM


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book["01-01"].insert_rows(5),
        lambda book: book["01-01"].cell(row=4, column=2, value="09-09"),
        lambda book: setattr(book["01-01"]["A24"], "value", "別の見出し"),
        lambda book: book["01-01"].defined_names.pop("meguri.cause"),
        lambda book: book.custom_doc_props.props.clear(),
    ],
    ids=["row-inserted", "code-changed", "label-changed", "name-lost", "properties-lost"],
)
def test_a_rearranged_book_is_the_wrong_form(book_path: Path, change: Callable[[Workbook], None]) -> None:
    assert refusal(changed(book_path, change)).code == Code.WRONG_FORM


def test_a_sheet_may_be_left_out_and_a_memo_added(book_path: Path) -> None:
    def change(book: Workbook) -> None:
        book.remove(book["01-02"])
        book.create_sheet("メモ")["A1"] = "覚え書き"

    assert list(read_entry_book(changed(book_path, change)).sheets) == ["01-01"]


def test_a_formula_a_long_text_and_a_strange_sign_name_their_cell(book_path: Path) -> None:
    at = cell_of(book_path, "cause")
    for value, code in (("あ" * 10_001, Code.TOO_LONG), ("a\x7fb", Code.BAD_CHAR), ("=1+1", Code.FORMULA)):
        changed(book_path, lambda book, value=value: setattr(book["01-01"][at], "value", value))
        finding = refusal(book_path)
        assert (finding.code, finding.cell) == (code, f"01-01!{at}")


def test_texts_that_look_like_formulas_arrive_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "entry.xlsx"
    sheet = EntrySheet(form=form(policy="=1+1"), progress=["@SUM"], open_keys=KEYS)
    write_entry_book([sheet], path, token="t", cycle="7")
    assert inspect(path).is_ok
    read = read_entry_book(path).sheets["01-01"]
    assert (read["policy"].text, read["schedule:1"].text) == ("=1+1", "@SUM")


def test_a_book_without_sheets_is_refused() -> None:
    with pytest.raises(ValueError):
        write_entry_book([], io.BytesIO(), token="t", cycle="7")


@pytest.mark.parametrize("name", ["libreoffice-7-entry-book", "libreoffice-7-through-ods"])
def test_a_book_that_libreoffice_saved_is_read(name: str) -> None:
    path = Path(__file__).resolve().parents[2] / "corpus" / "samples" / f"{name}.xlsx"
    book = read_entry_book(path)
    assert book.sheets["01-01"]["policy"].text == "方針です。\n二行目。"
