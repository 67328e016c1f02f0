"""Anchors: heads of the audit chain stored outside the database, where its owner cannot reach.

One line of JSON each, appended hourly and at each publication to a file in MEGURI_ANCHOR_ROOT. Let that folder lie on
another machine, or copy it there: an anchor on the same disk convinces nobody.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from review import clock
from review.models import OutboxEvent
from review.trail.services import audit_chain

logger = logging.getLogger(__name__)

FILE = "audit-anchors.jsonl"
HOURLY, PUBLICATION, RESTORE = "hourly", "publication", "restore"

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


def drop(*, reason: str, back_to: int | None = None) -> audit_chain.Head:
    """Append the chain's present head, on disk when this returns. Raises OSError where the place cannot be written.

    `back_to`: a backup was restored whose trail ended with this link; what was anchored after it is gone, and known to be.
    """
    head = audit_chain.head()
    record = {"at": clock.now().isoformat(), "seq": head.seq, "hash": head.hash, "reason": reason}
    if back_to is not None:
        record["back_to"] = back_to
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
    last = _record(lines[-1].decode("utf-8", "replace"), f"{path.name}: last line")
    return Anchor(
        seq=last["seq"], hash=last["hash"], at=datetime.fromisoformat(last["at"]), reason=str(last.get("reason", ""))
    )


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


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A restore that an anchor file records: when, the last link of the backup, how many later heads it made void."""

    at: str
    back_to: int
    void: int


def read(files: Iterable[Path]) -> tuple[dict[int, str], tuple[Restored, ...]]:
    """Number of a link -> its hash, from every file, without what a recorded restore made void; and the restores. The files
    alone can say it, for the database's owner cannot write them.

    Raises BadAnchor, and OSError where a file is not there.
    """
    pairs: list[tuple[int, str, str]] = []
    void: set[tuple[int, str]] = set()
    restored: dict[str, Restored] = {}
    for path in files:
        heads: dict[int, tuple[str, str]] = {}
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            place = f"{path.name}:{number}"
            record = _record(line, place)
            if (back_to := record.get("back_to")) is not None:
                gone = {(seq, value) for seq, (value, _place) in heads.items() if seq > back_to}
                heads = {seq: head for seq, head in heads.items() if seq <= back_to}
                void |= gone
                restored[line] = Restored(at=str(record.get("at")), back_to=back_to, void=len(gone))
            if heads.setdefault(record["seq"], (record["hash"], place))[0] != record["hash"]:
                raise BadAnchor(f"{place}: 同じ番号 {record['seq']} に別の値があります")
        pairs += [(seq, value, place) for seq, (value, place) in heads.items()]
    standing: dict[int, str] = {}
    for seq, value, place in pairs:
        if (seq, value) not in void and standing.setdefault(seq, value) != value:
            raise BadAnchor(f"{place}: 同じ番号 {seq} に別の値があります")
    standing.pop(0, None)  # the empty trail vouches for nothing
    return standing, tuple(restored.values())


def _record(line: str, place: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
        numbers = {name: int(record[name]) for name in ("seq", "back_to") if record.get(name) is not None}
        return {**record, "hash": str(record["hash"]), "seq": numbers["seq"], **numbers}
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnchor(f"{place}: 読めない行です") from error


def anchor_publication(events: Sequence[OutboxEvent]) -> None:
    """An edition was published or corrected: anchor it, once the event's own delivery is committed."""
    transaction.on_commit(lambda: drop(reason=PUBLICATION), robust=True)
