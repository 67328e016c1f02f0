"""Nothing that stands in a 記入用 workbook is lost in silence: it is read, listed with cell and words, or the file is refused."""

from collections.abc import Callable
from copy import copy
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from review.books.services import uploads
from review.models import EntryBook, Upload
from review.workbook import entry_places
from review.workbook.entry_book import as_read
from review.workbook.entry_places import SHEET_PROPERTY
from tests.cast import Cast
from tests.review.acting import as_, words
from tests.review.books.test_uploads import fill, issued, sent

SHEET, COPY, MEMO = "01-01", "01-01 (2)", "メモ"


def with_row(sheet: Worksheet, before: int) -> None:
    """A row inserted as spreadsheet programs do it: with the names and the merged cells below moved along."""
    merged = [area for area in sheet.merged_cells.ranges if area.min_row >= before]
    for area in merged:
        sheet.unmerge_cells(area.coord)
    sheet.insert_rows(before)
    for area in merged:
        area.shift(row_shift=1)
        sheet.merge_cells(area.coord)
    for key, cell in entry_places.places(as_read(sheet)).items():
        if (row := sheet[cell].row) >= before:
            name = sheet.defined_names[entry_places.cell_name(key)]
            name.attr_text = f"'{sheet.title}'!${cell.rstrip('0123456789')}${row + 1}"


def copied(book: Workbook, *, names: bool) -> Worksheet:
    """The sheet copied: with its names as Excel copies it, or without."""
    copy_of = book.copy_worksheet(book[SHEET])
    copy_of.title = COPY
    for name, defined in book[SHEET].defined_names.items() if names else ():
        copy_of.defined_names[name] = DefinedName(name, attr_text=copy(defined.attr_text), hidden=True)
    return copy_of


def renamed(book: Workbook) -> Worksheet:
    """The sheet under a name of the clerk's own."""
    book[SHEET].title = "市民課の分"
    return book["市民課の分"]


def with_inserted(book: Workbook) -> Worksheet:
    """The sheet with rows inserted above, within and below the open cells."""
    for before in (3, 12, book[SHEET].max_row - 2):
        with_row(book[SHEET], before)
    return book[SHEET]


WAYS: dict[str, Callable[[Workbook], Worksheet]] = {
    "as it was": lambda book: book[SHEET],
    "rows moved": with_inserted,
    "renamed": renamed,
    "copied": lambda book: copied(book, names=True),
    "copied without names": lambda book: copied(book, names=False),
    "another sheet": lambda book: book.create_sheet(MEMO),
}


def spread(sheet: Worksheet) -> set[str]:
    """A word of its own in every cell that is neither open nor a label, far beyond the form, and on a note; the words."""
    opened = (
        {sheet[cell].coordinate for cell in entry_places.places(as_read(sheet)).values()}
        if sheet.title != COPY
        else set()
    )
    merged = list(sheet.merged_cells.ranges)
    typed: set[str] = set()
    for line in sheet.iter_rows(min_row=1, max_row=sheet.max_row + 4, min_col=3, max_col=12):
        for cell in line:
            fixed = cell.column <= 6 and str(cell.value or "").startswith("令和")
            within = any(cell.coordinate in area and cell.coordinate != area.start_cell.coordinate for area in merged)
            if cell.coordinate in opened or fixed or within:
                continue
            cell.value = f"ここに{cell.coordinate}"
            typed.add(cell.value)
    sheet["A1"].comment = Comment("メモに書いた要因", "担当")
    sheet["XFD9"].value = "右の端"
    return typed | {"メモに書いた要因", "右の端"}


@pytest.mark.drill
@pytest.mark.parametrize("way", WAYS)
def test_a_word_in_whichever_other_cell_is_listed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    cast.open(1)
    monkeypatch.setattr(uploads, "MOST_UNREAD", 10_000)
    path = fill(issued(cast, tmp_path), {"cause": "雨のため"})
    book = load_workbook(path)
    typed = spread(WAYS[way](book))
    book.save(path)
    upload = sent(cast, path)
    assert upload.state == Upload.State.READ, upload.detail
    assert upload.result["sheets"][SHEET]["cause"]["text"] == "雨のため"
    assert typed - {one["text"] for one in upload.result["unread"]} == set()
    untouched = {one["text"] for one in upload.result["unread"]} - typed
    assert untouched <= ({"雨のため"} if "copied" in way else set())  # what the clerk wrote himself before he copied


@pytest.mark.parametrize("way", ["rows moved", "renamed", "copied", "copied without names"])
def test_what_only_moved_is_read_where_it_is_now_and_not_listed(cast: Cast, tmp_path: Path, way: str) -> None:
    cast.open(2)
    path = issued(cast, tmp_path)
    book = load_workbook(path)
    WAYS[way](book)
    book.save(path)
    upload = sent(cast, fill(path, {"cause": "雨のため"}, sheet="市民課の分" if way == "renamed" else SHEET))
    assert (upload.state, upload.result["unread"], upload.result["beyond"]) == (Upload.State.READ, [], 0)
    sheets = uploads.difference(user=cast.contributor, upload=upload)
    assert [row.file for sheet in sheets for row in sheet.changes] == ["雨のため"]


def test_a_value_hidden_under_merged_cells_is_listed_or_held_for_a_tick(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"indicator:1:actual": "120件"})
    book = load_workbook(path)
    place = book[SHEET][entry_places.places(as_read(book[SHEET]))["indicator:1:actual"]]
    beside = place.offset(column=-1)
    beside.value = "121件"
    book[SHEET].merge_cells(f"{beside.coordinate}:{place.coordinate}")
    book.save(path)
    upload = sent(cast, path)
    assert {one["text"] for one in upload.result["unread"]} == {"121件"}


def test_the_words_of_a_text_box_are_listed(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = issued(cast, tmp_path)
    spaces = 'xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    spaces += 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    words_in = "<x:sp><x:txBody><a:p><a:r><a:t>雨で</a:t></a:r><a:r><a:t>減りました</a:t></a:r></a:p></x:txBody></x:sp>"
    with ZipFile(path, "a") as parts:
        parts.writestr("xl/drawings/drawing1.xml", f"<x:wsDr {spaces}>{words_in}</x:wsDr>")
    assert sent(cast, path).result["unread"] == [{"cell": "(図形)!1", "text": "雨で減りました"}]


def test_more_than_is_shown_is_counted(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.open(1)
    monkeypatch.setattr(uploads, "MOST_UNREAD", 3)
    path = issued(cast, tmp_path)
    book = load_workbook(path)
    typed = spread(book.create_sheet(MEMO))
    book.save(path)
    upload = sent(cast, path)
    assert (len(upload.result["unread"]), upload.result["beyond"]) == (3, len(typed) - 3)
    page = words(as_(cast.contributor).get(f"/uploads/file/{upload.pk}/"))
    assert f"ほかに{len(typed) - 3}個のセルに文があり" in page


def test_a_book_of_before_hidden_names_is_read_and_its_renamed_sheet_too(cast: Cast, tmp_path: Path) -> None:
    """As earlier versions wrote it: no name of the sheet, a digest of places, no memory of open cells."""
    cast.open(1)
    path = issued(cast, tmp_path)
    book = load_workbook(path)
    sheet = book[SHEET]
    del sheet.defined_names[entry_places.SHEET_NAME]
    digest = entry_places.arrangement_in_place(as_read(sheet), entry_places.places(as_read(sheet)))
    next(one for one in book.custom_doc_props.props if one.name == SHEET_PROPERTY + SHEET).value = digest
    book.save(path)
    record = EntryBook.objects.get()
    record.content = {code: {k: v for k, v in one.items() if k != "open"} for code, one in record.content.items()}
    record.save()
    assert sent(cast, path).result["unread"] == []
    renamed(book)
    book.save(path)
    upload = sent(cast, fill(path, {"cause": "雨のため"}, sheet="市民課の分"))
    assert upload.result["sheets"][SHEET]["cause"]["text"] == "雨のため"
    with_row(book["市民課の分"], 12)
    book.save(path)
    refused = sent(cast, path)
    assert (refused.code, "行・列・見出しが動いています" in refused.detail) == ("WRONG_FORM", True)


def test_a_deleted_cell_is_named(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = issued(cast, tmp_path)
    book = load_workbook(path)
    book[SHEET].defined_names[entry_places.cell_name("cause")].attr_text = f"'{SHEET}'!#REF!"
    book.save(path)
    assert "「要因」の欄が消えています" in sent(cast, path).detail


def test_anothers_book_is_named_as_that_and_their_sheets_beside_ours(cast: Cast, tmp_path: Path) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    foreign = sent(cast, issued(cast, tmp_path), user=cast.other)
    assert foreign.code == "WRONG_FORM"
    assert "産業振興課の記入用ブックです(01-01)" in foreign.detail and "様式ではありません" not in foreign.detail


def test_a_sheet_of_others_in_our_book_is_named(cast: Cast, tmp_path: Path) -> None:
    cast.open(2)
    path = issued(cast, tmp_path)
    other = cast.sheet(2).measure_year
    other.owner = cast.departments["農林水産課"]
    other.save()
    upload = sent(cast, path)
    assert upload.result["apart"] == ["01-02"]
    assert "ほかの部署のものです" in words(as_(cast.contributor).get(f"/uploads/file/{upload.pk}/"))


def test_an_item_that_the_sheet_lost_meanwhile_is_listed(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    upload = sent(cast, fill(issued(cast, tmp_path), {"schedule:1": "周知を終えました。"}))
    cast.sheet().measure_year.schedule.all().delete()
    (sheet,) = uploads.difference(user=cast.contributor, upload=upload)
    assert [one["text"] for one in sheet.gone] == ["周知を終えました。"]
    assert "周知を終えました。" in words(as_(cast.contributor).get(f"/uploads/file/{upload.pk}/"))


def test_a_difference_shows_its_verdict_and_what_was_taken_leads_to_the_submission(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    client = as_(cast.contributor)
    upload = sent(cast, fill(issued(cast, tmp_path), {"indicator:1:actual": "1,200千円"}))
    page = words(client.get(f"/uploads/file/{upload.pk}/"))
    assert "(空欄) → ブック: 1,200千円" in page
    assert "このように読み取りました" in page and "単位が合わない" in page
    review = cast.sheet()
    ticks = {f"take:{review.pk}:indicator:1:actual": "1", f"version:{review.pk}": str(review.version)}
    after = client.post(f"/uploads/file/{upload.pk}/apply/", ticks, follow=True)
    html = after.content.decode()
    assert f'href="/sheets/{review.pk}/submit/"' in html and "確認・提出へ進む" in words(after)
    assert html.count("button--primary") == 1
