"""根拠資料 of a sheet: the list, adding, removing, and the download that is never shown in place."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from review import permissions
from review.domain import items
from review.domain.refusals import Invalid
from review.item_words import label_of
from review.models import MeasureReview
from review.screens.views.answers import done, whole
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.uploads import EvidenceForm
from review.sheet.services import evidence as service
from review.sheet.services import submission
from review.sheet.views import sheet_page
from review.trail.services import audit


@require_safe
def evidence(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sheet's files, for everybody who may read it; adding and removing for those who may write on it."""
    return page(request, sheet_page.readable(request, pk))


def page(
    request: SignedInRequest, review: MeasureReview, *, form: EvidenceForm | None = None, status: int = 200
) -> HttpResponse:
    """The list and, where the sheet is open, the form."""
    user = request.user
    writes = permissions.may_write(user, review)
    rows = [
        {"file": one, "item": label_of(one.item, review.cycle.form), "removable": service.may_remove(user, one, review)}
        for one in service.of_sheet(review)
    ]
    title = _("根拠資料")
    context: dict[str, Any] = {
        "page_title": title,
        "breadcrumbs": sheet_page.crumbs(review, title),
        "review": review,
        "year": review.measure_year,
        "rows": rows,
        "form": (form or EvidenceForm(choices=choices(review))) if writes else None,
        "most": service.MAX_FILES,
    }
    return render(request, "sheet/evidence.html", context, status=status)


def choices(review: MeasureReview) -> list[tuple[str, str]]:
    """The items that a file may stand behind."""
    keys = submission.current_texts(review)
    return [(key, label_of(key, review.cycle.form)) for key in keys if not items.is_bar(key) and not items.is_next(key)]


@require_POST
def evidence_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep one file."""
    review = sheet_page.own(request, pk)
    form = EvidenceForm(request.POST, request.FILES, choices=choices(review))
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = service.add(
                user=request.user,
                review_id=review.pk,
                upload=upload,
                filename=upload.name or "",
                item=form.cleaned_data["item"],
            )
        except Invalid as refusal:
            form.refuse(str(refusal), refusal.fields)
        else:
            sentence = _("「%(name)s」を添付しました。") % {"name": file.filename}
            return done(request, sentence, "meguri:evidence", review.pk)
    return page(request, review, form=form, status=422)


@require_POST
def evidence_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one file away."""
    file = get_object_or_404(service.readable(request.user), pk=pk)
    review = sheet_page.own(request, file.review_id)
    service.remove(user=request.user, evidence_id=file.pk)
    return done(request, _("「%(name)s」を外しました。") % {"name": file.filename}, "meguri:evidence", review.pk)


@never_cache
@require_safe
def evidence_file(request: SignedInRequest, pk: int) -> HttpResponse | FileResponse:
    """One file, as an attachment: a browser saves it and never shows or runs it. Leaves an audit row."""
    file = get_object_or_404(service.readable(request.user), pk=pk)
    content = whole(file)
    if request.method == "GET":
        audit.write(
            actor=request.user,
            action="evidence.download",
            subject=f"review:{file.review_id}",
            after={"file": file.filename, "sha256": file.sha256},
        )
    response = FileResponse(content, as_attachment=True, filename=file.filename, content_type=service.MIME[file.kind])
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
