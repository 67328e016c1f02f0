"""根拠資料: who attaches and reads a file, what is no evidence, and what stays when it is withdrawn."""

import re

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, Evidence, User
from review.sheet.services import evidence
from tests.cast import Cast
from workflow import steps

# --- 根拠資料 -------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def attach(
    cast: Cast, data: bytes = PDF, name: str = "集計.pdf", *, item: str = "", user: User | None = None
) -> Evidence:
    """Add one file to the first sheet."""
    upload = SimpleUploadedFile(name, data)
    return evidence.add(
        user=user or cast.contributor, review_id=cast.sheet().pk, upload=upload, filename=name, item=item
    )


def test_a_file_is_kept_once_and_can_be_removed_until_it_was_submitted(transactional_db: None, cast: Cast) -> None:
    cast.open(1)
    row = attach(cast, item="indicator:1:actual")
    assert attach(cast, item="indicator:1:actual").pk == row.pk
    assert default_storage.open(row.path).read() == PDF
    evidence.remove(user=cast.colleague, evidence_id=row.pk)
    assert not default_storage.exists(row.path)
    row = attach(cast)
    review = cast.submitted()
    with pytest.raises(NotAllowed):
        evidence.remove(user=cast.contributor, evidence_id=row.pk)
    steps.recall(user=cast.contributor, review_id=review.pk)
    with pytest.raises(NotAllowed, match="提出した資料"):
        evidence.remove(user=cast.contributor, evidence_id=row.pk)


def test_what_was_taken_back_leaves_its_row_and_nothing_else(
    transactional_db: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every reader leaves it out: the list, the download, the count, and the look whether the same is there already."""
    cast.open(1)
    gone = attach(cast)
    evidence.remove(user=cast.colleague, evidence_id=gone.pk)
    row = Evidence.objects.get(pk=gone.pk)
    assert (row.withdrawn_by, row.sha256) == (cast.colleague, gone.sha256) and row.withdrawn_at
    assert evidence.of_sheet(cast.sheet()) == [] and not evidence.readable(cast.contributor).exists()
    evidence.remove(user=cast.contributor, evidence_id=gone.pk)  # a second press
    row.refresh_from_db()
    assert row.withdrawn_by == cast.colleague
    assert AuditEntry.objects.filter(action="evidence.remove").count() == 1
    monkeypatch.setattr(evidence, "MAX_FILES", 1)
    again = attach(cast)
    assert again.pk != gone.pk and evidence.of_sheet(cast.sheet()) == [again]
    with pytest.raises(Invalid, match="1件まで"):
        attach(cast, item="cause")


def test_nobody_but_the_service_reads_evidence() -> None:
    """So that no reader forgets what was taken back: `review.evidence` and `Evidence.objects` stand in one module."""
    reads = re.compile(r"\bEvidence\.(_default_manager|_base_manager|objects)\b|\.evidence\.\w+\(|evidence__")
    places = [path for folder in ("review", "workflow", "tasks") for path in (settings.BASE_DIR / folder).rglob("*.py")]
    readers = [path for path in places if "migrations" not in path.parts and reads.search(path.read_text())]
    assert readers == [settings.BASE_DIR / "review" / "sheet" / "services" / "evidence.py"]


def test_what_is_no_evidence_is_refused_and_leaves_no_file(cast: Cast) -> None:
    cast.open(1)
    for data in (
        b"",
        b"MZ" * 100,
        b"%PDF-1.7 cut",
        PDF.replace(b"<<>>", b"/JavaScript"),
        b"<html>",
        b"PK\x03\x04" + b"x" * 50,
    ):
        with pytest.raises(Invalid):
            attach(cast, data)
    with pytest.raises(Invalid):
        attach(cast, item="indicator:9:actual")
    assert not Evidence.objects.exists()
    assert not default_storage.exists("evidence") or not default_storage.listdir("evidence/2024/01-01")[1]


def test_the_name_says_what_the_content_is(cast: Cast) -> None:
    cast.open(1)
    assert attach(cast, name="../../月報\u202efdp.exe").filename == "月報fdp.exe.pdf"


def test_only_those_who_read_the_sheet_find_its_files(cast: Cast) -> None:
    cast.open(1)
    attach(cast)
    seen = {key for key, user in cast.people.items() if evidence.readable(user).exists()}
    assert seen == {"contributor", "colleague", "head", "related", "reviewer", "reviewer2", "approver", "approver2", "administrator", "auditor"}  # fmt: skip
    with pytest.raises(NotAllowed):
        attach(cast, b"%PDF-1.4\n%%EOF", user=cast.other)
