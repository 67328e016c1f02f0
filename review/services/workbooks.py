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

import openpyxl
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from review import clock, queries
from review.domain.events import Event
from review.models import Artifact, Cycle, Edition, MeasureReview, OutboxEvent
from review.services import books, jobs, judging, outbox, snapshot
from review.services.jobs import Claim
from review.workbook import consolidated, writer
from review.workbook.files import WrittenFile, write_atomically

SHEET, YEAR, EDITION = "sheet_workbook", "year_workbook", "edition_workbook"

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
    if Artifact.objects.filter(review_id=claim.args["review"], revision=claim.wanted).exists():
        with claim.finishing():
            return
    review = MeasureReview.objects.select_related("cycle__plan").get(pk=claim.args["review"])
    full = next(row for row in queries.full_reviews(review.cycle) if row.pk == review.pk)
    scale = judging.scale_of(review.cycle)
    row = snapshot.measure_of(full, review.cycle, scale)
    label = full.get_state_display()
    frame = snapshot.frame_of(review.cycle, scale)
    page = books.form(row, frame, label=label)
    name = f"{review.cycle.fiscal_year}/sheets/{row['code']}-r{claim.wanted}-{claim.token.hex[:8]}.xlsx"
    made, warnings = _write(name, lambda out: writer.write_form([page], out))
    filename = f"{row['code']}_{review.cycle.label}_{label}.xlsx"
    _record(claim, made, name, kind=Artifact.Kind.SHEET, review=review, label=label, filename=filename, warnings=warnings)


@jobs.handler(YEAR)
def make_year(claim: Claim) -> None:
    """Build the year's consolidated book as things stand (提出時点, later 公表案)."""
    if Artifact.objects.filter(cycle_id=claim.args["cycle"], edition=None, kind="consolidated", revision=claim.wanted).exists():
        with claim.finishing():
            return
    cycle = Cycle.objects.select_related("plan").get(pk=claim.args["cycle"])
    claim.progress(0, 2, "内容を集めています")
    data = snapshot.snapshot_of(cycle)
    label = "公表案" if queries.all_settled(cycle) else "提出時点"
    states = {row.measure_year.measure.code: row.get_state_display() for row in queries.full_reviews(cycle)}
    book = books.year_book(data, label=label, made_at=_made_at(), states=states)
    claim.progress(1, 2, "集約表を作っています")
    name = f"{cycle.fiscal_year}/consolidated/r{claim.wanted}-{claim.token.hex[:8]}.xlsx"
    made, warnings = _write(name, lambda out: consolidated.write(book, out))
    filename = f"{cycle.plan.city}_{cycle.label}_集約表_{label}.xlsx"
    _record(claim, made, name, kind=Artifact.Kind.CONSOLIDATED, cycle=cycle, label=label, filename=filename, warnings=warnings)


@jobs.handler(EDITION)
def make_edition(claim: Claim) -> None:
    """Build the book of a published edition from its frozen snapshot."""
    edition = Edition.objects.select_related("cycle__plan").get(pk=claim.args["edition"])
    if edition.artifacts.filter(kind=Artifact.Kind.CONSOLIDATED).exists():
        with claim.finishing():
            return
    claim.progress(0, 1, "公表版の集約表を作っています")
    book = books.year_book(edition.snapshot, label=edition.label, made_at=timezone.localtime(edition.published_at))
    name = f"{edition.cycle.fiscal_year}/editions/{edition.number}-{claim.token.hex[:8]}.xlsx"
    made, warnings = _write(name, lambda out: consolidated.write(book, out))
    filename = f"{edition.cycle.plan.city}_{edition.cycle.label}_評価結果_{edition.label}.xlsx"
    _record(
        claim,
        made,
        name,
        kind=Artifact.Kind.CONSOLIDATED,
        cycle=edition.cycle,
        edition=edition,
        label=edition.label,
        filename=filename,
        warnings=warnings,
    )


def _made_at():  # noqa: ANN202 - datetime in the city's time zone
    return timezone.localtime(clock.now())


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
            made = write_atomically(scratch, fill, _opens)
            with scratch.open("rb") as finished:
                default_storage.save(name, File(finished))
            return made, warnings
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(target, fill, _opens), warnings


def _opens(path: Path) -> None:
    """Re-open what was written, before anyone can see it."""
    openpyxl.load_workbook(path, read_only=True).close()


def _record(
    claim: Claim,
    made: WrittenFile,
    name: str,
    *,
    kind: str,
    label: str,
    filename: str,
    warnings: list[str],
    cycle: Cycle | None = None,
    review: MeasureReview | None = None,
    edition: Edition | None = None,
) -> None:
    owner = cycle or (review.cycle if review else None)
    assert owner
    try:
        with claim.finishing():
            Artifact.objects.create(
                kind=kind,
                cycle=owner,
                review=review,
                edition=edition,
                revision=claim.wanted,
                label=label,
                path=name,
                filename=filename,
                sha256=made.sha256,
                size=made.size,
                warnings=warnings,
                created_at=clock.now(),
            )
    except BaseException:
        default_storage.delete(name)
        raise


# --- keeping order in the files ----------------------------------------------------------------------------------


def remove_orphans(*, older_than: timedelta = timedelta(hours=1)) -> int:
    """Delete files that no row names, left by a worker that was killed; returns how many. Local storage only."""
    try:
        root = Path(default_storage.path(""))
    except NotImplementedError:
        return 0
    known = set(Artifact.objects.values_list("path", flat=True))
    limit = clock.now().timestamp() - older_than.total_seconds()
    count = 0
    for path in root.glob("*/*/*"):
        if path.is_file() and path.stat().st_mtime < limit and path.relative_to(root).as_posix() not in known:
            path.unlink(missing_ok=True)
            count += 1
    return count
