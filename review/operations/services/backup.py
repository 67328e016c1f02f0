"""A backup: everything that a city would miss, in one folder, while people work on.

The tables are read at one moment. Files are never overwritten, only added and taken away: those that the rows name are
copied first, then the tables, then the files that came in between. Where a file was named and gone by then, the tables are
read once more. What is missing in the end and still named was lost before, and is said; what is named no more was a draft
whose turn to go came.
"""

import hashlib
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from review import VERSION, clock
from review.models import Heartbeat
from review.operations.services import anchors, backup_folder, signs, table_copies
from review.operations.services.backup_folder import ANCHORS, DATABASE, FILES, Manifest

#: How often the tables are read again for a file that was gone.
TRIES = 4
#: Settings whose names begin so are written down, unless they name a secret.
SAVED_SETTINGS = ("MEGURI_", "EMAIL_", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEFAULT_FROM_EMAIL", "OIDC_OP_")
SECRET_WORDS = ("PASSWORD", "SECRET", "KEY", "TOKEN")


def make(folder: Path) -> Manifest:
    """Write the backup. Raises BadBackup where the folder is not free, OSError where the place is full or away."""
    backup_folder.begin(folder)
    _copy_anchors(folder)
    copied: set[str] = set()
    _copy_files(folder, table_copies.named_files(), copied)
    saved, gone = _save_tables(folder, copied)
    missing = gone & {path for path, _size, _sha256 in table_copies.named_files()}
    _drop_superfluous(folder, {path for path, _size, _sha256 in saved.files})
    manifest = Manifest(
        version=VERSION,
        made_at=timezone.localtime(clock.now()).isoformat(timespec="seconds"),
        vendor=connection.vendor,
        migrations=saved.migrations,
        tables=saved.tables,
        columns=saved.columns,
        sequences=saved.sequences,
        head=saved.head,
        missing=sorted(missing),
        retired=sorted(gone - missing),
        settings=_settings(),
        secret_key=mark_of_secret_key(),
    )
    backup_folder.finish(folder, manifest)
    return manifest


def remember() -> None:
    """Note when the last whole one was made, for whoever watches; a role that only reads cannot, and need not."""
    with suppress(DatabaseError), transaction.atomic():
        Heartbeat.objects.update_or_create(name=signs.BACKUP, defaults={"at": clock.shared()})


def mark_of_secret_key() -> str:
    """Tells one SECRET_KEY from another, and nothing of it."""
    return hashlib.sha256(b"meguri-backup:" + settings.SECRET_KEY.encode()).hexdigest()[:16]


def _settings() -> dict[str, str]:
    names = (name for name in dir(settings) if name.startswith(SAVED_SETTINGS))
    return {name: str(getattr(settings, name)) for name in names if not any(word in name for word in SECRET_WORDS)}


def _copy_anchors(folder: Path) -> None:
    """Before the tables: no head in it is newer than the trail that is saved."""
    source = anchors.default_file()
    (folder / ANCHORS).mkdir()
    if source.exists():
        shutil.copyfile(source, folder / ANCHORS / source.name)


def _save_tables(folder: Path, copied: set[str]) -> tuple[table_copies.Saved, set[str]]:
    """The tables, and the names of files that are not there, however often one looks."""
    before: set[str] | None = None
    for _ in range(TRIES):
        saved = table_copies.save(folder / DATABASE)
        missing = _copy_files(folder, saved.files, copied)
        if not missing or missing == before:
            break
        before = missing
    return saved, missing


def _copy_files(folder: Path, named: Iterable[tuple[str, int, str]], copied: set[str]) -> set[str]:
    """Copy those that are not copied yet; returns the names of those that are gone."""
    gone = set()
    for path, _size, _sha256 in named:
        if path in copied:
            continue
        try:
            with default_storage.open(path, "rb") as stream:
                backup_folder.copy(stream.chunks(), folder / FILES / path)
        except FileNotFoundError:
            gone.add(path)
            continue
        copied.add(path)
    return gone


def _drop_superfluous(folder: Path, named: set[str]) -> None:
    """Take out the copies whose rows were gone when the tables were read."""
    root = folder / FILES
    root.mkdir(exist_ok=True)
    for path in [path for path in root.rglob("*") if path.is_file()]:
        if path.relative_to(root).as_posix() not in named:
            path.unlink()
