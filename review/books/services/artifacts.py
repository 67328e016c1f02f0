"""Finished files: written whole, checked, hashed and renamed, given a row, and thrown away by one rule.

A file gets a name of its own, and only when it is finished has it a row: what people can download is always whole,
and the last good file stays until the next is. `retire` and `remove_orphans` run in the sweep.
"""

import tempfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import Count

from review import clock, queries
from review.assessment.services import judging
from review.background.services.jobs import Claim, LeaseLost
from review.books.services import books, snapshot
from review.books.services.seals import artifact_seal
from review.domain import file_names
from review.domain.book import FormSheet
from review.models import Artifact, Edition, MeasureReview
from review.screens.services import throttle
from review.trail.services import audit, whole_files
from review.workbook.files import WrittenFile, write_atomically

# How many drafts of each sheet and year keep their file.
MOST_DRAFTS = 5
# Below the folder of the plan and its year (before there were several plans: of the year alone), what this module and `papers` write.
FOLDERS = ("sheets", "consolidated", "editions", "papers")
# Parts of the last build, to make the next one faster; of no worth once a year is at rest.
MEMORY, MEMORY_KEPT = "memory", timedelta(days=30)
# A file that no row names yet may be about to get one. Its age is told by three clocks (of who wrote it, of the store, of who
# looks), each of which may be wrong by hours.
UNNAMED_KEPT = timedelta(days=1)
# The last folder of whatever this module may throw away.
OURS = [[folder] for folder in (*FOLDERS, MEMORY)]

Write = Callable[[BinaryIO], Iterable[object]]
Check = Callable[[Path], None]


def progress_of(claim: Claim) -> Callable[[int, int], None]:
    return lambda done, total: claim.progress(done, total, "施策シートを書いています")


def exists(claim: Claim, **which: Any) -> bool:
    """Whether the file exists already, from a worker that died after its commit; then the job just ends."""
    if not Artifact.objects.filter(**which).exists():
        return False
    with claim.finishing():
        return True


def produce(claim: Claim, write: Write, *, path: str, check: Check, ending: str = "xlsx", **row: Any) -> None:
    """Write the file under a name that no other worker has, and give it its row in the job's finishing transaction.

    `write` returns the warnings; `check` raises where the finished file is not whole.
    """
    name = f"{path}-{claim.token.hex[:8]}.{ending}"
    made, warnings = _write(name, write, check)
    try:
        with claim.finishing():
            artifact = Artifact(
                **row,
                path=name,
                revision=claim.requested,
                sha256=made.sha256,
                size=made.size,
                warnings=warnings,
                created_at=clock.now(),
            )
            artifact.seal = artifact_seal(artifact) if artifact.edition_id else ""
            artifact.save(force_insert=True)
            if artifact.edition_id:
                _record(artifact)
    except LeaseLost:
        # Any other failure may have come after the commit: what has no row is swept up later (`remove_orphans`).
        default_storage.delete(name)
        raise


def produce_for_edition(
    claim: Claim, write: Callable[[Edition], Write], *, kind: str, check: Check, ending: str, name: str, tail: str = ""
) -> None:
    """The same for a file of a published edition, which is made once; `write` takes the edition to its frozen snapshot."""
    if exists(claim, edition=claim.args["edition"], kind=kind):
        return
    edition = Edition.objects.select_related("cycle__plan").get(pk=claim.args["edition"])
    cycle, label = edition.cycle, edition.label
    produce(
        claim,
        write(edition),
        path=f"{cycle.folder}/editions/{edition.number}{tail}",
        ending=ending,
        check=check,
        kind=kind,
        cycle=cycle,
        edition=edition,
        label=label,
        filename=f"{cycle.file_name}_{name}_{label}.{ending}",
    )


def produce_for_sheet(
    claim: Claim, write: Callable[[FormSheet], Write], *, kind: str, check: Check, ending: str, folder: str
) -> None:
    """The same for a file of one sheet's current data; `write` takes the page of the city's form."""
    if exists(claim, kind=kind, review=claim.args["review"], revision=claim.requested):
        return
    review = MeasureReview.objects.select_related("cycle__plan").get(pk=claim.args["review"])
    cycle, scale = review.cycle, judging.scale_of(review.cycle)
    (full,) = queries.full_reviews(cycle, only=[review.pk])
    row, label = snapshot.measure_of(full, cycle, scale), full.get_state_display()
    produce(
        claim,
        write(books.form(row, snapshot.frame_of(cycle, scale), label=label)),
        path=f"{cycle.folder}/{folder}/{row['code']}-r{claim.requested}",
        ending=ending,
        check=check,
        kind=kind,
        cycle=cycle,
        review=review,
        label=label,
        filename=f"{cycle.plan.short_name}_{file_names.part(row['code'])}_{cycle.label}_{label}.{ending}",
    )


def _record(artifact: Artifact) -> None:
    """Record an edition's file in the audit trail, so that a removed one is noticed."""
    names = ("kind", "filename", "sha256", "seal")
    after = {"id": artifact.pk, "edition": artifact.edition_id, **{name: getattr(artifact, name) for name in names}}
    audit.write(None, "edition.file", f"cycle:{artifact.cycle_id}", after=after)


def _write(name: str, write: Write, check: Check) -> tuple[WrittenFile, list[str]]:
    """Write a file under the storage name, whole or not at all; returns its size and hash, and the warnings."""
    warnings: list[str] = []

    def fill(out: BinaryIO) -> None:
        warnings.extend(str(warning) for warning in write(out))

    target = local(name)
    if target is None:  # the store takes the finished file
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder) / "finished"
            made = write_atomically(scratch, fill, check)
            with scratch.open("rb") as finished:
                default_storage.save(name, File(finished))
            return made, warnings
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_atomically(target, fill, check), warnings


# --- keeping order in the files ----------------------------------------------------------------------------------


def retire() -> int:
    """Delete the files of all but the `KEPT` newest revisions of each sheet and year; returns how many.

    Their rows stay, with sha256 and time, so that the record of what was made is whole; `retired_at` says that the
    file is gone. What belongs to an edition is never retired.
    """
    drafts = Artifact.objects.filter(edition=None, retired_at=None).order_by()
    scopes = drafts.values("kind", "cycle", "review").annotate(files=Count("pk")).filter(files__gt=MOST_DRAFTS)
    count = 0
    for scope in scopes:
        which = {key: scope[key] for key in ("kind", "cycle", "review")}
        for artifact in list(drafts.filter(**which).order_by("-revision", "-pk")[MOST_DRAFTS:]):
            # The row first: a file without a row is swept up, a row without its file would be an error.
            Artifact.objects.filter(pk=artifact.pk).update(retired_at=clock.now())
            default_storage.delete(artifact.path)
            count += 1
    return count


def remove_orphans(*, older_than: timedelta = UNNAMED_KEPT) -> int:
    """Delete files that no row names, left by a worker that was killed; returns how many. In an object store, where each look
    is a request over the network, it looks not more often than files get old enough."""
    if local("") is None and throttle.hit("orphans", span=older_than) > 1:
        return 0
    ours = [name for name in whole_files.names(leave_out="evidence") if name.split("/")[-2:-1] in OURS]
    # Asked after the files were listed: what was finished meanwhile has its row.
    known = set(Artifact.objects.filter(retired_at=None).values_list("path", flat=True))
    left = [name for name in ours if name not in known]
    gone = [name for name in left if _age(name) > (MEMORY_KEPT if name.endswith(".parts") else older_than)]
    for name in gone:
        default_storage.delete(name)
    return len(gone)


def local(name: str) -> Path | None:
    """Where the storage has the file on this machine; None for an object store, which has no paths."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def _age(name: str) -> timedelta:
    """Since when the file stands as it is; none where it is gone by now."""
    try:
        return clock.now() - default_storage.get_modified_time(name)
    except FileNotFoundError:
        return timedelta()
