"""Stored files, opened only where they still are what their rows say.

A file is hashed when it is first opened and whenever it is another one since: by device, inode, size and the times of its
last change, of which nobody can set the last back.
"""

import hashlib
import logging
import os
from collections.abc import Iterator
from typing import Any, cast

from django.core.files import File
from django.core.files.storage import default_storage

from review.models import Artifact, Evidence

logger = logging.getLogger(__name__)

MISSING, DAMAGED = "missing", "damaged"
#: What was compared -> whether it is whole; of this process, the oldest thrown away first.
_seen: dict[tuple[Any, ...], bool] = {}
MOST_SEEN = 2000


class AlteredFile(FileNotFoundError):
    """There is a file of that name, and not the one that was stored: to whoever asks it is as good as gone."""


def names(folder: str = "", *, leave_out: str = "") -> Iterator[str]:
    """Every file in the store, or below a folder of it, without those below its folder `leave_out`."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in files)
    for name in folders:
        if name != leave_out:
            yield from names(f"{prefix}{name}")


def state_of(row: Artifact | Evidence) -> str:
    """MISSING, DAMAGED or '': reads the whole file, whatever was seen before."""
    try:
        with default_storage.open(row.path, "rb") as stream:
            same = (stream.size, hashlib.file_digest(stream, "sha256").hexdigest()) == (row.size, row.sha256)
    except FileNotFoundError:
        return MISSING
    return "" if same else DAMAGED


def opened(row: Artifact | Evidence) -> "File[bytes]":
    """The row's file, to be read. Raises FileNotFoundError, with a line in the log, where it is gone or another one."""
    try:
        stream = cast("File[bytes]", default_storage.open(row.path, "rb"))
        if not _is_whole(row, stream):
            stream.close()
            raise AlteredFile(row.path)
    except FileNotFoundError as error:
        what = "differs from its sha256" if isinstance(error, AlteredFile) else "is missing"
        logger.error("file of %s %s %s", row._meta.model_name, row.pk, what)
        raise
    return stream


def _is_whole(row: Artifact | Evidence, stream: "File[bytes]") -> bool:
    # Of an object store the copy that was just fetched, which is another one each time.
    state = os.fstat(stream.fileno())
    key = (row.sha256, row.path, state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    if key not in _seen:
        while len(_seen) >= MOST_SEEN:
            _seen.pop(next(iter(_seen)))
        whole = hashlib.file_digest(stream, "sha256").hexdigest() == row.sha256
        stream.seek(0)
        _seen[key] = whole
    return _seen[key]
