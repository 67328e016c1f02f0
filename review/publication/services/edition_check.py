"""Whether every edition still is what was published: its row, its snapshot, its place in the chain, and each file.

Held against three things that somebody would have to change together: the hashes within the rows, the seals that chain
the editions, and the audit trail, which tells of every edition and file and has a chain and anchors of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection

from review.books.services import papers, seals, workbooks
from review.domain import correction_items
from review.domain.plain_data import digest
from review.migrations import _editions_stand
from review.models import Artifact, AuditEntry, AuditLink, Edition, Job, JobState
from review.trail.services import triggers, whole_files

FILES = {
    whole_files.MISSING: "ファイルがありません({path})。",
    whole_files.DAMAGED: "ファイルの内容が、公表したときと違います(大きさかsha256が合いません)。",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that does not hold: where, and what, in plain words."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """How much was checked, and the findings in the order of the editions."""

    editions: int
    files: int
    findings: tuple[Finding, ...]


def verify() -> Report:
    """Check every edition and every file of one. Reads all snapshots and files once, one at a time."""
    rows = Edition.objects.select_related("cycle", "prepared_by", "decided_by", "previous")
    editions = list(rows.defer("snapshot", "previous__snapshot").order_by("cycle__fiscal_year", "cycle", "number"))
    files = list(Artifact.objects.filter(edition__isnull=False).order_by("edition", "kind"))
    newest = {one.cycle_id: one.number for one in editions}  # they come in the order of their numbers
    trail = _Trail()
    findings = [Finding(where="データベース", what=sentence) for sentence in _unprotected()]
    before: Edition | None = None
    for edition in editions:
        if before and before.cycle_id != edition.cycle_id:
            before = None
        edition.refresh_from_db(fields=["snapshot"])
        findings += _of_edition(edition, before, last=edition.number == newest[edition.cycle_id], trail=trail)
        for file in (one for one in files if one.edition_id == edition.pk):
            findings += _of_file(file, edition, trail)
        findings += _missing_files(edition, {one.kind for one in files if one.edition_id == edition.pk})
        before = edition
    findings += trail.beyond({one.pk for one in editions}, {one.pk for one in files})
    return Report(editions=len(editions), files=len(files), findings=tuple(findings))


# --- an edition ------------------------------------------------------------------------------------------------------


def _of_edition(edition: Edition, before: Edition | None, *, last: bool, trail: _Trail) -> Iterator[Finding]:
    where = str(edition)
    sentences = [
        *_place(edition, before, last=last),
        *_snapshot(edition),
        *(_differences(before, edition) if before else ()),
        *trail.of_edition(edition),
    ]
    if seals.edition_seal(edition) != edition.seal:
        sentences.append(
            "版の記録(番号、種類、準備・決定した人、決定日時、会議、公表日時、前の版)のどれかが、公表したときと違います。"
        )
    yield from (Finding(where=where, what=sentence) for sentence in sentences)


def _place(edition: Edition, before: Edition | None, *, last: bool) -> Iterator[str]:
    expected = before.number + 1 if before else 1
    if edition.number != expected:
        yield f"版の番号が続いていません。{expected}番の版があるはずです。"
    if edition.kind != (Edition.Kind.CORRECTION if before else Edition.Kind.FIRST):
        yield "版の種類が番号と合いません。"
    if edition.previous_id != (before.pk if before else None):
        yield "前の版とのつながりが違います。"
    if edition.current != last:
        yield (
            "最新の版ではないのに、現在の版になっています。"
            if edition.current
            else "最新の版なのに、現在の版ではありません。"
        )


def _snapshot(edition: Edition) -> Iterator[str]:
    if digest(edition.snapshot) != edition.sha256:
        yield "公表した内容のsha256が、記録されたものと違います。内容か記録が書き換えられています。"
    raw = _raw_snapshot(edition.pk)
    if raw is not None and json.dumps(json.loads(raw)) != raw:
        yield "公表した内容の保存の形が、書き込んだときと違います。"


def _raw_snapshot(pk: int) -> str | None:
    """The stored text where the database keeps one; PostgreSQL keeps values, which the hash covers whole."""
    if connection.vendor != "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot FROM review_edition WHERE id = %s", [pk])
        return cast(str, cursor.fetchone()[0])


def _differences(before: Edition, edition: Edition) -> Iterator[str]:
    """A typed text that differs from the edition before and that the errata do not name, or the other way round."""
    errata = edition.snapshot.get("corrections") or [{"items": []}]
    if errata[:-1] != list(before.snapshot.get("corrections", ())):
        yield "前の版までの正誤表が、前の版のものと違います。"
    named = {(one["code"], one["key"]): (one["wrong"], one["right"]) for one in errata[-1]["items"]}
    old, new = _texts(before.snapshot), _texts(edition.snapshot)
    differences = {
        key: (old.get(key, ""), new.get(key, "")) for key in old.keys() | new.keys() if old.get(key) != new.get(key)
    }
    for code, key in sorted(differences.keys() | named.keys()):
        if differences.get((code, key)) != named.get((code, key)):
            yield f"{code} の項目({key})の前の版との違いが、正誤表と合いません。"


def _texts(snapshot: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    year = snapshot["fiscal_year"]
    return {
        (row["code"], item.key): item.text
        for row in snapshot["measures"]
        for item in correction_items.items_of(row, year)
    }


# --- its files -------------------------------------------------------------------------------------------------------


def _of_file(file: Artifact, edition: Edition, trail: _Trail) -> Iterator[Finding]:
    where = f"{edition} {file.get_kind_display()}({file.filename})"
    what = whole_files.state_of(file)
    sentences = [*([FILES[what].format(path=file.path)] if what else []), *trail.of_file(file)]
    if seals.artifact_seal(file) != file.seal or file.review_id or file.retired_at:
        sentences.append("ファイルの記録(名前、置き場所、sha256、大きさ、作成日時など)が、作ったときと違います。")
    yield from (Finding(where=where, what=sentence) for sentence in sentences)


def _missing_files(edition: Edition, kinds: set[str]) -> Iterator[Finding]:
    """A file whose making ended well and which has no row."""
    for job, kind in ((workbooks.EDITION, Artifact.Kind.CONSOLIDATED), (papers.EDITION, Artifact.Kind.BOOK_PDF)):
        done = Job.objects.filter(key=f"{job}:{edition.pk}", state=JobState.DONE).exists()
        if done and kind not in kinds:
            yield Finding(where=str(edition), what=f"{kind.label}の記録がありません。作成は終わっています。")


# --- the audit trail -------------------------------------------------------------------------------------------------


class _Trail:
    """The audit trail's records of editions and their files. One query, and one an edition."""

    def __init__(self) -> None:
        acts = ["edition.publish", "edition.correct", "edition.file"]
        rows = AuditEntry.objects.filter(action__in=acts).order_by("pk")
        self.files = {row.after["id"]: row.after for row in rows if row.action == "edition.file"}
        self.editions = {(row.subject, row.after["edition"]): row.after for row in rows if row.action != "edition.file"}

    def of_edition(self, edition: Edition) -> Iterator[str]:
        head = edition.snapshot.get("audit")
        if head and head["seq"] and not AuditLink.objects.filter(pk=head["seq"], hash=head["hash"]).exists():
            yield "版に印刷された監査記録の照合値が、監査記録にありません。公表より前の監査記録が作り直されています。"
        recorded = self.editions.get((f"cycle:{edition.cycle_id}", edition.number))
        if recorded is None:
            yield "監査記録に、この版の公表がありません。"
            return
        # Editions from before the seals are identified by their sha256 alone.
        now = {"sha256": edition.sha256, "seal": edition.seal, "id": edition.pk}
        if any(now[name] != recorded[name] for name in now if name in recorded):
            yield "監査記録にある公表の記録と違います。"

    def of_file(self, file: Artifact) -> Iterator[str]:
        recorded = self.files.get(file.pk)
        if recorded and (recorded["sha256"], recorded["seal"]) != (file.sha256, file.seal):
            yield "監査記録にあるファイルの記録と違います。"
        if recorded is None and any(
            one["edition"] == file.edition_id and one["kind"] == file.kind for one in self.files.values()
        ):
            yield "監査記録にあるファイルと、記録の番号が違います。"

    def beyond(self, editions: set[int], files: set[int]) -> Iterator[Finding]:
        """Editions and files that the trail records and that are missing."""
        rows = Edition.objects.filter(pk__in=editions).values_list("cycle_id", "number")
        standing = {(f"cycle:{cycle}", number) for cycle, number in rows}
        for (subject, number), recorded in self.editions.items():
            if recorded.get("id", 0) not in editions and (subject, number) not in standing:
                yield Finding(where=f"{subject} の{number}番の版", what="監査記録にある版が、なくなっています。")
        for pk, recorded in self.files.items():
            if pk not in files:
                yield Finding(
                    where=f"ファイル {recorded['filename']}", what="監査記録にあるファイルの記録が、なくなっています。"
                )


# --- the triggers ----------------------------------------------------------------------------------------------------


def _unprotected() -> Iterator[str]:
    with connection.cursor() as cursor:
        made = _editions_stand.statements(cursor)
    for name in triggers.altered(made, ["review_edition", "review_artifact"]):
        yield f"版を守る仕組み({name})が外れているか、作ったときと違います。書き換えや削除が妨げられません。"
