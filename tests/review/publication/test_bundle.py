"""The static bundle: one archive, checked, made by a job when somebody asks, and always the same."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from review.books.services import papers, workbooks
from review.books.services.editions import audit_head
from review.models import Artifact, AuditEntry, Edition, Job
from review.publication.services import bundle
from tests.cast import YEAR, Cast, settle_background
from tests.frozen import frozen
from tests.review.acting import as_, words


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return frozen(cast)


def make_books(edition: Edition) -> None:
    """The workbook and the PDF, as the worker makes them after publication."""
    workbooks.request_edition(edition.cycle, edition.pk)
    papers.jobs.request(papers.EDITION, key=f"{papers.EDITION}:{edition.pk}", args={"edition": edition.pk})
    settle_background()


def test_a_bundle_waits_for_the_books_that_belong_in_it(edition: Edition, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="まだできていません"):
        call_command("build_site", YEAR, out=str(tmp_path / "site.zip"))
    assert list(tmp_path.glob("site*")) == []
    with pytest.raises(CommandError, match="公表版がありません"):
        call_command("build_site", 2023, out=str(tmp_path / "site.zip"))


def test_a_bundle_from_the_button_to_the_archive(edition: Edition, cast: Cast, tmp_path: Path) -> None:
    make_books(edition)
    client, files = as_(cast.reviewer), reverse("meguri:files", args=["dx", YEAR])
    assert "第1版の静的サイトを作る" in words(client.get(files))
    client.post(reverse("meguri:bundle_make", args=["dx", YEAR, 1]))
    settle_background()
    job = Job.objects.get(kind=bundle.KIND)
    assert job.state == "done" and job.total_steps == job.done_steps > 0
    assert AuditEntry.objects.filter(action="bundle.request", actor_key=cast.reviewer.key).exists()
    artifact = Artifact.objects.get(kind=Artifact.Kind.BUNDLE)
    response = client.get(reverse("meguri:download", args=[artifact.pk]))
    content = b"".join(response.streaming_content)
    assert response["Content-Type"] == "application/zip" and artifact.filename in words(client.get(files))
    assert hashlib.sha256(content).hexdigest() == artifact.sha256
    made_again_by_the_command(content, tmp_path)
    with ZipFile(io.BytesIO(content)) as archive:
        for kind, name in (("consolidated", "book.xlsx"), ("book_pdf", "book.pdf")):
            stored = default_storage.open(edition.artifacts.get(kind=kind).path).read()
            assert archive.read(f"results/dx/{YEAR}/{name}") == stored
        everything_prints(audit_head(edition.snapshot), archive)
        archive.extractall(tmp_path / "site")
    checked = subprocess.run(["sha256sum", "--check", "--quiet", bundle.MANIFEST], cwd=tmp_path / "site", check=False)
    assert checked.returncode == 0, "the manifest is what a usual tool reads"
    assert edition.sha256 in (tmp_path / "site" / bundle.README).read_text()


def everything_prints(head: str, archive: ZipFile) -> None:
    """Page, workbook, PDF, data, their description and the note beside them name the trail's head at the publication."""
    year, (seq, _colon, value) = f"results/dx/{YEAR}", head.partition(":")
    cover = load_workbook(io.BytesIO(archive.read(f"{year}/book.xlsx")))["表紙"]
    assert f"監査記録の照合値 {head}" in [cell.value for row in cover for cell in row]
    first_page = PdfReader(io.BytesIO(archive.read(f"{year}/book.pdf"))).pages[0].extract_text()
    assert head in first_page.replace("\n", "")
    assert json.loads(archive.read(f"{year}/data.json"))["snapshot"]["audit"] == {"seq": int(seq), "hash": value}
    for place in (f"{year}/dataset.jsonld", f"{year}/index.html", f"results/en/dx/{YEAR}/index.html", bundle.README):
        assert head in archive.read(place).decode(), place


def made_again_by_the_command(content: bytes, folder: Path) -> None:
    call_command("build_site", YEAR, out=str(folder / "again.zip"), stdout=io.StringIO(), stderr=io.StringIO())
    assert (folder / "again.zip").read_bytes() == content


def test_a_bundle_that_lost_a_byte_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "site.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("results/index.html", "公表")
        digest = hashlib.sha256(b"another").hexdigest()
        archive.writestr(bundle.MANIFEST, f"{digest}  results/index.html\n")
    with pytest.raises(ValueError, match="does not match its checksum"):
        bundle.check(path)
    with ZipFile(path, "a") as archive:
        archive.writestr("added.html", "")
    with pytest.raises(ValueError, match="does not hold what its manifest names"):
        bundle.check(path)


def test_nobody_else_may_ask_for_a_bundle(edition: Edition, cast: Cast) -> None:
    for who in (cast.contributor, cast.approver, cast.auditor):
        assert as_(who).post(reverse("meguri:bundle_make", args=["dx", YEAR, 1])).status_code == 403
        assert "静的サイトを作る" not in words(as_(who).get(reverse("meguri:files", args=["dx", YEAR])))
    assert not Job.objects.filter(kind=bundle.KIND).exists()
