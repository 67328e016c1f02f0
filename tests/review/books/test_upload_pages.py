"""The screens of the Excel round trip and of the evidence, by HTTP and in a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from review.models import AuditEntry, Evidence, Upload, User
from review.sheet.services import submission
from tests.cast import YEAR, Cast
from tests.review.acting import queries_of
from tests.review.books.test_uploads import fill, issued, sent, web
from tests.review.sheet.test_evidence import PDF, attach


def client(user: User) -> Client:
    """Signed in, with the check of forged posts off as in Django's own client."""
    signed = Client()
    signed.force_login(user)
    return signed


def send(cast: Cast, data: bytes, *, user: User | None = None, name: str = "記入.xlsx") -> Any:
    """Post a file to the upload page."""
    file = SimpleUploadedFile(name, data)
    return client(user or cast.contributor).post(reverse("meguri:upload", args=["dx", YEAR]), {"file": file})


def test_the_way_from_the_download_to_the_saved_item(cast: Cast, tmp_path: Path) -> None:
    cast.open(2)
    browser = client(cast.contributor)
    assert "記入できる2施策" in browser.get(reverse("meguri:upload", args=["dx", YEAR])).content.decode()
    book = browser.get(reverse("meguri:entry_book", args=["dx", YEAR]))
    assert book.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    path = tmp_path / "entry.xlsx"
    path.write_bytes(book.content)
    fill(path, {"indicator:1:actual": "120件", "cause": "要因"})
    answer = send(cast, path.read_bytes())
    upload = Upload.objects.get()
    assert upload.state == "read", upload.detail
    assert (answer.status_code, answer.url) == (303, reverse("meguri:upload_review", args=[upload.pk]))
    page = browser.get(answer.url).content.decode()
    assert page.count('name="take:') == 2
    review = cast.sheet()
    done = browser.post(
        reverse("meguri:upload_apply", args=[upload.pk]),
        {f"take:{review.pk}:indicator:1:actual": "1", f"version:{review.pk}": str(review.version)},
    )
    assert done.status_code == 303
    assert submission.current_texts(cast.sheet())["indicator:1:actual"] == "120件"
    assert "1項目を反映しました" in browser.get(done.url).content.decode()


def test_the_same_file_sent_and_taken_twice_changes_the_sheet_once(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    path, review, browser = fill(issued(cast, tmp_path), {"cause": "要因"}), cast.sheet(), client(cast.contributor)
    for _time in range(2):
        answer = send(cast, path.read_bytes())
        upload = Upload.objects.get()
        assert answer.url == reverse("meguri:upload_review", args=[upload.pk])
        # The second time the page is an old one, its version too: what stands already is done already.
        ticks = {f"take:{review.pk}:cause": "1", f"version:{review.pk}": str(review.version)}
        assert browser.post(reverse("meguri:upload_apply", args=[upload.pk]), ticks).status_code == 303
    assert AuditEntry.objects.filter(action="draft.save").count() == 1
    assert AuditEntry.objects.filter(action="upload.apply").count() == 1
    assert cast.sheet().measure_year.text("cause") == "要因"


def test_a_refused_file_is_told_beside_its_field(cast: Cast) -> None:
    cast.open(1)
    answer = send(cast, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\x00".encode("utf-16-le"))
    assert answer.status_code == 422
    assert "古い形式(.xls)" in answer.content.decode()
    assert (
        client(cast.contributor).get(reverse("meguri:upload_review", args=[Upload.objects.get().pk])).status_code == 404
    )


def test_no_file_at_all_is_a_sentence(cast: Cast) -> None:
    cast.open(1)
    answer = client(cast.contributor).post(reverse("meguri:upload", args=["dx", YEAR]), {})
    assert answer.status_code == 422
    assert "ファイルを選んでください" in answer.content.decode()


def test_a_stale_page_shows_the_difference_anew(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    upload = sent(cast, fill(issued(cast, tmp_path), {"cause": "ブックの要因"}))
    review = cast.sheet()
    web(cast, cause="画面の要因")
    answer = client(cast.contributor).post(
        reverse("meguri:upload_apply", args=[upload.pk]),
        {f"take:{review.pk}:cause": "1", f"version:{review.pk}": str(review.version)},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert (
        "ほかの人がシートを保存しました" in page
        and "画面の要因" in page
        and "ブックを作ったあと、画面でも変わっています" in page
    )
    assert submission.current_texts(cast.sheet())["cause"] == "画面の要因"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "1" * 500])
def test_odd_versions_and_names_are_no_error(cast: Cast, tmp_path: Path, version: str) -> None:
    cast.open(1)
    upload = sent(cast, fill(issued(cast, tmp_path), {"cause": "ブックの要因"}))
    review = cast.sheet()
    answer = client(cast.contributor).post(
        reverse("meguri:upload_apply", args=[upload.pk]),
        {
            f"take:{review.pk}:cause": "1",
            "take:x:y": "1",
            "take:": "1",
            "version:x": "1",
            f"version:{review.pk}": version,
        },
    )
    assert answer.status_code == 409


def test_others_find_nothing(cast: Cast, tmp_path: Path) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    upload = sent(cast, fill(issued(cast, tmp_path), {"cause": "要因"}))
    evidence = attach(cast)
    other = client(cast.other)
    for url in (
        reverse("meguri:upload_review", args=[upload.pk]),
        reverse("meguri:evidence", args=[cast.sheet().pk]),
        reverse("meguri:evidence_file", args=[evidence.pk]),
        reverse("meguri:entry_book", args=["dx", YEAR]) + f"?sheet={cast.sheet().pk}",
        reverse("meguri:entry_book", args=["dx", YEAR]) + "?sheet=x",
        reverse("meguri:upload", args=["dx", 1999]),
    ):
        assert other.get(url).status_code == 404, url
    for url in (
        reverse("meguri:upload_apply", args=[upload.pk]),
        reverse("meguri:evidence_add", args=[cast.sheet().pk]),
        reverse("meguri:evidence_remove", args=[evidence.pk]),
    ):
        assert other.post(url).status_code == 404, url
    # A colleague reads the sheet, and still not somebody else's upload.
    assert client(cast.colleague).get(reverse("meguri:upload_review", args=[upload.pk])).status_code == 404
    assert client(cast.related).post(reverse("meguri:evidence_remove", args=[evidence.pk])).status_code == 404
    assert Evidence.objects.exists()


def test_evidence_is_added_downloaded_as_an_attachment_and_removed(cast: Cast) -> None:
    cast.open(1)
    browser, pk = client(cast.contributor), cast.sheet().pk
    added = browser.post(
        reverse("meguri:evidence_add", args=[pk]), {"file": SimpleUploadedFile("集計.pdf", PDF), "item": ""}
    )
    assert added.status_code == 303
    evidence = Evidence.objects.get()
    answer = client(cast.reviewer).get(reverse("meguri:evidence_file", args=[evidence.pk]))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == PDF
    page = client(cast.related).get(reverse("meguri:evidence", args=[pk])).content.decode()
    assert "集計.pdf" in page and "資料を添付する" not in page
    refused = browser.post(reverse("meguri:evidence_add", args=[pk]), {"file": SimpleUploadedFile("x.pdf", b"MZ")})
    assert refused.status_code == 422
    assert browser.post(reverse("meguri:evidence_remove", args=[evidence.pk])).status_code == 303
    assert not Evidence.objects.standing().exists()
    assert client(cast.reviewer).get(reverse("meguri:evidence_file", args=[evidence.pk])).status_code == 404
    assert "集計.pdf" not in client(cast.related).get(reverse("meguri:evidence", args=[pk])).content.decode()


def test_a_body_that_is_too_large_is_413_before_it_is_read(cast: Cast) -> None:
    cast.open(1)
    address = reverse("meguri:evidence_add", args=[cast.sheet().pk])
    came_from = {"CONTENT_LENGTH": str(30 * 1024 * 1024), "HTTP_REFERER": "http://testserver/sheets/1/entry/1/"}
    answer = client(cast.contributor).generic("POST", address, b"", **came_from)
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "送られたファイルは30.0 MBです。1回に受け付けられるのは10.0 MBまで" in page
    assert 'href="/sheets/1/entry/1/"' in page and "前の画面に戻る" in page
    elsewhere = client(cast.contributor).generic(
        "POST", address, b"", **{**came_from, "HTTP_REFERER": "http://x.example/"}
    )
    assert elsewhere.status_code == 413 and "x.example" not in elsewhere.content.decode()


def test_the_comparison_costs_the_same_however_many_sheets_the_plan_has(
    cast: Cast, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    cast.open(12, owners=("産業振興課", *["農林水産課"] * 11))
    upload = sent(cast, fill(issued(cast, tmp_path), {"cause": "要因"}))
    browser = client(cast.contributor)
    with django_assert_max_num_queries(25):
        browser.get(reverse("meguri:upload_review", args=[upload.pk]))
    first = queries_of(browser, reverse("meguri:upload_review", args=[upload.pk]))
    values = {"indicator:1:actual": "120件", "indicator:2:actual": "1,200千円"}
    more = sent(cast, fill(issued(cast, tmp_path), values))
    assert (
        queries_of(browser, reverse("meguri:upload_review", args=[more.pk])) == first
    )  # verdicts are read for nothing
    with django_assert_max_num_queries(25):
        browser.get(reverse("meguri:upload", args=["dx", YEAR]))


@pytest.mark.drill
@pytest.mark.browser
def test_the_screens_in_a_browser(
    transactional_db: None, cast: Cast, tmp_path: Path, new_page: Any, sign_in: Any, axe: Any, screenshot: Any
) -> None:
    cast.open(2)
    web(cast, cause="元の要因です。利用者が伸びませんでした。", policy="元の方針です。")
    path = issued(cast, tmp_path)
    texts = {
        "cause": "ブックの要因です。利用者が大きく伸びませんでした。",
        "policy": None,
        "indicator:1:actual": 0.8,
        "response": "周知を続けます。",
    }
    fill(path, texts, formats={"indicator:1:actual": "0%"})
    web(cast, cause="画面で直した要因です。")
    attach(cast)
    page = new_page()
    sign_in(page, cast.contributor)
    page.goto(reverse("meguri:upload", args=["dx", YEAR]))
    look(page, "upload", screenshot, axe)
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="送って違いを見る").click()
    page.wait_for_url("**/uploads/file/**")
    look(page, "upload-difference", screenshot, axe)
    # Ticked by itself: only what nobody need look at twice.
    assert page.locator(".compare input:checked").count() == 1
    page.get_by_label("成果目標① 実績").check()
    page.get_by_role("button", name="選んだ項目を反映する").click()
    page.get_by_text("2項目を反映しました").wait_for()
    assert submission.current_texts(cast.sheet())["indicator:1:actual"] == "80%"
    look(page, "upload-applied", screenshot, axe)
    page.get_by_role("link", name="確認・提出へ進む").first.click()
    page.get_by_role("heading", name="5.").wait_for()
    page.goto(reverse("meguri:evidence", args=[cast.sheet().pk]))
    look(page, "evidence", screenshot, axe)


def look(page: Any, name: str, screenshot: Any, axe: Any) -> None:
    """At both widths of the one page: a picture, and the accessibility rules."""
    for width in widths(page):
        screenshot(page, name)
        assert not serious(axe(page)), (name, width)


def widths(page: Any) -> Iterator[int]:
    """A desk's, and last the narrow one, at which one goes on."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        yield width


def serious(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The violations that matter."""
    return [one for one in violations if one["impact"] in ("serious", "critical")]
