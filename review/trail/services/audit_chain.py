"""The hash chain over the audit trail: its head, and whether it still holds.

The database writes the chain (migration 0002): each link's hash covers its number, the hash before it and every field
of its entry. Here the fields are read as texts and hashed again in Python, so that a check believes neither the
database's functions nor its triggers. What a chain alone cannot show is a tail cut off, or a chain computed anew by
somebody who owns the database: for these, heads are stored outside as anchors (`services/anchors.py`).
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Min, QuerySet

from review import clock
from review.migrations import _audit_chain
from review.models import AuditEntry, AuditLink, User
from review.trail.services import frozen_rows, sealed_rows, signatures, triggers

START = "0" * 64
VERSION = "meguri-audit-1"
AT_ONCE = 500
#: An act is dated when it is done and linked when its transaction ends: a job's may last ten minutes.
OUT_OF_ORDER = clock.SLACK + timedelta(minutes=10)

#: The fields of an entry `e` as texts, in the order in which they are hashed after its number.
FIELDS = {
    "postgresql": _audit_chain.POSTGRESQL_FIELDS[1:],
    "sqlite": [f"e.{name}" for name in _audit_chain.SQLITE_FIELDS],
}


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last link: what an anchor stores and a published file prints."""

    seq: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """The first thing that does not hold: at which link, and what. `entry` is the row's own number where it has one."""

    seq: int
    entry: int | None
    what: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found. `covered` is the last link that an anchor vouches for; 0 where none does. `disorder`: links
    that are dated well before the one before them, signed all the same, as a wrong clock does; `unknown`: how many were signed
    with a key that is gone."""

    links: int
    head: Head
    faults: tuple[Fault, ...]
    anchors: int
    covered: int
    uncovered_since: datetime | None
    unprotected: tuple[str, ...]
    disorder: tuple[int, ...]
    unknown: int

    @property
    def intact(self) -> bool:
        """Whether there is no finding. Missing triggers are one too: the next change would go unhindered."""
        return not self.faults and not self.unprotected


def digest(*parts: object) -> str:
    """The hash of a link: each part with its length in bytes before it, so that no part can pass for two."""
    canonical = [VERSION, ","]
    for part in parts:
        text = None if part is None else str(part)
        canonical.append("-," if text is None else f"{len(text.encode())}:{text},")
    return hashlib.sha256("".join(canonical).encode()).hexdigest()


def teach_sqlite(sender: Any, connection: Any, **kwargs: Any) -> None:
    """SQLite has no hash of its own: the trigger of migration 0002 calls this one."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("meguri_audit_hash", -1, digest, deterministic=True)


def head() -> Head:
    """The last committed link; number 0 in an empty trail. One query."""
    last = AuditLink.objects.order_by("-seq").first()
    return Head(seq=last.seq, hash=last.hash) if last else Head(seq=0, hash=START)


@dataclass(frozen=True, kw_only=True)
class Window:
    """What the newest anchor covers, without recomputing anything. `torn`: the link it vouches for is missing or differs."""

    links: int
    covered: int
    since: datetime | None
    torn: bool

    @property
    def open(self) -> int:
        """How many acts no anchor vouches for yet."""
        return max(self.links - self.covered, 0)


def window(*, seq: int, anchor_hash: str) -> Window:
    """The window after the anchored link `seq` with the hash `anchor_hash`. Three queries, however long the trail."""
    links = head().seq
    torn = bool(seq) and AuditLink.objects.filter(seq=seq).values_list("hash", flat=True).first() != anchor_hash
    return Window(links=links, covered=min(seq, links), since=_first_moment_after(seq), torn=torn)


#: What `texts` gives of each row: the chain's own columns, then every hashed text.
COLUMNS = ("seq", "prev_hash", "hash", "id", *_audit_chain.SQLITE_FIELDS)


def texts(entries: QuerySet[AuditEntry], *, at_once: int = AT_ONCE) -> Iterator[list[dict[str, Any]]]:
    """The entries in the order of the chain, as the texts that their hashes cover, some hundred at a time."""
    subquery, values = entries.order_by().values("pk").query.sql_with_params()
    columns = ", ".join(FIELDS[connection.vendor])
    query = (
        f"SELECT l.seq, l.prev_hash, l.hash, e.id, {columns} FROM review_auditlink l"  # noqa: S608 (constants and Django's own SQL)
        f" JOIN review_auditentry e ON e.id = l.entry_id WHERE e.id IN ({subquery}) ORDER BY l.seq"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        while rows := cursor.fetchmany(at_once):
            yield [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def verify(*, anchors: Mapping[int, str] | None = None) -> Report:
    """Recompute the whole chain, in one reading of the trail. `anchors`: number of a link -> the hash stored outside."""
    heads = dict(anchors or {})
    with transaction.atomic():
        walk = _Walk(heads)
        fault = next(iter(walk), None) or _outside_the_chain() or _beyond(heads, walk.last) or _beside(walk.last)
        covered = max((seq for seq in heads if seq <= walk.last.seq and not fault), default=0)
        return Report(
            links=walk.last.seq,
            head=walk.last,
            faults=(fault,) if fault else (),
            anchors=len(heads),
            covered=covered,
            uncovered_since=_first_moment_after(covered),
            unprotected=tuple(missing_triggers()),
            disorder=tuple(walk.disorder),
            unknown=walk.signatures.unknown,
        )


class _Walk:
    """Goes along the chain, yielding what does not hold; `last` is the last link that held."""

    def __init__(self, anchors: Mapping[int, str]) -> None:
        self.anchors = anchors
        self.last = Head(seq=0, hash=START)
        self.signatures = signatures.Reading()
        self.before: datetime | None = None
        self.disorder: list[int] = []

    def __iter__(self) -> Iterator[Fault]:
        for seq, prev_hash, stored, entry, existing, signature, *fields in _rows():
            problem = self._problem(seq, prev_hash, stored, existing, fields) or self._doubt(seq, signature, fields)
            if problem:
                expected = self.last.seq + 1
                yield Fault(seq=min(seq, expected), entry=entry if seq == expected else None, what=problem)
            self.last = Head(seq=seq, hash=stored)

    def _problem(self, seq: int, prev_hash: str, stored: str, existing: int | None, fields: list[Any]) -> str:
        if seq != self.last.seq + 1:
            return "鎖の行が消されています"
        if existing is None:
            return "記録の行が消されています"
        if prev_hash != self.last.hash:
            return "前の行とつながっていません"
        if stored != digest(prev_hash, seq, existing, *fields):
            return "記録の行が書き換えられています"
        if self.anchors.get(seq, stored) != stored:
            return "外部の控えと一致しません(鎖が作り直されています)"
        return ""

    def _doubt(self, seq: int, signature: str | None, fields: list[Any]) -> str:
        """By whom it was written, and whether its time can be true. A wrong clock signs too: that is told, and no fault."""
        before, self.before = self.before, signatures.moment_of(fields[0])
        backwards = before is not None and self.before < before - OUT_OF_ORDER
        if backwards and not signature:
            return "前の行より前の時刻の記録です"
        if backwards:
            self.disorder.append(seq)
        return self.signatures.flaw(signature, fields)


def _rows() -> Iterator[tuple[Any, ...]]:
    """Every link with its entry's fields as texts, in order; the entry's columns are None where it is gone."""
    columns = ", ".join(FIELDS[connection.vendor])
    query = (
        f"SELECT l.seq, l.prev_hash, l.hash, l.entry_id, e.id, e.signature, {columns} FROM review_auditlink l"  # noqa: S608 (constants)
        " LEFT JOIN review_auditentry e ON e.id = l.entry_id ORDER BY l.seq"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def _outside_the_chain() -> Fault | None:
    """An entry without a link: written while the triggers were off, or its link was removed."""
    lost = AuditEntry.objects.filter(link=None).order_by("pk").first()
    if lost is None:
        return None
    before = AuditLink.objects.filter(entry_id__lt=lost.pk).order_by("-seq").first()
    return Fault(seq=before.seq + 1 if before else 1, entry=lost.pk, what="鎖につながっていない記録があります")


def _beyond(anchors: Mapping[int, str], last: Head) -> Fault | None:
    """An anchor of a link that is not there any more: the tail was cut."""
    if any(seq > last.seq for seq in anchors):
        return Fault(seq=last.seq + 1, entry=None, what="末尾が切り取られています(外部の控えにある行がありません)")
    return None


def _beside(last: Head) -> Fault | None:
    """What the chain alone cannot show: an emptied trail, an entry written twice, a row that differs from its entry."""
    if not last.seq and User.objects.filter(last_login__isnull=False).exists():
        return Fault(
            seq=1, entry=None, what="監査記録が空です。利用者がサインインした導入先で、記録がないはずはありません"
        )
    twice = AuditEntry.objects.filter(signature__isnull=False).order_by().values("signature")
    copied = twice.annotate(first=Min("pk"), newest=Max("pk")).filter(newest__gt=F("first")).order_by("newest").first()
    entry, what = next(sealed_rows.faults(), (None, "")) if not copied else (copied["newest"], "前の記録の写しです")
    if not what:
        return None
    link = AuditLink.objects.filter(entry_id=entry).first() if entry else None
    return Fault(seq=link.seq if link else last.seq, entry=entry, what=what)


def _first_moment_after(seq: int) -> datetime | None:
    """When the first act happened that no anchor vouches for; None where there is none."""
    link = AuditLink.objects.filter(seq__gt=seq).order_by("seq").select_related("entry").first()
    return link.entry.at if link else None


def missing_triggers() -> list[str]:
    """The triggers that do not stand as they were made, as `table.trigger`. A disabled one counts as missing.

    Those of the rows that a decision rests on too: the trail records acts, and the rows hold their content.
    """
    with connection.cursor() as cursor:
        made = _audit_chain.statements(cursor)
    return triggers.altered(made, ["review_auditentry", "review_auditlink"]) + frozen_rows.weakened()
