"""集約表とファイル: what Meguri made of a year, and its download through the permission of its content."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from review import permissions, queries
from review.background.services.making import of_the_background
from review.books.services import papers
from review.models import Artifact, Cycle, MeasureReview
from review.publication.services import bundle
from review.screens.views.acts import crumbs
from review.screens.views.answers import whole
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import fiscal_year
from review.trail.services import audit
from review.workbook import file_kind

TYPES = {".pdf": "application/pdf", ".zip": "application/zip", ".xlsx": file_kind.XLSX}
HISTORY = 20


@require_safe
def files(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The year's consolidated workbook, its editions, and the sheets' workbooks that the person may read."""
    cycle = cycle_or_404(plan, year)
    books = list(queries.consolidated_files(cycle)[: HISTORY + 1])
    drafts = [book for book in books if book.edition_id is None]
    may_draft = permissions.may_download_year(request.user, cycle.plan_id)
    sheets = queries.latest_sheet_files(cycle.reviews.visible(permissions.scope_of(request.user)))
    context = {
        "page_title": _("%(year)s 集約表とファイル") % {"year": fiscal_year(year)},
        "breadcrumbs": crumbs(_("集約表とファイル")),
        "cycle": cycle,
        "editions": [book for book in books if book.edition_id],
        "sites": sites_of(cycle) if permissions.may_retry_jobs(request.user, cycle.plan_id) else [],
        "may_draft": may_draft,
        "latest": drafts[0] if drafts and may_draft else None,
        "history": drafts[1:] if may_draft else [],
        "papers": papers_of(request, cycle) if may_draft else [],
        "sheets": list(sheets),
        **of_the_background(cycle),
    }
    return render(request, "publication/files.html", context)


def papers_of(request: SignedInRequest, cycle: Cycle) -> list[dict[str, Any]]:
    """本部会議資料 and the year's book as PDF, None where nobody asked for one yet. One query."""
    readable = Artifact.objects.visible(permissions.scope_of(request.user))
    rows = readable.filter(cycle=cycle, kind__in=papers.OF_YEAR, review=None, edition=None, retired_at=None)
    made = {row.kind: row for row in rows.order_by("created_at", "pk")}
    return [{"kind": kind.value, "label": kind.label, "file": made.get(kind)} for kind in papers.OF_YEAR]


@require_POST
def paper_make(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Ask for 本部会議資料 or the book as PDF, of the current data."""
    cycle, kind = (
        cycle_or_404(plan, year),
        next((one for one in papers.OF_YEAR if one == request.POST.get("kind")), None),
    )
    if kind is None:
        raise Http404
    papers.request_of_year(kind, cycle)
    return to_files(request, cycle.key, str(kind.label), "papers")


@require_POST
def sheet_paper_make(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for one sheet as PDF, of the current data."""
    readable = MeasureReview.objects.visible(permissions.scope_of(request.user)).select_related("cycle__plan")
    review = get_object_or_404(readable, pk=pk)
    papers.request_sheet(review)
    return to_files(request, review.cycle.key, "PDF", "sheets")


def to_files(request: SignedInRequest, key: tuple[str, int], what: str, where: str) -> HttpResponse:
    """On to the page that shows how far it is, and then the file."""
    sentence = _("%(file)sを作っています。できあがると、この画面から受け取れます。")
    messages.success(request, sentence % {"file": what})
    return redirect(reverse("meguri:files", args=key) + f"#{where}")


def sites_of(cycle: Cycle) -> list[dict[str, Any]]:
    """Each edition of the year with its static site, None where none was requested yet, after the plan's last year the
    newest 総括 before them. Four queries."""
    made = {
        file.edition_id: file
        for file in Artifact.objects.filter(cycle=cycle, kind=Artifact.Kind.BUNDLE, edition__isnull=False)
    }
    rows: list[dict[str, Any]] = [
        {"edition": one, "label": one.label, "file": made.get(one.pk)} for one in queries.editions(*cycle.key)
    ]
    if rows and (summary := bundle.newest_summary(cycle)):
        label = bundle.label_of(summary)
        file = Artifact.objects.filter(cycle=cycle, kind=Artifact.Kind.BUNDLE, label=label, retired_at=None).first()
        rows.insert(0, {"edition": rows[0]["edition"], "label": label, "file": file, "summary": True})
    return rows


@require_POST
def bundle_make(request: SignedInRequest, plan: str, year: int, number: int) -> HttpResponse:
    """Ask for the static site of an edition, or of the plan's newest 総括."""
    edition = get_object_or_404(queries.editions(plan, year), number=number)
    summary = bundle.newest_summary(edition.cycle) if request.POST.get("summary") else None
    bundle.request(user=request.user, edition=edition, summary=summary)
    messages.success(request, _("静的サイトを作っています。できあがると、この画面から受け取れます。"))
    return redirect("meguri:files", plan, year)


@never_cache
@require_safe
def download(request: SignedInRequest, pk: int) -> HttpResponse | FileResponse:
    """One file, as an attachment under its own name. Leaves an audit row."""
    artifact = get_object_or_404(Artifact.objects.visible(permissions.scope_of(request.user)), pk=pk, retired_at=None)
    response = attachment(artifact)
    if request.method == "GET":
        audit.write(
            request.user,
            "download",
            f"artifact:{artifact.pk}",
            after={"file": artifact.filename, "sha256": artifact.sha256},
        )
    return response


def attachment(artifact: Artifact) -> FileResponse:
    """The file's bytes, never shown in place. Raises Http404 where they are gone or others."""
    kind = TYPES[PurePath(artifact.path).suffix]
    response = FileResponse(whole(artifact), as_attachment=True, filename=artifact.filename, content_type=kind)
    response.headers["Content-Length"] = str(artifact.size)
    return response
