"""Workbooks made anew at each step: who asks for what, and the making.

Each event asks for its sheet's book and the year's book; the requests of a minute are one run each. A file gets a
name of its own, is written whole, re-opened, hashed and renamed, and only then has a row: what people can download
is always finished, and the last good file stays until the next is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Count
from django.utils import timezone

from review import clock, queries
from review.domain.events import Event
from review.models import Artifact, Cycle, Edition, MeasureReview, OutboxEvent
from review.services import books, jobs, judging, outbox, snapshot
from review.services.jobs import Claim, LeaseLost
from review.workbook import engine, writer
from review.workbook.files import WrittenFile, check_workbook, write_atomically
from review.workbook.part_cache import PartCache

SHEET, YEAR, EDITION = "sheet_workbook", "year_workbook", "edition_workbook"

# How many drafts of each sheet and year keep their file.
KEPT = 5
# Below the year's own folder, what this module and `papers` write.
FOLDERS = ("sheets", "consolidated", "editions", "papers")
# Parts of the last build, to make the next one faster; of no worth once a year is at rest.
MEMORY, MEMORY_KEPT = "memory", timedelta(days=30)

# Which books an event makes anew.
REBUILDS: dict[Event, tuple[str, ...]] = {
    Event.CYCLE_OPENED: (YEAR,),
    Event.ACTUALS_SUBMITTED: (SHEET, YEAR),
    Event.SUBMISSION_ENDORSED: (SHEET, YEAR),
    Event.SUBMISSION_RECALLED: (SHEET, YEAR),
    Event.SUBMISSION_RETURNED: (SHEET, YEAR),
    Event.SUBMISSION_REVIEWED: (SHEET, YEAR),
    Event.APPROVAL_RETURNED: (SHEET, YEAR),
    Event.MEASURE_APPROVED: (SHEET, YEAR),
    Event.MEASURE_SETTLED: (SHEET, YEAR),
    Event.EDITION_PUBLISHED: (EDITION,),
}


@outbox.react
def rebuild(row: OutboxEvent) -> None:
    """Ask for the books that the event changes."""
    for kind in REBUILDS.get(Event(row.name), ()):
        if kind == SHEET and row.review:
            request_sheet(row.review)
        elif kind == YEAR and row.cycle:
            request_year(row.cycle)
        elif kind == EDITION and row.cycle:
            request_edition(row.cycle, row.payload["edition_id"])


def request_sheet(review: MeasureReview) -> None:
    """Ask for one sheet's book."""
    key, delay = f"{SHEET}:{review.pk}", settings.MEGURI_BUILD_COALESCE_SECONDS
    jobs.request(SHEET, key=key, args={"review": review.pk}, cycle=review.cycle, delay=delay)


def request_year(cycle: Cycle) -> None:
    """Ask for the year's consolidated book."""
    key, delay = f"{YEAR}:{cycle.pk}", settings.MEGURI_BUILD_COALESCE_SECONDS
    jobs.request(YEAR, key=key, args={"cycle": cycle.pk}, cycle=cycle, delay=delay)


def request_edition(cycle: Cycle, edition_id: int) -> None:
    """Ask for the book of a published edition, made once."""
    jobs.request(EDITION, key=f"{EDITION}:{edition_id}", args={"edition": edition_id}, cycle=cycle)


# --- making ------------------------------------------------------------------------------------------------------


@jobs.handler(SHEET)
def make_sheet(claim: Claim) -> None:
    """Build one sheet's book in the city's form."""
    if exists(claim, kind=Artifact.Kind.SHEET, review=claim.args["review"], revision=claim.wanted):
        return
    review = MeasureReview.objects.select_related("cycle__plan").get(pk=claim.args["review"])
    (full,) = queries.full_reviews(review.cycle, only=[review.pk])
    scale = judging.scale_of(review.cycle)
    row = snapshot.measure_of(full, review.cycle, scale)
    label = full.get_state_display()
    page = books.form(row, snapshot.frame_of(review.cycle, scale), label=label)
    produce(
        claim,
        lambda out: writer.write_form([page], out),
        path=f"{review.cycle.fiscal_year}/sheets/{row['code']}-r{claim.wanted}",
        kind=Artifact.Kind.SHEET,
        cycle=review.cycle,
        review=review,
        label=label,
        filename=f"{row['code']}_{review.cycle.label}_{label}.xlsx",
    )


@jobs.handler(YEAR)
def make_year(claim: Claim) -> None:
    """Build the year's consolidated book as things stand (提出時点, later 公表案)."""
    kind = Artifact.Kind.CONSOLIDATED
    if exists(claim, cycle=claim.args["cycle"], kind=kind, edition=None, revision=claim.wanted):
        return
    cycle = Cycle.objects.select_related("plan").get(pk=claim.args["cycle"])
    claim.progress(0, 0, "内容を集めています")
    data = snapshot.snapshot_of(cycle)
    label = "公表案" if queries.all_settled(cycle) else "提出時点"
    states = {row.measure_year.measure.code: row.get_state_display() for row in queries.full_reviews(cycle)}
    book = books.year_book(data, label=label, made_at=timezone.localtime(clock.now()), states=states)
    produce(
        claim,
        lambda out: engine.write(book, out, parts=PartCache(_memory(cycle)), progress=told(claim)),
        path=f"{cycle.fiscal_year}/consolidated/r{claim.wanted}",
        kind=kind,
        cycle=cycle,
        label=label,
        filename=f"{cycle.plan.city}_{cycle.label}_集約表_{label}.xlsx",
    )


@jobs.handler(EDITION)
def make_edition(claim: Claim) -> None:
    """Build the book of a published edition from its frozen snapshot."""
    kind = Artifact.Kind.CONSOLIDATED
    if exists(claim, edition=claim.args["edition"], kind=kind):
        return
    edition = Edition.objects.select_related("cycle__plan").get(pk=claim.args["edition"])
    book = books.year_book(edition.snapshot, label=edition.label, made_at=timezone.localtime(edition.published_at))
    produce(
        claim,
        lambda out: engine.write(book, out, progress=told(claim)),
        path=f"{edition.cycle.fiscal_year}/editions/{edition.number}",
        kind=kind,
        cycle=edition.cycle,
        edition=edition,
        label=edition.label,
        filename=f"{edition.cycle.plan.city}_{edition.cycle.label}_評価結果_{edition.label}.xlsx",
    )


def told(claim: Claim) -> Callable[[int, int], None]:
    """Shows the progress of a book on the screens."""
    return lambda done, total: claim.progress(done, total, "施策シートを書いています")


def _memory(cycle: Cycle) -> Path | None:
    """Where the year's parts are kept from one build to the next; None where the storage is no folder."""
    try:
        return Path(default_storage.path(f"{MEMORY}/{cycle.pk}.parts"))
    except NotImplementedError:
        return None


def exists(claim: Claim, **which: Any) -> bool:
    """Whether the file was made already, by a worker that fell silent after its commit; then the job just ends."""
    if not Artifact.objects.filter(**which).exists():
        return False
    with claim.finishing():
        return True


def produce(claim: Claim, write: Callable[[BinaryIO], Any], *, path: str, **row: Any) -> None:
    """Write the file under a name that no other worker has, and give it its row in the job's finishing transaction."""
    name = f"{path}-{claim.token.hex[:8]}.xlsx"
    made, warnings = _write(name, write)
    try:
        with claim.finishing():
            Artifact.objects.create(
                **row,
                path=name,
                revision=claim.wanted,
                sha256=made.sha256,
                size=made.size,
                warnings=warnings,
                created_at=clock.now(),
            )
    except LeaseLost:
        # Any other failure may have come after the commit: what has no row is swept up later (`remove_orphans`).
        default_storage.delete(name)
        raise


def _write(name: str, write: Callable[[BinaryIO], Any]) -> tuple[WrittenFile, list[str]]:
    """Write a workbook under the storage name, whole or not at all; returns its size and hash, and the warnings."""
    warnings: list[str] = []

    def fill(out: BinaryIO) -> None:
        warnings.extend(str(warning) for warning in write(out) or ())

    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:  # an object store has no paths: it takes the finished file
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder) / "book.xlsx"
            made = write_atomically(scratch, fill, check_workbook)
            with scratch.open("rb") as finished:
                default_storage.save(name, File(finished))
            return made, warnings
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(target, fill, check_workbook), warnings


# --- keeping order in the files ----------------------------------------------------------------------------------


def retire() -> int:
    """Delete the files of all but the `KEPT` newest revisions of each sheet and year; returns how many.

    Their rows stay, with sha256 and time, so that the record of what was made is whole; `retired_at` says that the
    file is gone. What belongs to an edition is never retired.
    """
    drafts = Artifact.objects.filter(edition=None, retired_at=None).order_by()
    scopes = drafts.values("kind", "cycle", "review").annotate(files=Count("pk")).filter(files__gt=KEPT)
    count = 0
    for scope in scopes:
        which = {key: scope[key] for key in ("kind", "cycle", "review")}
        for artifact in list(drafts.filter(**which).order_by("-revision", "-pk")[KEPT:]):
            # The row first: a file without a row is swept up, a row without its file would be an error.
            Artifact.objects.filter(pk=artifact.pk).update(retired_at=clock.now())
            default_storage.delete(artifact.path)
            count += 1
    return count


def remove_orphans(*, older_than: timedelta = timedelta(hours=1)) -> int:
    """Delete files that no row names, left by a worker that was killed; returns how many. Local storage only."""
    try:
        root = Path(default_storage.path(""))
    except NotImplementedError:
        return 0
    known = set(Artifact.objects.filter(retired_at=None).values_list("path", flat=True))
    now = clock.now().timestamp()
    left = [path for folder in FOLDERS for path in root.glob(f"*/{folder}/*")]
    old = [path for path in left if _age(path, now) > older_than.total_seconds()]
    gone = [path for path in old if path.relative_to(root).as_posix() not in known]
    gone += [path for path in root.glob(f"{MEMORY}/.*.tmp") if _age(path, now) > older_than.total_seconds()]
    gone += [path for path in root.glob(f"{MEMORY}/*.parts") if _age(path, now) > MEMORY_KEPT.total_seconds()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _age(path: Path, now: float) -> float:
    """Seconds since the file was written; 0 where it is none, or gone by now."""
    try:
        return now - path.stat().st_mtime if path.is_file() else 0.0
    except FileNotFoundError:
        return 0.0
