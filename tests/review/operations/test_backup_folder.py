"""The folder of a backup and the rows beside it, piece by piece: what is spoilt is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from review import clock
from review.models import Artifact
from review.operations.services import backup, backup_folder, restoring, stored_files, table_copies
from review.operations.services.backup_folder import DATABASE, MANIFEST, SUMS, BadBackup, Manifest
from review.trail.services import whole_files
from tests.cast import Cast

TABLE = f"{DATABASE}/review_plan"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole backup of one table."""
    made = tmp_path / "backup"
    backup_folder.begin(made)
    backup_folder.copy([b"one", b"two"], made / TABLE)
    empty = {"migrations": [["review", "0001_initial"]], "tables": {"review_plan": 1}, "columns": {}, "sequences": {}}
    manifest = Manifest(
        version="0.9.0",
        made_at="",
        vendor="sqlite",
        head=[],
        missing=[],
        retired=[],
        settings={},
        secret_key="",
        **empty,
    )
    backup_folder.finish(made, manifest)
    return made


def test_a_whole_one_is_read_as_it_was_made(folder: Path) -> None:
    manifest = backup_folder.read(folder)
    assert manifest.migration_keys() == {("review", "0001_initial")} and manifest.tables == {"review_plan": 1}


def rewritten(name: str, old: str, new: str) -> Callable[[Path], object]:
    """A file of the folder with other words, and its checksum put right where it is not the list itself."""

    def spoil(folder: Path) -> None:
        path, sums = folder / name, folder / SUMS
        before = backup_folder.sha256_of(path)
        path.write_text(path.read_text().replace(old, new))
        if name != SUMS:
            sums.write_text(sums.read_text().replace(before, backup_folder.sha256_of(path)))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / TABLE).write_bytes(b"onetwp"), "が壊れています"),
        (lambda folder: (folder / TABLE).unlink(), "がありません"),
        (lambda folder: (folder / "more").write_bytes(b""), "一覧にないファイル more"),
        (lambda folder: (folder / SUMS).unlink(), "途中で終わったバックアップ"),
        (rewritten(SUMS, TABLE, f"../{TABLE}"), "行目が読めません"),
        (rewritten(SUMS, MANIFEST, "other.json"), "めぐりのバックアップではありません"),
        (rewritten(MANIFEST, '"meguri"', '"another"'), "めぐりのバックアップではありません"),
        (rewritten(MANIFEST, '"format": 1', '"format": 2'), ""),
    ],
)
def test_what_is_spoilt_is_refused(folder: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    spoil(folder)
    with pytest.raises(BadBackup) as refusal:
        backup_folder.read(folder)
    assert sentence in str(refusal.value) and str(refusal.value).endswith("。")


def test_a_folder_that_holds_something_is_left_alone(folder: Path) -> None:
    with pytest.raises(BadBackup, match="もう何かあります"):
        backup_folder.begin(folder)


@pytest.mark.django_db
def test_an_installation_with_rows_is_not_empty(cast: Cast, folder: Path) -> None:
    cast.draft(1)
    assert "review_plan" in table_copies.filled_tables() and table_copies.row_counts(["review_plan"]) == {
        "review_plan": 1
    }
    with pytest.raises(BadBackup):
        restoring.restore(folder)


def test_the_mark_of_the_key_tells_nothing_of_it() -> None:
    mark = backup.mark_of_secret_key()
    assert len(mark) == 16 and mark not in settings.SECRET_KEY and settings.SECRET_KEY not in mark


@pytest.mark.django_db
def test_a_file_that_is_missing_or_another_one_is_named(cast: Cast) -> None:
    cast.draft(1)
    good, other, gone = (default_storage.save(f"held/{name}.xlsx", ContentFile(b"abc")) for name in "abc")
    digest = backup_folder.sha256_of(Path(default_storage.path(good)))
    for number, path in enumerate((good, other, gone), start=1):
        Artifact.objects.create(
            kind=Artifact.Kind.CONSOLIDATED,
            cycle=cast.cycle,
            path=path,
            filename=path,
            sha256=digest,
            size=3,
            created_at=clock.now(),
            revision=number,
        )
    default_storage.delete(gone)
    Path(default_storage.path(other)).write_bytes(b"abd")
    faults = {one.path: one.what for one in stored_files.check().faults}
    assert faults == {other: whole_files.DAMAGED, gone: whole_files.MISSING}
