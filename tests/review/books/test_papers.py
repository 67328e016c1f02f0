"""PDFs as jobs: built on request, and with every edition."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from review.books.services import papers
from review.models import Artifact
from tests.cast import Cast, settle_background

pytestmark = pytest.mark.django_db


def text_of(artifact: Artifact) -> str:
    reader = PdfReader(BytesIO(Path(default_storage.path(artifact.path)).read_bytes()))
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_each_paper_is_made_when_asked_for(cast: Cast) -> None:
    cycle = cast.open(2)
    cast.submitted(1, "120件")
    settle_background()
    assert not Artifact.objects.filter(path__endswith=".pdf").exists()
    papers.request_pack(cycle)
    papers.request_book(cycle)
    papers.request_sheet(cast.sheet(1))
    settle_background()
    made = {artifact.kind: artifact for artifact in Artifact.objects.filter(path__endswith=".pdf")}
    assert set(made) == {"pack", "book_pdf", "sheet_pdf"}
    for artifact in made.values():
        assert "120件" in text_of(artifact) and artifact.filename.endswith(".pdf")
    assert "判断が必要な項目" in text_of(made["pack"])
    assert made["sheet_pdf"].review == cast.sheet(1)


def test_asking_again_makes_the_next_revision(cast: Cast) -> None:
    cycle = cast.open(1)
    for _ in range(2):
        papers.request_pack(cycle)
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
