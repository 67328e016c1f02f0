"""記入用 workbooks from hand to hand: issued, filled in, sent, compared three ways, taken."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from review.books.services import entry_books, uploads
from review.domain.refusals import Invalid, NotAllowed, Stale
from review.domain.three_way import Change
from review.models import AuditEntry, EntryBook, MeasureReview, TargetChange, Upload, User
from review.sheet.services import submission
from review.workbook.entry_places import cell_name
from review.workbook.entry_reader import read_entry_book
from tests.cast import Cast
from tests.review.acting import as_, words
from workflow import steps


def issued(cast: Cast, folder: Path, *, user: User | None = None, name: str = "entry.xlsx") -> Path:
    """A fresh 記入用 workbook on the disk."""
    book = entry_books.issue(user=user or cast.contributor, cycle_id=cast.sheet().cycle_id)
    path = folder / name
    path.write_bytes(book.content)
    return path


def fill(
    path: Path, texts: Mapping[str, object], *, sheet: str = "01-01", formats: Mapping[str, str] | None = None
) -> Path:
    """Type into the open cells, as a person with a spreadsheet program would."""
    book = load_workbook(path)
    for key, value in texts.items():
        cell = book[sheet][_place(book[sheet], key)]
        cell.value = value
        cell.number_format = (formats or {}).get(key, "@")
    book.save(path)
    return path


def _place(sheet: Worksheet, key: str) -> str:
    """The cell under the item's name; a bar has one for each year."""
    return str(sheet.defined_names[cell_name(key)].attr_text).rpartition("!")[2].replace("$", "")


def sent(cast: Cast, path: Path, *, user: User | None = None) -> Upload:
    """The file, received."""
    return uploads.receive(user=user or cast.contributor, cycle_id=cast.sheet().cycle_id, path=path, filename=path.name)


def changes(cast: Cast, upload: Upload, key: str) -> Change:
    """What the first sheet's comparison says of one item."""
    sheet = uploads.difference(user=cast.contributor, upload=upload)[0]
    return next(row.change for row in sheet.rows if row.key == key)


def take(cast: Cast, upload: Upload, *keys: str, version: int | None = None) -> Upload:
    """Apply the keys of the first sheet."""
    review = cast.sheet()
    return uploads.apply(
        user=cast.contributor,
        upload_id=upload.pk,
        chosen={review.pk: keys},
        versions={review.pk: review.version if version is None else version},
    )


def web(cast: Cast, **texts: str) -> MeasureReview:
    """Somebody types on the web."""
    review = cast.sheet()
    return submission.save_draft(user=cast.colleague, review_id=review.pk, version=review.version, texts=texts)


def test_an_untouched_file_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    cast.open(2)
    upload = sent(cast, issued(cast, tmp_path))
    assert upload.state == Upload.State.READ
    sheets = uploads.difference(user=cast.contributor, upload=upload)
    assert [sheet.code for sheet in sheets] == ["01-01", "01-02"]
    assert {row.change for sheet in sheets for row in sheet.rows} == {Change.SAME}
    with pytest.raises(Invalid, match="1つ以上"):
        take(cast, upload)
    # Taking what says the same anyway is done before it began.
    assert take(cast, upload, "cause").state == Upload.State.READ
    assert not AuditEntry.objects.filter(action="draft.save").exists()


def test_the_three_ways_of_a_change(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    web(cast, cause="元の要因", response="元の対応", progress="元の状況", policy="元の方針")
    path = fill(
        issued(cast, tmp_path),
        {"cause": "ブックの要因", "progress": "ブックの状況", "policy": None, "indicator:1:actual": "120件"},
    )
    web(cast, response="画面の対応", progress="画面の状況")
    upload = sent(cast, path)
    assert changes(cast, upload, "cause") == Change.FILE
    assert changes(cast, upload, "response") == Change.WEB
    assert changes(cast, upload, "progress") == Change.BOTH_DIFFER
    assert changes(cast, upload, "policy") == Change.FILE
    row = next(r for r in uploads.difference(user=cast.contributor, upload=upload)[0].rows if r.key == "policy")
    assert row.emptied and row.must_confirm


def test_taking_a_part_is_typed_entry(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"indicator:1:actual": "120件", "cause": "見本の要因"})
    upload = take(cast, sent(cast, path), "indicator:1:actual")
    texts = submission.current_texts(cast.sheet())
    assert (texts["indicator:1:actual"], texts["cause"]) == ("120件", "")
    assert cast.sheet().state == "editing"
    assert upload.applied == {"01-01": ["indicator:1:actual"]}
    indicator = cast.sheet().measure_year.measure.indicators.get(number=1).years.get(fiscal_year=2024)
    assert indicator.status == "achieved"
    assert AuditEntry.objects.filter(action="draft.save").count() == 1
    assert AuditEntry.objects.filter(action="upload.apply").count() == 1
    take(cast, upload, "cause")
    assert Upload.objects.get().applied == {"01-01": ["cause", "indicator:1:actual"]}


def test_what_excel_changed_comes_back_as_it_was_typed_and_marked(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(
        issued(cast, tmp_path),
        {"indicator:1:actual": 0.8, "indicator:2:actual": 1200},
        formats={"indicator:1:actual": "0%", "indicator:2:actual": "#,##0"},
    )
    rows = {row.key: row for row in uploads.difference(user=cast.contributor, upload=sent(cast, path))[0].changes}
    assert {key: (row.file, row.mark, row.must_confirm) for key, row in rows.items()} == {
        "indicator:1:actual": ("80%", "number_cell", True),
        "indicator:2:actual": ("1,200", "number_cell", True),
    }


def test_the_same_file_twice_is_one_upload(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"cause": "見本の要因"})
    first = take(cast, sent(cast, path), "cause")
    second = sent(cast, path)
    assert (first.pk, second.state) == (second.pk, Upload.State.APPLIED)
    assert Upload.objects.count() == 1
    take(cast, second, "cause")
    assert AuditEntry.objects.filter(action="draft.save").count() == 1


def test_a_sheet_saved_while_comparing_is_stale_and_nothing_is_taken(cast: Cast, tmp_path: Path) -> None:
    cast.open(2)
    path = fill(issued(cast, tmp_path), {"cause": "一"})
    upload = sent(cast, fill(path, {"cause": "二"}, sheet="01-02"))
    first, second = cast.sheet(1), cast.sheet(2)
    web(cast, response="ほかの人の対応")
    with pytest.raises(Stale):
        uploads.apply(
            user=cast.contributor,
            upload_id=upload.pk,
            chosen={first.pk: ["cause"], second.pk: ["cause"]},
            versions={first.pk: first.version, second.pk: second.version},
        )
    assert submission.current_texts(cast.sheet(2))["cause"] == ""


def test_a_returned_sheet_takes_only_what_the_return_named(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"indicator:1:actual": "121件", "policy": "別の方針"})
    review = cast.submitted()
    steps.return_to_department(
        user=cast.reviewer, review_id=review.pk, round=review.round, comment="", remarks={"indicator:1:actual": "確かめてください。"}
    )  # fmt: skip
    upload = sent(cast, path)
    rows = {row.key: row for row in uploads.difference(user=cast.contributor, upload=upload)[0].changes}
    assert rows["indicator:1:actual"].may_take
    assert not rows["policy"].may_take
    with pytest.raises(NotAllowed, match="差戻しの対象ではない"):
        take(cast, upload, "policy")
    take(cast, upload, "indicator:1:actual")
    assert submission.current_texts(cast.sheet())["indicator:1:actual"] == "121件"
    cells = read_entry_book(issued(cast, tmp_path, name="again.xlsx")).sheets["01-01"]
    assert set(cells) == {"indicator:1:actual", "cause", "response"}


def test_a_submitted_sheet_gets_no_book(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"cause": "遅れた要因"})
    cast.submitted()
    with pytest.raises(NotAllowed):
        entry_books.issue(user=cast.contributor, cycle_id=cast.sheet().cycle_id)
    with pytest.raises(NotAllowed, match="提出済"):
        entry_books.issue(user=cast.contributor, cycle_id=cast.sheet().cycle_id, review_id=cast.sheet().pk)
    (sheet,) = uploads.difference(user=cast.contributor, upload=sent(cast, path))
    assert not any(row.may_take for row in sheet.rows)


def test_the_same_content_keeps_its_token(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    first, second = (read_entry_book(issued(cast, tmp_path)).token for _ in range(2))
    assert first == second
    web(cast, cause="変わった")
    assert read_entry_book(issued(cast, tmp_path)).token != first
    assert EntryBook.objects.count() == 2


def test_files_of_nowhere_and_of_others_are_refused(cast: Cast, tmp_path: Path) -> None:
    cycle = cast.open(2, owners=("産業振興課", "農林水産課"))
    path = issued(cast, tmp_path)
    foreign = sent(cast, path, user=cast.other)
    assert (foreign.code, foreign.state) == ("WRONG_FORM", "refused")
    assert foreign.result == {"sheets": {}}
    EntryBook.objects.all().delete() if not Upload.objects.filter(entry_book__isnull=False).exists() else None
    assert sent(cast, path).code == "STALE"
    for name, value in (("MeguriCycle", str(cycle.pk + 1)), ("MeguriToken", "x")):
        book = load_workbook(path)
        next(prop for prop in book.custom_doc_props.props if prop.name == name).value = value
        other = tmp_path / f"{name}.xlsx"
        book.save(other)
        assert sent(cast, other).code == ("STALE" if name == "MeguriCycle" else "WRONG_FORM")


def test_a_refused_file_may_be_sent_again_and_leaves_one_row(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = tmp_path / "empty.xlsx"
    path.write_bytes(b"")
    assert [sent(cast, path).code for _ in range(2)] == ["EMPTY", "EMPTY"]
    assert Upload.objects.count() == 1


def test_bars_and_next_years_target_go_round_like_every_other_cell(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    web(cast, **{"schedule:1:bars": "令和5年度、令和6年度「試験運用」"})
    path = fill(
        issued(cast, tmp_path),
        {
            "schedule:1:bars:2025": "■本格運用",
            "indicator:1:next_target": "150件",
            "change_reason": "需要が増えたため。",
        },
    )
    upload = sent(cast, path)
    sheet = uploads.difference(user=cast.contributor, upload=upload)[0]
    assert {row.key: (row.web, row.file) for row in sheet.changes} == {
        "schedule:1:bars": (
            "令和5年度、令和6年度「試験運用」",
            "令和5年度、令和6年度「試験運用」、令和7年度「本格運用」",
        ),
        "indicator:1:next_target": ("100件", "150件"),
        "change_reason": ("", "需要が増えたため。"),
    }
    assert not sheet.unexplained
    take(cast, upload, "schedule:1:bars", "indicator:1:next_target", "change_reason")
    item = cast.sheet().measure_year.schedule.get()
    assert item.bars == {"2023": "", "2024": "試験運用", "2025": "本格運用"}
    change = TargetChange.objects.get()
    assert (change.target_before, change.target, change.changed_by) == ("100件", "150件", cast.contributor)
    again = sent(cast, issued(cast, tmp_path, name="again.xlsx"))
    assert {row.change for row in uploads.difference(user=cast.contributor, upload=again)[0].rows} == {Change.SAME}


def test_a_target_changed_in_the_book_without_a_reason_says_what_is_missing(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    upload = sent(cast, fill(issued(cast, tmp_path), {"indicator:1:next_target": "150件"}))
    sentence = uploads.difference(user=cast.contributor, upload=upload)[0].unexplained
    assert "変更の理由を入力してください" in sentence
    take(cast, upload, "indicator:1:next_target")
    assert submission.missing(cast.sheet())["change_reason"] == sentence


def test_bars_and_targets_that_both_changed_differ_in_three_ways(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"schedule:1:bars:2025": "■", "indicator:1:next_target": "150件"})
    web(cast, **{"schedule:1:bars": "令和5年度", "indicator:1:next_target": "130件"})
    upload = sent(cast, path)
    rows = {row.key: row for row in uploads.difference(user=cast.contributor, upload=upload)[0].changes}
    assert {key: (row.base, row.web, row.file, row.change) for key, row in rows.items()} == {
        "schedule:1:bars": (
            "令和5年度、令和6年度", "令和5年度", "令和5年度、令和6年度、令和7年度", Change.BOTH_DIFFER
        ),
        "indicator:1:next_target": ("100件", "130件", "150件", Change.BOTH_DIFFER),
    }  # fmt: skip


def test_what_stands_outside_the_open_cells_is_listed_with_its_cell_and_words(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = issued(cast, tmp_path)
    assert sent(cast, path).result["unread"] == []
    book = load_workbook(path)
    sheet = book["01-01"]
    outside = f"{sheet.cell(row=sheet.max_row + 3, column=3).coordinate}"
    sheet[outside].value = "続きはこちら"
    sheet["A2"].value = "この行に要因を書きました"
    book.create_sheet("01-01 (2)")["A1"].value = "写しに書いた要因"
    book.save(path)
    upload = sent(cast, path)
    unread = {row["cell"]: row["text"] for row in upload.result["unread"]}
    assert unread[f"01-01!{outside}"] == "続きはこちら"
    assert unread["01-01 (2)!A1"] == "写しに書いた要因"
    assert unread["01-01!A2"] == "この行に要因を書きました"
    assert len(unread) == 3


def test_a_book_that_a_program_saved_anew_has_nothing_unread(cast: Cast, tmp_path: Path) -> None:
    cast.open(2)
    path = issued(cast, tmp_path)
    load_workbook(path).save(path)
    assert sent(cast, path).result["unread"] == []


def test_the_page_names_what_was_not_read(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path = fill(issued(cast, tmp_path), {"cause": "雨のため"})
    book = load_workbook(path)
    book["01-01"]["H60"].value = "続きはこちら"
    book.save(path)
    upload = sent(cast, path)
    page = words(as_(cast.contributor).get(f"/uploads/file/{upload.pk}/"))
    assert "読み取っていないところがあります" in page and "01-01!H60" in page and "続きはこちら" in page
