"""The files in an S3-compatible store: every file of a year is made, served, checked, saved and removed as on a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from config.local import processes
from review.background.services import causes, jobs
from review.books.services import artifacts, workbooks
from review.models import Artifact, Evidence, Job, JobState
from review.operations.services import restoring, stored_files
from review.screens.services import throttle
from tests.cast import YEAR, Cast
from tests.remembered import really
from tests.review.acting import as_, words
from tests.review.sheet.test_evidence import PDF, attach
from tests.review.trail.test_whole_files import body
from tests.store import BUCKET, Store, running, storages

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with running(tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture
def store(_store: Store, settings: Any, transactional_db: None) -> Iterator[Store]:
    """The product's files lie in it, as the operator's settings say."""
    _store.bucket.objects.all().delete()
    settings.STORAGES = {**settings.STORAGES, "default": storages(_store.env)["default"]}
    with really():
        yield _store


@pytest.mark.drill
def test_a_year_is_made_served_checked_and_saved(store: Store, cast: Cast, tmp_path: Path, settings: Any) -> None:
    settings.MEGURI_ANCHOR_ROOT = tmp_path / "anchors"
    cast.published(1)
    rows = Artifact.objects.filter(retired_at=None)
    assert {row.path for row in rows} == store.names() and rows.filter(edition__isnull=False).count() >= 2
    edition = rows.get(edition__isnull=False, kind="consolidated")
    status, content = body(Client(), f"/results/dx/{YEAR}/download/")
    assert status == 200 and hashlib.sha256(content).hexdigest() == edition.sha256
    assert body(as_(cast.approver), reverse("meguri:download", args=[edition.pk])) == (200, content)
    assert stored_files.check().faults == ()
    call_command("backup", "--out", str(tmp_path / "saved"), verbosity=0)
    saved = {
        path.relative_to(tmp_path / "saved" / "files").as_posix() for path in (tmp_path / "saved/files").rglob("*.*")
    }
    assert saved == store.names()

    store.bucket.Object(edition.path).put(Body=content[:-1] + b"!")
    assert body(Client(), f"/results/dx/{YEAR}/download/")[0] == 404, "another one is not handed out"
    store.bucket.Object(edition.path).delete()
    assert [(one.path, one.what) for one in stored_files.check().faults] == [(edition.path, "missing")]
    restoring._put_files(tmp_path / "saved", [edition.path])
    assert body(Client(), f"/results/dx/{YEAR}/download/") == (200, content), "from the backup, into the store"


def test_evidence_is_kept_handed_out_and_removed(store: Store, cast: Cast) -> None:
    cast.open(1)
    row = attach(cast)
    assert row.path in store.names()
    assert body(as_(cast.contributor), reverse("meguri:evidence_file", args=[row.pk])) == (200, PDF)
    client = as_(cast.contributor)
    client.post(reverse("meguri:evidence_remove", args=[row.pk]))
    assert row.path not in store.names()


@pytest.mark.drill
def test_what_no_row_names_goes_and_nothing_else(store: Store, cast: Cast) -> None:
    cast.published(1)
    others = store.names() | {attach_to_store("evidence/2024/01-01/somebody.pdf"), attach_to_store("other/kind/x.txt")}
    attach_to_store("dx/2024/sheets/01-01-r9-dead.xlsx")
    throttle.forget("orphans")
    assert artifacts.remove_orphans() == 0, "too young: a worker may be about to give it its row"
    throttle.forget("orphans")
    assert artifacts.remove_orphans(older_than=timedelta(seconds=-5)) == 1
    assert store.names() == others


def attach_to_store(name: str) -> str:
    assert default_storage.save(name, ContentFile(b"x")) == name
    return name


def test_a_store_that_is_away_loses_nothing_and_says_so(store: Store, cast: Cast, settings: Any) -> None:
    """The job waits for it, and no sheet gets a row without its file; afterwards the same job makes its file."""
    cast.open(1)
    there = settings.STORAGES
    away = storages({**store.env, "MEGURI_S3_URL": f"http://127.0.0.1:{processes.free_port()}"})["default"]
    settings.STORAGES = {**there, "default": away}
    key = f"{workbooks.YEAR}:{cast.cycle.pk}"
    job = jobs.request(workbooks.YEAR, key=key, args={"cycle": cast.cycle.pk}, cycle=cast.cycle)
    Job.objects.filter(pk=job.pk).update(not_before=job.created_at)
    assert jobs.run(job.pk) == "failed"
    job.refresh_from_db()
    assert job.cause == causes.NO_ANSWER and job.state == JobState.WAITING
    assert causes.pause(OSError(), 99) == causes.pause(raised_now(), 99) <= timedelta(minutes=1)
    client = as_(cast.contributor)
    answer = client.post(
        reverse("meguri:evidence_add", args=[cast.sheet().pk]), {"file": SimpleUploadedFile("集計.pdf", PDF)}
    )
    assert answer.status_code == 503 and "数分待って" in words(answer) and not Evidence.objects.exists()
    settings.STORAGES = there
    Job.objects.filter(pk=job.pk).update(not_before=job.created_at)
    assert jobs.run(job.pk) == "done"


def raised_now() -> Exception:
    try:
        default_storage.exists("x")
    except Exception as error:
        return error
    raise AssertionError("it answers")


def test_the_store_is_named_by_the_operator_alone() -> None:
    options = storages({"MEGURI_S3_BUCKET": BUCKET, "MEGURI_S3_URL": "https://store.example.lg.jp"})["default"][
        "OPTIONS"
    ]
    assert options["bucket_name"] == BUCKET and options["endpoint_url"] == "https://store.example.lg.jp"
    assert "FileSystemStorage" in storages({"MEGURI_S3_BUCKET": ""})["default"]["BACKEND"]
