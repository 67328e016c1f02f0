"""Back from a backup, into an installation that is empty.

The tables come first, in one step, and with them two marks: mail is held (mail/services/holding), and the restore is not
finished. What follows may be begun again any number of times: files, anchors, the migrations that are newer than the
backup, and the record of it all in the trail and among the anchors.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from review import clock
from review.mail.services import holding
from review.models import Artifact, AuditLink, Heartbeat
from review.operations.services import anchors, backup, backup_folder, table_copies
from review.operations.services.backup_folder import ANCHORS, DATABASE, FILES, BadBackup, Manifest
from review.trail.services import audit, whole_files

#: The row that stands from the tables' return to the end.
UNFINISHED = "restore"
_EMPTY = "復元は、空の導入先にだけできます。新しいデータベースと、新しいファイルの置き場所を用意してください。"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back; `remarks`: what the operator should know."""

    manifest: Manifest
    files: int
    remarks: tuple[str, ...]


def restore(folder: Path) -> Restored:
    """Put everything back. Raises BadBackup before anything is touched where it cannot be done."""
    manifest = backup_folder.read(folder)
    _refuse_foreign(manifest)
    going_on = _unfinished(manifest)
    files = sorted(backup_folder.names(folder / FILES))
    _refuse_other_anchors(folder)
    if not going_on:
        _refuse_filled(manifest)
        _refuse_strange_files(files)
        _load(folder, manifest)
    _put_files(folder, files)
    _put_anchors(folder)
    call_command("migrate", interactive=False, verbosity=0)
    _record(manifest, files)
    return Restored(manifest=manifest, files=len(files), remarks=tuple(_remarks(manifest)))


# --- before anything is touched --------------------------------------------------------------------------------------


def _refuse_foreign(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BadBackup(
            f"このバックアップは {manifest.vendor} のものです。ここのデータベースは {connection.vendor} です。"
            "DATABASE_URL を、同じ種類の空のデータベースにしてください。"
        )
    loader = MigrationExecutor(connection).loader
    known = set(loader.disk_migrations) | {old for one in loader.disk_migrations.values() for old in one.replaces}
    if newer := sorted(manifest.migration_keys() - known):
        raise BadBackup(
            f"このバックアップは、ここより新しい版のめぐり({manifest.version})のものです({newer[0][0]} の {newer[0][1]}"
            " が、ここにはありません)。同じ版か、より新しい版で復元してください。"
        )
    if not table_copies.is_owner():
        raise BadBackup(
            "復元は、表の所有者の役割でしか行えません。DATABASE_URL を所有者のものにしてください"
            "(docker compose では run --rm migrate で実行します)。"
        )


def _unfinished(manifest: Manifest) -> bool:
    """Whether the tables of this very backup are back already. Raises BadBackup where they are another's."""
    tables = connection.introspection.table_names()
    if Heartbeat._meta.db_table not in tables or not Heartbeat.objects.filter(name=UNFINISHED).exists():
        return False
    seq, value = manifest.head
    if seq and not AuditLink.objects.filter(seq=seq, hash=value).exists():
        raise BadBackup(f"別のバックアップからの復元が途中です。同じバックアップを指定してください。{_EMPTY}")
    return True


def _refuse_filled(manifest: Manifest) -> None:
    if filled := table_copies.filled_tables():
        raise BadBackup(f"データベースには、もうデータがあります({filled[0]} など {len(filled)} 個の表)。{_EMPTY}")
    applied = set(MigrationExecutor(connection).loader.applied_migrations)
    if connection.vendor == "postgresql" and applied - manifest.migration_keys():
        raise BadBackup(
            "データベースの表が、バックアップより新しい版のものです。表のない、作ったばかりのデータベースに復元してください"
            "(migrate は、復元が行います)。"
        )


def _refuse_strange_files(files: list[str]) -> None:
    if strange := sorted(set(whole_files.names()) - set(files)):
        raise BadBackup(f"ファイルの置き場所に、もうファイルがあります({strange[0]} など)。{_EMPTY}")


def _refuse_other_anchors(folder: Path) -> None:
    """The anchors may have outlived the machine, and be newer than the backup; another installation's are refused."""
    ours, theirs = _anchor_bytes(folder)
    if not (theirs.startswith(ours) or ours.startswith(theirs)):
        raise BadBackup(
            f"監査記録の控え({anchors.default_file()})が、このバックアップの控えと別のものです。"
            "MEGURI_ANCHOR_ROOT が、この導入先の控えの場所か、確かめてください。"
        )


def _anchor_bytes(folder: Path) -> tuple[bytes, bytes]:
    saved, standing = folder / ANCHORS / anchors.FILE, anchors.default_file()
    return (saved.read_bytes() if saved.exists() else b"", standing.read_bytes() if standing.exists() else b"")


# --- the tables ------------------------------------------------------------------------------------------------------


def _load(folder: Path, manifest: Manifest) -> None:
    if connection.vendor == "postgresql":
        executor = MigrationExecutor(connection)
        executor.migrate(_leaves(executor, manifest))
    table_copies.load(folder / DATABASE, manifest, marks=(holding.HELD, UNFINISHED))
    expected = {table: count for table, count in manifest.tables.items() if table != Heartbeat._meta.db_table}
    now = table_copies.row_counts(expected)
    if differing := [table for table, count in expected.items() if now[table] != count]:
        raise BadBackup(
            f"復元した表 {differing[0]} の行数が、バックアップと違います。データベースを作り直してください。"
        )


def _leaves(executor: MigrationExecutor, manifest: Manifest) -> list[tuple[str, str]]:
    """The last migrations of the backup's tables: those that no other of them rests on."""
    graph, keys = executor.loader.graph, manifest.migration_keys()
    ours = {key for key in keys if key in graph.nodes}
    rested_on = {parent.key for key in ours for parent in graph.node_map[key].parents}
    return sorted(ours - rested_on)


# --- what may be begun again -----------------------------------------------------------------------------------------


def _put_files(folder: Path, files: list[str]) -> None:
    for name in files:
        source = folder / FILES / name
        if default_storage.exists(name):
            if _same(name, source):
                continue
            default_storage.delete(name)  # half a copy, from a restore that was stopped: nothing else names files here
        with source.open("rb") as stream:
            default_storage.save(name, File(stream))


def _same(name: str, source: Path) -> bool:
    with default_storage.open(name, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == backup_folder.sha256_of(source)


def _put_anchors(folder: Path) -> None:
    saved, standing = _anchor_bytes(folder)
    if len(saved) > len(standing):
        target = anchors.default_file()
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        shutil.copyfile(folder / ANCHORS / anchors.FILE, partial)
        os.replace(partial, target)


def _record(manifest: Manifest, files: list[str]) -> None:
    """In the trail and, with the new head, among the anchors: what was anchored after the backup is gone, and known to be."""
    seq, value = manifest.head
    with transaction.atomic():
        after = {"made_at": manifest.made_at, "version": manifest.version, "seq": seq, "hash": value}
        audit.write(None, "backup.restore", "database", after={**after, "files": len(files)})
        drafts = Artifact.objects.filter(edition=None, retired_at=None)
        drafts.filter(path__in=manifest.retired).update(retired_at=clock.now())
        Heartbeat.objects.filter(name=UNFINISHED).delete()
    anchors.drop(reason=anchors.RESTORE, back_to=seq)


def _remarks(manifest: Manifest) -> Iterator[str]:
    if manifest.missing:
        yield (
            f"バックアップのときから、ファイル {len(manifest.missing)} 件がありません({manifest.missing[0]} など)。"
            "manage.py check_files が、すべてを示します。"
        )
    if manifest.secret_key != backup.mark_of_secret_key():
        yield (
            "SECRET_KEY が、バックアップのときと違います。古い鍵を SECRET_KEY_FALLBACKS に入れてください。"
            "入れないと、二段階認証を使っている人は登録をやり直すことになります。"
        )
