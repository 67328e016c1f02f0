"""Files against rows: is each file that a row names there, and what it was? Asked every night, by a job."""

from dataclasses import dataclass

from django.db import transaction

from review import clock
from review.background.services import jobs
from review.books.services import papers, workbooks
from review.models import Artifact, Evidence
from review.sheet.services import evidence
from review.trail.services import whole_files

KIND = "check_files"
#: What is made anew from the tables alone: kind of file -> the job that does it.
MADE_ANEW = {
    Artifact.Kind.SHEET: workbooks.SHEET,
    Artifact.Kind.CONSOLIDATED: workbooks.YEAR,
    Artifact.Kind.SHEET_PDF: papers.SHEET,
    **papers.OF_YEAR,
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A file that is missing or damaged. `help`: what can be done, in words."""

    path: str
    what: str
    name: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """How many files were looked at, and the faults in the order of their names."""

    files: int
    faults: tuple[Fault, ...]


def check() -> Report:
    rows = [*Artifact.objects.filter(retired_at=None).select_related("cycle"), *evidence.stored()]
    faults = (
        Fault(path=row.path, what=what, name=row.filename, help=_help(row))
        for row in sorted(rows, key=lambda row: row.path)
        if (what := whole_files.state_of(row)) and not _gone_meanwhile(row)
    )
    return Report(files=len(rows), faults=tuple(faults))


def _gone_meanwhile(row: Artifact | Evidence) -> bool:
    """Whether a sweep retired it, or a person took it back, since the rows were read."""
    ended = {"retired_at": None} if isinstance(row, Artifact) else {"withdrawn_at": None}
    return not type(row)._default_manager.filter(pk=row.pk, **ended).exists()


def work_on(claim: jobs.Claim) -> None:
    """The night's check: a fault makes it a failure, of which the operators hear once, until a later check finds none."""
    if faults := check().faults:
        names = "manage.py check_files で、どれかと、することを確かめてください。"
        raise jobs.Failure(
            f"置かれているファイルのうち {len(faults)} 件が、なくなったか変わっています。{names}", final=True
        )
    with claim.finishing():
        pass


def _help(row: Artifact | Evidence) -> str:
    if isinstance(row, Evidence):
        return "根拠資料です。バックアップの files/ から同じ名前で戻すか、提出した課からもう一度受け取ってください。"
    if row.edition_id:
        return "公表版のファイルです。作り直せません。バックアップの files/ から同じ名前で戻してください。"
    return "manage.py check_files --mend で作り直せます。"


def mend() -> int:
    """Ask for the newest of each kind among the broken files that the tables can make anew; returns how many were asked for.

    The rows of the broken ones say from now on that their file is gone.
    """
    broken = {fault.path for fault in check().faults}
    drafts = Artifact.objects.filter(edition=None, retired_at=None, kind__in=list(MADE_ANEW))
    begun = 0
    with transaction.atomic():
        for row in drafts.filter(path__in=broken).select_related("cycle"):
            kind = Artifact.Kind(row.kind)
            which = {"review": row.review_id} if row.review_id else {"cycle": row.cycle_id}
            (subject,) = which.values()
            if not drafts.filter(kind=row.kind, revision__gt=row.revision, **which).exists():
                jobs.request(MADE_ANEW[kind], key=f"{MADE_ANEW[kind]}:{subject}", args=which, cycle=row.cycle)
                begun += 1
            drafts.filter(pk=row.pk).update(retired_at=clock.now())
    return begun
