"""PDFs as jobs and files: each sheet, the year's book, 本部会議資料, and a published edition.

A published edition's PDF is made by itself. The others are made when somebody asks (`request_…`, from the board, the
files and the sheet), and from then on anew whenever what they show changes (`renew`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from review import clock, listing
from review.background.services import jobs
from review.background.services.jobs import Claim
from review.books.services import artifacts, books, workbooks
from review.domain.book import Agenda, YearBook
from review.domain.fiscal import fiscal_year_label, wareki
from review.models import Artifact, Cycle, Job, MeasureReview, OutboxEvent
from review.pdf import maker

SHEET, BOOK, PACK, EDITION = "sheet_pdf", "book_pdf", "meeting_pack", "edition_pdf"
#: the papers of a whole year, which a person can ask for: kind of file -> the job that makes it
OF_YEAR = {Artifact.Kind.PACK: PACK, Artifact.Kind.BOOK_PDF: BOOK}
_EOF = b"%%EOF"


def build_edition(rows: Sequence[OutboxEvent]) -> None:
    """An edition was published: ask for its PDF."""
    for row in rows:
        edition = row.payload["edition_id"]
        jobs.request(EDITION, key=f"{EDITION}:{edition}", args={"edition": edition}, cycle=row.cycle)


def request_of_year(kind: Artifact.Kind, cycle: Cycle) -> None:
    """Queue 本部会議資料 or the year's book of the current data."""
    jobs.request_all(OF_YEAR[kind], [_of_year(kind, cycle)])


def request_sheet(review: MeasureReview) -> None:
    """Queue one sheet of the current data."""
    jobs.request_all(SHEET, [_of_sheet(review)])


def renew(rows: Sequence[OutboxEvent]) -> None:
    """The events change what papers show: those that somebody asked for are made anew."""
    years = {kind: [_of_year(kind, row.cycle) for row in rows if row.cycle] for kind in OF_YEAR}
    sheets = [_of_sheet(row.review) for row in rows if row.review]
    keys = [key for some in (*years.values(), sheets) for key, _args, _cycle in some]
    known = set(Job.objects.filter(key__in=keys).values_list("key", flat=True))
    delay = settings.MEGURI_BUILD_COALESCE_SECONDS
    for kind, some in years.items():
        jobs.request_all(OF_YEAR[kind], [one for one in some if one[0] in known], delay=delay)
    jobs.request_all(SHEET, [one for one in sheets if one[0] in known], delay=delay)


def _of_year(kind: Artifact.Kind, cycle: Cycle) -> jobs.Requested:
    return f"{OF_YEAR[kind]}:{cycle.pk}", {"cycle": cycle.pk}, cycle


def _of_sheet(review: MeasureReview) -> jobs.Requested:
    return f"{SHEET}:{review.pk}", {"review": review.pk}, review.cycle


# --- making ------------------------------------------------------------------------------------------------------


def make_sheet(claim: Claim) -> None:
    artifacts.produce_for_sheet(
        claim,
        lambda form: _writes(maker.sheet(form, made_at=timezone.localtime(clock.now()))),
        kind=Artifact.Kind.SHEET_PDF,
        check=check_pdf,
        ending="pdf",
        folder="papers",
    )


def make_book(claim: Claim) -> None:
    _make_of_year(claim, Artifact.Kind.BOOK_PDF, lambda _cycle, book: maker.book(book), "集約表")


def make_pack(claim: Claim) -> None:
    _make_of_year(claim, Artifact.Kind.PACK, lambda cycle, book: maker.pack(book, agenda_of(cycle)), "本部会議資料")


def _make_of_year(claim: Claim, kind: str, make: Callable[[Cycle, YearBook], maker.Paper], name: str) -> None:
    def write(cycle: Cycle, book: YearBook) -> artifacts.Write:
        sheets = len(book.sheets) or 1
        claim.progress(0, sheets, "PDFを組んでいます")
        paper = make(cycle, book)
        claim.progress(sheets, sheets, "ファイルに書いています")
        return _writes(paper)

    workbooks.produce_of_year(claim, write, kind=kind, check=check_pdf, ending="pdf", name=name, path=f"papers/{kind}-")


def agenda_of(cycle: Cycle) -> Agenda:
    """What waits for the meeting beside the sheets. Two queries."""
    return Agenda(
        changes=tuple(
            (
                f"{one.measure.code}" if one.measure else "",
                f"{one.get_kind_display()}({fiscal_year_label(one.fiscal_year)}から)",
                one.reason,
            )
            for one in listing.proposed_changes(cycle)
        ),
        proposals=tuple(
            (
                f"{one.measure_year.measure.code} {one.measure_year.name}",
                f"{one.get_proposed_outcome_display()}の提案",
                one.outcome_reason,
            )
            for one in listing.proposals(cycle=cycle.pk)
        ),
        publication=f"公表日時: {wareki(timezone.localdate(cycle.publish_at))}"
        if cycle.publish_at
        else "公表日時は、公表の決定のときに定めます。",
    )


def make_edition(claim: Claim) -> None:
    """Build the PDF of a published edition from its frozen snapshot."""
    artifacts.produce_for_edition(
        claim,
        lambda edition: _writes(maker.book(books.edition_book(edition))),
        kind=Artifact.Kind.BOOK_PDF,
        check=check_pdf,
        ending="pdf",
        name="評価結果",
    )


def _writes(paper: maker.Paper) -> artifacts.Write:
    def write(out: BinaryIO) -> tuple[str, ...]:
        out.write(paper.data)
        return paper.warnings

    return write


def check_pdf(path: Path) -> None:
    """Read a finished PDF again: it begins and ends as one. Raises ValueError."""
    data = path.read_bytes()
    if not data.startswith(b"%PDF-") or not data.rstrip().endswith(_EOF):
        raise ValueError(f"{path.name} is no whole PDF")
