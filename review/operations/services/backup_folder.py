"""The folder of a backup: what lies in it, and whether it is whole.

    SHA256SUMS      every other file with its checksum, written last: a folder without it was never finished
    manifest.json   when it was made, from which release and database, how many rows each table has, the settings
    database/       the tables (table_copies)
    files/          the files that the rows name, under the names that the rows say
    anchors/        the heads of the audit trail that were stored outside the database

`sha256sum --check SHA256SUMS` says the same without Meguri. No secret is in it but those of the tables: SECRET_KEY and
the passwords of .env are saved elsewhere.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
DATABASE, FILES, ANCHORS = "database", "files", "anchors"
PRODUCT, FORMAT = "meguri", 1
_LINE = re.compile(r"(?P<sha256>[0-9a-f]{64})  (?P<name>[^\\\r\n]+)")


class BadBackup(Exception):
    """The folder is no backup that can be put back; the sentence says why, where, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the backup says of itself. `head`: number and hash of the audit trail's last link; `missing`: files that were
    lost before; `retired`: drafts whose turn to go came while the backup was made."""

    version: str
    made_at: str
    vendor: str
    migrations: list[list[str]]
    tables: dict[str, int]
    columns: dict[str, list[str]]
    sequences: dict[str, list[Any]]
    head: list[Any]
    missing: list[str]
    retired: list[str]
    settings: dict[str, str]
    secret_key: str

    def migration_keys(self) -> set[tuple[str, str]]:
        """(app, name) of each migration that its tables have."""
        return {(app, name) for app, name in self.migrations}


def begin(folder: Path) -> None:
    """Make the folder, for its owner alone. Raises BadBackup where something lies there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadBackup(f"{folder} には、もう何かあります。まだない名前か、空のフォルダーを指定してください。")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def finish(folder: Path, manifest: Manifest) -> None:
    """Write manifest and checksums; everything is on disk when this returns."""
    content = json.dumps({"product": PRODUCT, "format": FORMAT, **asdict(manifest)}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(content + "\n", "utf-8")
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in sorted(names(folder))]
    unfinished = folder / f".{SUMS}"
    unfinished.write_text("".join(lines), "utf-8")
    for path in [*folder.rglob("*"), folder]:
        _to_disk(path)
    unfinished.rename(folder / SUMS)
    _to_disk(folder)


def names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy(stream: Iterable[bytes], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        out.writelines(stream)


def sha256_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# --- reading one -----------------------------------------------------------------------------------------------------


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup, every file of it compared with its checksum. Raises BadBackup."""
    sums = _sums(folder)
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file() or path.is_symlink():
            raise BadBackup(f"バックアップの {name} がありません。{_OTHER}")
        if sha256_of(path) != expected:
            raise BadBackup(f"バックアップの {name} が壊れています(チェックサムが合いません)。{_OTHER}")
    if strange := sorted(set(names(folder)) - {SUMS} - set(sums)):
        raise BadBackup(f"バックアップの一覧にないファイル {strange[0]} があります。{_OTHER}")
    return _manifest(folder)


_OTHER = "写し直すか、別のバックアップを使ってください。"
_NONE = "は、めぐりのバックアップではありません。manage.py backup が作ったフォルダーを指定してください。"


def _sums(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise BadBackup(f"{folder} がありません。バックアップのフォルダーを指定してください。")
    if not (folder / SUMS).is_file():
        if (folder / DATABASE).is_dir():
            raise BadBackup(f"{folder} は、途中で終わったバックアップです({SUMS} がありません)。{_OTHER}")
        raise BadBackup(f"{folder} {_NONE}")
    sums = {}
    for number, line in enumerate((folder / SUMS).read_bytes().decode("utf-8", "replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None or not is_plain(match["name"]):
            raise BadBackup(f"バックアップの {SUMS} の {number} 行目が読めません。{_OTHER}")
        sums[match["name"]] = match["sha256"]
    if MANIFEST not in sums:
        raise BadBackup(f"{folder} {_NONE}")
    return sums


def is_plain(name: str) -> bool:
    """Whether the name stays within the folder."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _manifest(folder: Path) -> Manifest:
    try:
        words = json.loads((folder / MANIFEST).read_text("utf-8"))
        product, form = words.pop("product"), words.pop("format")
    except (ValueError, KeyError, AttributeError) as error:
        raise BadBackup(f"{folder} {_NONE}") from error
    if product != PRODUCT:
        raise BadBackup(f"{folder} {_NONE}")
    if form != FORMAT:
        raise BadBackup(
            f"このバックアップは、新しい版のめぐり({words.get('version', '不明')})のものです。"
            "同じ版か、より新しい版で復元してください。"
        )
    try:
        return Manifest(**words)
    except TypeError as error:
        raise BadBackup(f"バックアップの {MANIFEST} に足りない項目があります。{_OTHER}") from error
