"""Workbooks as jobs: which files stay, which are deleted, and the effect of a broken file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pytest
from django.core.files.storage import default_storage

from review import clock
from review.background.services import jobs
from review.books.services import artifacts, workbooks
from review.models import Artifact, Cycle, Job
from review.trail.services import whole_files
from review.workbook import engine
from review.workbook.files import check_workbook
from tests.cast import Cast, settle_background
from tests.moved import shifted

pytestmark = pytest.mark.django_db


def build_again(cycle: Cycle) -> Artifact:
    """The year's book once more."""
    workbooks.request_year(cycle)
    Job.objects.update(not_before=clock.now())
    settle_background()
    return Artifact.objects.filter(kind="consolidated", edition=None).latest("revision")


def on_disk() -> set[str]:
    root = Path(default_storage.path(""))
    return {path.relative_to(root).as_posix() for path in root.glob("*/*/*/*") if path.is_file()}


def with_file() -> set[str]:
    return set(Artifact.objects.filter(retired_at=None).values_list("path", flat=True))


def test_only_the_newest_drafts_keep_their_file(cast: Cast) -> None:
    cycle = cast.open(1)
    while build_again(cycle).revision < artifacts.MOST_DRAFTS + 3:
        pass
    made = Artifact.objects.filter(kind="consolidated").count()
    gone = artifacts.retire()
    assert (gone, artifacts.retire()) == (made - artifacts.MOST_DRAFTS, 0)
    revisions = Artifact.objects.filter(kind="consolidated", retired_at=None).values_list("revision", flat=True)
    assert sorted(revisions) == list(range(made - artifacts.MOST_DRAFTS + 1, made + 1))
    assert Artifact.objects.filter(kind="consolidated").exclude(sha256="").count() == made
    assert on_disk() == with_file()


def test_an_edition_is_never_retired(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(artifacts, "MOST_DRAFTS", 0)
    cast.published(1)
    artifacts.retire()
    assert set(Artifact.objects.filter(retired_at=None).values_list("edition__number", flat=True)) == {1}
    assert on_disk() == with_file()


def test_a_retired_file_left_by_a_kill_is_swept_up(cast: Cast) -> None:
    cast.open(1)
    artifact = Artifact.objects.filter(kind="consolidated").latest("pk")
    Artifact.objects.filter(pk=artifact.pk).update(retired_at=clock.now())
    assert artifacts.remove_orphans(older_than=timedelta(0)) == 1
    assert not default_storage.exists(artifact.path)


def test_the_sweep_touches_only_what_the_books_wrote(cast: Cast) -> None:
    cast.open(1)
    root = Path(default_storage.path(""))
    left = [
        root / "2024/sheets/.01-01.xlsx.abc.tmp",
        root / "dx/2024/sheets/.01-01.xlsx.abc.tmp",
        root / "memory/.1.parts.abc.tmp",
        root / "memory/99.parts",
    ]
    others = [root / "evidence/2024/01-01", root / "2024/other/file"]
    for path in (*left, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        long_ago = (clock.now() - timedelta(days=60)).timestamp()
        os.utime(path, (long_ago, long_ago))
    assert artifacts.remove_orphans() == len(left)
    assert [path.exists() for path in (*left, *others)] == [False] * len(left) + [True] * len(others)


@pytest.mark.parametrize("hours", [-12, -1, 1, 12])
def test_a_file_that_waits_for_its_row_outlasts_a_clock_that_is_wrong_by_hours(cast: Cast, hours: int) -> None:
    cast.open(1)
    fresh = Path(default_storage.path("dx/2024/sheets/01-01-r9-dead.xlsx"))
    fresh.parent.mkdir(parents=True, exist_ok=True)
    fresh.write_bytes(b"x")
    with shifted(timedelta(hours=hours)):
        assert artifacts.remove_orphans() == 0
    written = (clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(fresh, (written, written))
    assert artifacts.remove_orphans() == 0 and fresh.exists()


def test_a_file_that_gets_its_row_while_the_files_are_listed_stays(cast: Cast, monkeypatch) -> None:
    cast.open(1)
    artifact = Artifact.objects.filter(kind="consolidated").latest("pk")
    Artifact.objects.filter(pk=artifact.pk).update(retired_at=clock.now())
    names = whole_files.names

    def listed(folder: str = "", **left_out: str) -> Iterator[str]:
        yield from names(folder, **left_out)
        Artifact.objects.filter(pk=artifact.pk).update(retired_at=None)

    monkeypatch.setattr(whole_files, "names", listed)
    assert artifacts.remove_orphans(older_than=timedelta(0)) == 0
    assert default_storage.exists(artifact.path)


def test_the_second_book_remembers_the_first(cast: Cast, monkeypatch) -> None:
    cycle, counts = cast.open(3), []
    cast.submitted(1)  # the first grade brings the charts of 総括, which move the rows below them
    settle_background()
    own = engine.PartCache.save

    def save(parts) -> None:
        counts.append(parts.made)
        own(parts)

    monkeypatch.setattr(engine.PartCache, "save", save)
    build_again(cycle)
    cast.submitted(2)
    settle_background()
    build_again(cycle)
    changed = 4  # the sheet's form and its lines in two lists, and the frame, which the build before did not need
    assert counts[0] == 0
    assert counts[-1] in (0, changed)
    assert max(counts) == changed


@pytest.mark.postgres  # the limit would stop the own file of SQLite as well
def test_a_full_disk_leaves_the_last_good_file_and_says_so(cast: Cast) -> None:
    resource, signal = pytest.importorskip("resource"), pytest.importorskip("signal")
    cycle = cast.open(1)
    before = with_file()
    limit, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    workbooks.request_year(cycle)
    Job.objects.update(not_before=clock.now())
    job = Job.objects.get(key=f"{workbooks.YEAR}:{cycle.pk}")
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, limit[1]))
        assert jobs.run(job.pk) == "failed"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    job.refresh_from_db()
    assert "空き容量" in job.cause
    assert with_file() == on_disk() == before
    Job.objects.update(not_before=clock.now())
    assert jobs.run(job.pk) == "done"
    assert len(with_file()) == len(before) + 1


@pytest.mark.parametrize("spoil", ["cut", "bytes", "sheet"])
def test_a_broken_workbook_is_found_before_anyone_sees_it(tmp_path, cast: Cast, spoil: str) -> None:
    cast.open(1)
    artifact = Artifact.objects.filter(kind="consolidated").latest("pk")
    data = Path(default_storage.path(artifact.path)).read_bytes()
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    check_workbook(path)
    if spoil == "cut":
        path.write_bytes(data[:-30])
    elif spoil == "bytes":
        path.write_bytes(data[:200] + b"\0\0\0\0" + data[204:])
    else:
        with ZipFile(path) as whole, ZipFile(tmp_path / "less.xlsx", "w") as less:
            for name in whole.namelist():
                if not name.endswith("form1.xml"):
                    less.writestr(name, whole.read(name))
        path = tmp_path / "less.xlsx"
    with pytest.raises((ValueError, BadZipFile, zlib.error)):
        check_workbook(path)
