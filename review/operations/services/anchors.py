"""Anchors: heads of the audit chain stored outside the database, where its owner cannot reach.

One line of JSON each, appended hourly and at each publication to a file in MEGURI_ANCHOR_ROOT. Let that folder lie on
another machine, or copy it there: an anchor on the same disk convinces nobody.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from review import clock
from review.models import OutboxEvent
from review.trail.services import audit_chain

logger = logging.getLogger(__name__)

FILE = "audit-anchors.jsonl"
HOURLY, PUBLICATION = "hourly", "publication"

# They come every hour: an act that waits longer shows that they have stopped.
LATE = timedelta(hours=2)

# The last line is well within it.
TAIL = 4096


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One head stored outside: which link, its hash, when and on which occasion."""

    seq: int
    hash: str
    at: datetime
    reason: str


class BadAnchor(ValueError):
    """A line of an anchor file that cannot be read, or two lines that contradict each other."""


def default_file() -> Path:
    """Where this installation appends its anchors."""
    return Path(settings.MEGURI_ANCHOR_ROOT) / FILE


def drop(*, reason: str) -> audit_chain.Head:
    """Append the chain's present head, on disk when this returns. Raises OSError where the place cannot be written."""
    head = audit_chain.head()
    record = {"at": clock.now().isoformat(), "seq": head.seq, "hash": head.hash, "reason": reason}
    path = default_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    # O_APPEND and one write: two processes never mix their lines, and nothing that stands is touched.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, (json.dumps(record) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    return head


def newest() -> Anchor | None:
    """The last anchor of this installation; None where there is none yet. Reads the file's end only.

    Raises OSError where the place cannot be read, BadAnchor where its last line is none.
    """
    path = default_file()
    if not path.exists():
        return None
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - TAIL, 0))
        lines = stream.read().splitlines()
    if not lines:
        return None
    seq, link_hash = _anchor(lines[-1].decode("utf-8", "replace"), f"{path.name}: last line")
    words = json.loads(lines[-1])
    return Anchor(seq=seq, hash=link_hash, at=datetime.fromisoformat(words["at"]), reason=str(words.get("reason", "")))


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What vouches for the trail now: the last anchor, the window that none covers yet, and whether it is open too long."""

    anchor: Anchor | None
    window: audit_chain.Window
    late: bool


def standing() -> Standing:
    """Three queries and a file's end. A place that cannot be read vouches for nothing."""
    try:
        anchor = newest()
    except (OSError, BadAnchor):
        logger.exception("the place of the anchors cannot be read")
        anchor = None
    window = audit_chain.window(seq=anchor.seq if anchor else 0, anchor_hash=anchor.hash if anchor else "")
    late = bool(window.since and clock.is_past(window.since, LATE))
    return Standing(anchor=anchor, window=window, late=late)


def read(files: Iterable[Path]) -> dict[int, str]:
    """Number of a link -> its hash, from every file. Raises BadAnchor, and OSError where a file is not there."""
    heads: dict[int, str] = {}
    for path in files:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            seq, link_hash = _anchor(line, f"{path.name}:{number}")
            if heads.setdefault(seq, link_hash) != link_hash:
                raise BadAnchor(f"{path.name}:{number}: 同じ番号 {seq} に別の値があります")
    heads.pop(0, None)  # the empty trail vouches for nothing
    return heads


def _anchor(line: str, place: str) -> tuple[int, str]:
    try:
        record = json.loads(line)
        return int(record["seq"]), str(record["hash"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnchor(f"{place}: 読めない行です") from error


def anchor_publication(event: OutboxEvent) -> None:
    """An edition was published or corrected: anchor it, once the event's own delivery is committed."""
    transaction.on_commit(lambda: drop(reason=PUBLICATION), robust=True)
