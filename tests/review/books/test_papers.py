"""PDFs as jobs: built on request, and with every edition."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from review.books.services import papers
from review.models import Artifact, IndicatorYear
from tests.cast import Cast, settle_background
from tests.review.acting import as_, words

pytestmark = pytest.mark.django_db


def text_of(artifact: Artifact) -> str:
    reader = PdfReader(BytesIO(Path(default_storage.path(artifact.path)).read_bytes()))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_each_paper_is_made_when_asked_for(cast: Cast) -> None:
    cycle = cast.open(2)
    cast.submitted(1, "120件")
    settle_background()
    assert not Artifact.objects.filter(path__endswith=".pdf").exists()
    board, files = (reverse(f"meguri:{name}", args=[*cycle.key]) for name in ("board", "files"))
    sheet = reverse("meguri:sheet", args=[cast.sheet(1).pk])
    approver, clerk = as_(cast.approver), as_(cast.contributor)
    press(approver, board, "本部会議資料を作る")
    press(approver, files, "集約表(PDF)を作る")
    press(clerk, sheet, "施策シートのPDFを作る")
    settle_background()
    made = {artifact.kind: artifact for artifact in Artifact.objects.filter(path__endswith=".pdf")}
    assert set(made) == {"pack", "book_pdf", "sheet_pdf"}
    for artifact in made.values():
        assert "120件" in text_of(artifact) and artifact.filename.endswith(".pdf")
    assert "先に見るもの" in text_of(made["pack"])
    assert made["sheet_pdf"].review == cast.sheet(1)


def press(client: Client, page: str, label: str) -> None:
    """Send the form of the page whose button has the label."""
    forms = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', client.get(page).content.decode(), re.S)
    action, form = next((action, form) for action, form in forms if label in " ".join(form.split()))
    named = re.search(r'<button[^>]* name="(\w+)" value="(\w+)"', form)
    answer = client.post(action, {named[1]: named[2]} if named else {}, follow=True)
    assert answer.status_code == 200 and "作っています" in words(answer)


def test_papers_that_somebody_asked_for_are_made_anew_when_a_sheet_moves_on(cast: Cast) -> None:
    cycle = cast.open(2)
    papers.request_of_year(Artifact.Kind.PACK, cycle)
    papers.request_sheet(cast.sheet(1))
    settle_background()
    cast.submitted(1, "120件")
    settle_background()
    newest = {artifact.kind: artifact for artifact in Artifact.objects.filter(path__endswith=".pdf").order_by("pk")}
    assert set(newest) == {"pack", "sheet_pdf"}, "nobody asked for the book"
    assert all(artifact.revision > 1 and "120件" in text_of(artifact) for artifact in newest.values())
    page = as_(cast.approver).get(reverse("meguri:files", args=[*cycle.key])).content.decode()
    assert all(newest[kind].filename in page for kind in newest)
    assert (
        newest["sheet_pdf"].filename
        in as_(cast.contributor).get(reverse("meguri:sheet", args=[cast.sheet(1).pk])).content.decode()
    )


def test_papers_hold_no_actual_of_the_year_to_come(cast: Cast) -> None:
    cycle = cast.open(1)
    IndicatorYear.objects.filter(fiscal_year=cycle.fiscal_year + 1).update(actual="9999件")
    papers.request_of_year(Artifact.Kind.PACK, cycle)
    settle_background()
    assert "9999件" not in text_of(Artifact.objects.get(kind="pack"))


def test_asking_again_makes_the_next_revision(cast: Cast) -> None:
    cycle = cast.open(1)
    for _ in range(2):
        papers.request_of_year(Artifact.Kind.PACK, cycle)
        settle_background()
    assert sorted(Artifact.objects.filter(kind="pack").values_list("revision", flat=True)) == [1, 2]


def test_an_edition_has_its_pdf(cast: Cast) -> None:
    cast.published(1)
    artifact = Artifact.objects.get(kind="book_pdf")
    assert artifact.edition.number == 1
    assert "第1版" in text_of(artifact)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 half", b"no %%EOF"])
def test_half_a_pdf_is_found(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "half.pdf"
    path.write_bytes(data)
    with pytest.raises(ValueError):
        papers.check_pdf(path)
