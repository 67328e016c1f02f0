"""Workbooks rebuilt at each step: which event queues which, and the building.

Each event queues its sheet's book and the year's book; the requests of a minute are one run each. How a file comes
to be and goes is in `artifacts`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from review import clock, listing, queries
from review.assessment.services import standings
from review.background.services import jobs
from review.background.services.jobs import Claim
from review.books.services import artifacts, books, snapshot
from review.domain.book import YearBook, YearCounts
from review.models import Artifact, Cycle, Edition, MeasureReview, OutboxEvent
from review.models.sheet import OPEN_STATES
from review.workbook import engine, writer
from review.workbook.files import check_workbook
from review.workbook.part_cache import PartCache

SHEET, YEAR, EDITION = "sheet_workbook", "year_workbook", "edition_workbook"


def rebuild_sheet(rows: Sequence[OutboxEvent]) -> None:
    """The events change sheets: ask for their books."""
    request_sheet(*[row.review for row in rows if row.review])


def rebuild_year(rows: Sequence[OutboxEvent]) -> None:
    """The events change the year: ask for its book."""
    request_year(*[row.cycle for row in rows if row.cycle])


def build_edition(rows: Sequence[OutboxEvent]) -> None:
    """An edition was published: ask for its book."""
    for row in rows:
        request_edition(row.cycle, row.payload["edition_id"])


def request_edition(cycle: Cycle | None, edition: int) -> None:
    """Ask for the book of a published edition, made once."""
    jobs.request(EDITION, key=f"{EDITION}:{edition}", args={"edition": edition}, cycle=cycle)


def request_sheet(*reviews: MeasureReview) -> None:
    """Ask for the sheets' books."""
    requests = ((f"{SHEET}:{review.pk}", {"review": review.pk}, review.cycle) for review in reviews)
    jobs.request_all(SHEET, requests, delay=settings.MEGURI_BUILD_COALESCE_SECONDS)


def request_year(*cycles: Cycle) -> None:
    """Ask for the years' consolidated books."""
    requests = ((f"{YEAR}:{cycle.pk}", {"cycle": cycle.pk}, cycle) for cycle in cycles)
    jobs.request_all(YEAR, requests, delay=settings.MEGURI_BUILD_COALESCE_SECONDS)


# --- making ------------------------------------------------------------------------------------------------------


def make_sheet(claim: Claim) -> None:
    artifacts.produce_for_sheet(
        claim,
        lambda page: lambda out: writer.write_form([page], out, made_at=timezone.localtime(clock.now())),
        kind=Artifact.Kind.SHEET,
        check=check_workbook,
        ending="xlsx",
        folder="sheets",
    )


def make_year(claim: Claim) -> None:
    """Build the year's consolidated book from the current data (提出時点, later 公表案)."""

    def write(cycle: Cycle, book: YearBook) -> artifacts.Write:
        parts = PartCache(artifacts.local(f"{artifacts.MEMORY}/{cycle.pk}.parts"))
        return lambda out: engine.write(book, out, parts=parts, progress=artifacts.progress_of(claim))

    produce_of_year(
        claim,
        write,
        kind=Artifact.Kind.CONSOLIDATED,
        check=check_workbook,
        ending="xlsx",
        name="集約表",
        path="consolidated/",
    )


def produce_of_year(
    claim: Claim,
    write: Callable[[Cycle, YearBook], artifacts.Write],
    *,
    kind: str,
    check: artifacts.Check,
    ending: str,
    name: str,
    path: str,
) -> None:
    """Build a file of the year from its current data; `path` is how its name begins in the folder of the year."""
    if artifacts.exists(claim, kind=kind, cycle=claim.args["cycle"], edition=None, revision=claim.requested):
        return
    cycle = Cycle.objects.select_related("plan").get(pk=claim.args["cycle"])
    claim.progress(0, MeasureReview.objects.filter(cycle=cycle).count() or 1, "内容を集めています")
    book = year_book_now(cycle)
    artifacts.produce(
        claim,
        write(cycle, book),
        path=f"{cycle.folder}/{path}r{claim.requested}",
        ending=ending,
        check=check,
        kind=kind,
        cycle=cycle,
        label=book.state_label,
        filename=f"{cycle.file_name}_{name}_{book.state_label}.{ending}",
    )


def year_book_now(cycle: Cycle) -> YearBook:
    """The year's book from the current data. About twenty queries."""
    data = snapshot.snapshot_of(cycle)
    label = gettext_noop("公表案") if queries.all_settled(cycle) else gettext_noop("提出時点")
    states = queries.state_labels(cycle)
    open_ones = MeasureReview.objects.filter(cycle=cycle, state__in=OPEN_STATES, outcome="")
    unsubmitted = set(open_ones.values_list("measure_year__measure__code", flat=True))
    now = timezone.localtime(clock.now())
    book = books.year_book(data, label=label, made_at=now, states=states, unsubmitted=unsubmitted)
    return replace(book, previous=_year_before(cycle))


def _year_before(cycle: Cycle) -> YearCounts | None:
    """Last year's grades of what was submitted so far and has one in both years. Six queries."""
    goals = listing.goals_of(cycle.plan_id, cycle.fiscal_year)
    sheets = standings.sheets_of(cycle, goals).values()
    base = standings.same_base(cycle, sheets, standings.overall_before(cycle, goals))
    if not base.goals.before and not base.measures.before:
        return None
    whole = standings.grades_of(sheets)
    return YearCounts(
        fiscal_year=cycle.fiscal_year - 1,
        whole=False,
        sheets=base.measures.before,
        indicators=base.goals.before,
        same_sheets=base.measures.now if base.measures.now != whole.measures else {},
        same_indicators=base.goals.now if base.goals.now != whole.goals else {},
    )


def make_edition(claim: Claim) -> None:
    """Build the book of a published edition from its frozen snapshot."""

    def write(edition: Edition) -> artifacts.Write:
        book = books.edition_book(edition)
        return lambda out: engine.write(book, out, progress=artifacts.progress_of(claim))

    artifacts.produce_for_edition(
        claim, write, kind=Artifact.Kind.CONSOLIDATED, check=check_workbook, ending="xlsx", name="評価結果"
    )
