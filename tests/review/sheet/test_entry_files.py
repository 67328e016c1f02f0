"""根拠資料 within the steps: a file goes with its value, and one that is refused says what to do."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from review.sheet.services import evidence
from review.workbook.archive import MAX_FILE
from tests.cast import Cast
from tests.review.acting import as_
from tests.review.sheet.test_entry import ONE, TWO, actual, opened, step_url
from tests.review.sheet.test_evidence import PDF


def test_a_file_goes_with_its_value_without_leaving_the_step(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = {**opened(client, step_url(review)), ONE: "120件", "action": "attach:1"}
    answer = client.post(step_url(review), {**form, f"file:{ONE}": SimpleUploadedFile("集計.pdf", PDF)})
    assert answer.url == f"{step_url(review)}#files-1" and actual(1) == "120件"
    assert [(one.item, one.filename) for one in evidence.of_sheet(review)] == [(ONE, "集計.pdf")]
    page = client.get(step_url(review)).content.decode()
    assert "集計.pdf" in page.partition('id="files-1"')[2].partition('id="files-2"')[0]
    # Whichever button is pressed, what was chosen goes along.
    client.post(step_url(review), {**form, "action": "next", f"file:{TWO}": SimpleUploadedFile("集計2.pdf", PDF)})
    assert {one.item for one in evidence.of_sheet(review)} == {ONE, TWO}


@pytest.mark.parametrize(
    ("data", "words_in"),
    [
        (b"", "ファイルが空です"),
        (PDF.ljust(MAX_FILE + 1), "ファイルが大きすぎます(10MBまで)。"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(20), "JPEGで保存し直してください"),
        ("件数,10\n".encode("cp932"), "文字だけのファイル"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "古い形式のOffice文書"),
    ],
    ids=["empty", "too large", "heic", "text", "old office"],
)
def test_a_refused_file_is_told_beside_its_value_and_nothing_typed_is_lost(
    cast: Cast, data: bytes, words_in: str
) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = {**opened(client, step_url(review)), ONE: "120件", "action": "attach:1"}
    answer = client.post(step_url(review), {**form, f"file:{ONE}": SimpleUploadedFile("集計.pdf", data)})
    html = answer.content.decode()
    assert answer.status_code == 422 and words_in in html and "120件" in html and actual(1) == "120件"
    assert html.count(words_in) == 2  # in the summary, which leads to it, and beside the field
    assert f'href="#id_file:{ONE}"' in html and f'id="id_file:{ONE}"' in html
    assert not evidence.of_sheet(review)


def test_a_file_of_an_item_that_the_sheet_has_not_is_refused(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = {**opened(client, step_url(review)), "action": "next"}
    answer = client.post(step_url(review), {**form, "file:indicator:9:actual": SimpleUploadedFile("a.pdf", PDF)})
    assert answer.status_code == 422 and not evidence.of_sheet(review)
