"""A stored file leaves only as what it was when it was stored (security.md: one flipped byte was served with 200)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from review.models import Artifact, Evidence
from review.publication.views import plain_files
from review.trail.services import whole_files
from tests.cast import YEAR, Cast
from tests.review.acting import as_
from tests.review.sheet.test_evidence import attach


def flip(row: Artifact | Evidence) -> None:
    """One bit of the file, in place, with its times put back as far as anybody can."""
    path = Path(default_storage.path(row.path))
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with path.open("r+b") as stream:
        stream.write(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def body(client: Client, address: str) -> tuple[int, bytes]:
    answer = client.get(address)
    return answer.status_code, b"".join(answer.streaming_content) if answer.streaming else b""


@pytest.mark.parametrize(("address", "kind"), [("download", "consolidated"), ("book.pdf", "book_pdf")])
def test_a_published_file_with_one_bit_flipped_is_served_no_more(
    cast: Cast, address: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    cast.published(1)
    place, row = f"/results/dx/{YEAR}/{address}", Artifact.objects.get(edition__isnull=False, kind=kind)
    place += "/" if address == "download" else ""
    status, content = body(Client(), place)
    assert status == 200 and len(content) == row.size, "once served, and remembered as whole"
    flip(row)
    assert body(Client(), place)[0] == 404
    assert f"artifact {row.pk} differs from its sha256" in caplog.text
    assert body(as_(cast.approver), reverse("meguri:download", args=[row.pk]))[0] == 404
    flip(row)
    assert body(Client(), place) == (200, content), "put back, it is the file again"


def test_evidence_that_was_exchanged_is_not_handed_out(cast: Cast) -> None:
    cast.open(1)
    row = attach(cast)
    place = reverse("meguri:evidence_file", args=[row.pk])
    assert body(as_(cast.contributor), place)[0] == 200
    flip(row)
    assert body(as_(cast.contributor), place)[0] == 404


@pytest.mark.parametrize("door", [lambda row: plain_files._stored(row)(), lambda row: whole_files.opened(row)])
def test_the_static_site_takes_none_either(cast: Cast, door: Callable[[Artifact], object]) -> None:
    cast.published(1)
    row = Artifact.objects.get(edition__isnull=False, kind="consolidated")
    flip(row)
    with pytest.raises(whole_files.AlteredFile):
        door(row)


def test_the_export_takes_none_either(cast: Cast, tmp_path: Path) -> None:
    cast.published(1)
    flip(Artifact.objects.get(edition__isnull=False, kind="consolidated"))
    with pytest.raises(CommandError, match="公表したときと違います"):
        call_command("export_cycle", str(YEAR), "--format", "xlsx", "--out", str(tmp_path / "a.xlsx"))


def test_a_file_is_hashed_once_and_again_only_when_it_changed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cast.published(1)
    row = Artifact.objects.get(edition__isnull=False, kind="consolidated")
    count: list[int] = []
    monkeypatch.setattr(whole_files, "_seen", {})
    real = whole_files.hashlib.file_digest
    monkeypatch.setattr(whole_files.hashlib, "file_digest", lambda *given: (count.append(1), real(*given))[1])
    for _ in range(3):
        whole_files.opened(row).close()
    assert count == [1]
