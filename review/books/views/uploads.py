"""The Excel round trip: hand out the 記入用 workbook, take it back, show what it would change, take what was chosen."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from review import locks, permissions, queries
from review.assessment.services import judging
from review.assessment.views import indicator_parts
from review.books.services import entry_books, uploads
from review.books.services.uploads import SheetChanges
from review.domain.refusals import Invalid, NotAllowed, Stale
from review.domain.three_way import Change, ItemChange
from review.item_words import label_of
from review.models import Cycle, Upload
from review.screens.services.incoming import on_disk, why_refused
from review.screens.views.acts import page
from review.screens.views.answers import forbidden, see_other
from review.screens.views.questions import whole
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.uploads import WorkbookForm
from review.sheet.views import sheet_parts
from review.templatetags.words import fiscal_year
from review.workbook import file_kind

TAKE, VERSION = "take:", "version:"
#: A value up to this length is compared as a whole: marks inside it say less than old → new.
SHORT = 40


@never_cache
@require_GET
def entry_book(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The 記入用 workbook of the person's open sheets, or of `?sheet=`."""
    cycle = own_cycle(request, plan, year)
    number = request.GET.get("sheet", "")
    review_id = whole(number)
    if number and not cycle.reviews.own(permissions.scope_of(request.user)).filter(pk=review_id or 0).exists():
        raise Http404
    issued = entry_books.issue(user=request.user, cycle_id=cycle.pk, review_id=review_id)
    response = HttpResponse(issued.content, content_type=file_kind.XLSX)
    response.headers["Content-Disposition"] = content_disposition_header(True, issued.filename)
    return response


def own_cycle(request: SignedInRequest, plan: str, year: int) -> Cycle:
    """The year, if the person's department has a sheet in it; 404 otherwise."""
    cycle = uploads.cycle_for(request.user, plan, year)
    if cycle is None:
        raise Http404
    return cycle


def upload(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Download and upload on one page; a file that is read leads to its comparison."""
    cycle = own_cycle(request, plan, year)
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    refused: Upload | None = None
    if form.is_bound and form.is_valid():
        try:
            with on_disk(form.cleaned_data["file"]) as (path, name):
                received = uploads.receive(user=request.user, cycle_id=cycle.pk, path=path, filename=name)
        except Invalid as refusal:
            form.add_error("file", str(refusal))
        else:
            if received.state != Upload.State.REFUSED:
                return see_other("meguri:upload_review", received.pk)
            refused = received
            form.add_error("file", why_refused(received.code, received.detail))
    # The sheets, each with the reason where it is closed, and what came before.
    sheets = list(queries.briefly(cycle.reviews.own(permissions.scope_of(request.user))))
    rows = [{"review": review, "why_locked": locks.why_locked(review)} for review in sheets]
    context = {
        "cycle": cycle,
        "refused": refused,
        "rows": rows,
        "open_count": sum(not row["why_locked"] for row in rows),
        "earlier": list(uploads_of(request, cycle)[:5]),
    }
    trail = fiscal_year(cycle.fiscal_year), reverse("meguri:progress", args=cycle.key)
    return page(request, "books/upload.html", _("Excelで記入する"), trail, form=form, context=context)


def uploads_of(request: SignedInRequest, cycle: Cycle) -> Any:
    """The person's own earlier files of the year that could be read, newest first."""
    return Upload.objects.filter(cycle=cycle, uploaded_by=request.user).exclude(state=Upload.State.REFUSED)


# --- the comparison -------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def upload_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the file would change now, cell by cell."""
    return comparison(request, own_upload(request, pk))


def own_upload(request: SignedInRequest, pk: int) -> Upload:
    """The person's own upload that could be read; 404 otherwise."""
    row = uploads.of_user(request.user, pk)
    if row is None or row.state == Upload.State.REFUSED:
        raise Http404
    return row


def comparison(
    request: SignedInRequest, file: Upload, *, status: int = 200, notice: str = "", ticks: frozenset[str] | None = None
) -> HttpResponse:
    """The page; `ticks` are the boxes that the person had ticked, where the page is shown again."""
    sheets = uploads.difference(user=request.user, upload=file)
    shown = [shown_sheet(sheet, ticks) for sheet in sheets]
    context = {
        "upload": file,
        "sheets": shown,
        "unread": [*file.result.get("unread", ()), *(one for sheet in sheets for one in sheet.gone)],
        "beyond": file.result.get("beyond", 0),
        "apart": file.result.get("apart", ()),
        "notice": notice,
        "choices": sum(sheet["choices"] for sheet in shown),
        "to_confirm": sum(row["must_confirm"] for sheet in shown for row in sheet["rows"]),
        "changes": sum(len(sheet["rows"]) for sheet in shown),
    }
    trail = _("Excelで記入する"), reverse("meguri:upload", args=file.cycle.key)
    title = _("記入用ブックの内容を確かめる")
    return page(request, "books/difference.html", title, trail, status=status, context=context)


def shown_sheet(sheet: SheetChanges, ticks: frozenset[str] | None) -> dict[str, Any]:
    """One sheet of the page: what differs, in rows; what only the web changed is shown as a number."""
    rows = [shown_row(sheet, row, ticks) for row in sheet.changes]
    kinds = [row.change for row in sheet.rows]
    return {
        "review": sheet.review,
        "code": sheet.code,
        "name": sheet.review.measure_year.name,
        "rows": rows,
        "unexplained": sheet.unexplained,
        "choices": sum(row["may_take"] for row in rows),
        "only_web": kinds.count(Change.WEB),
        "both_same": kinds.count(Change.BOTH_SAME),
        "locked": "\n".join(dict.fromkeys(row.locked for row in sheet.changes if row.locked)),
    }


def shown_row(sheet: SheetChanges, row: ItemChange, ticks: frozenset[str] | None) -> dict[str, Any]:
    """One item: its texts (short ones as old → new), how the new one reads, what is to be noticed, whether it is ticked."""
    judged, scale = sheet.judged.get(row.key), judging.scale_of(sheet.review.cycle)
    name = f"{TAKE}{sheet.review.pk}:{row.key}"
    sides = [{"label": _("ブックを作ったとき"), "text": row.base}, {"label": _("今の画面"), "text": row.web}]
    return {
        "name": name,
        "id": f"take-{sheet.review.pk}-{row.key.replace(':', '-')}",
        "label": f"{label_of(row.key, sheet.review.cycle.form)} {sheet.names.get(row.key, '')}".strip(),
        "cell": row.cell,
        "sides": sides if row.change == Change.BOTH_DIFFER else sides[1:],
        "short": max(map(len, (row.web, row.file))) <= SHORT and "\n" not in row.web + row.file,
        "judgement": indicator_parts.judgement_of(judged, scale) if judged else None,
        "parts": sheet_parts.stretches(row.web, row.file),
        "file": row.file,
        "both": row.change == Change.BOTH_DIFFER,
        "mark": row.mark,
        "emptied": row.emptied,
        "locked": row.locked,
        "may_take": row.may_take,
        "must_confirm": row.must_confirm and row.may_take,
        "ticked": row.may_take and (name in ticks if ticks is not None else not row.must_confirm),
    }


@require_POST
def upload_apply(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the ticked items, all or none; where a sheet was saved meanwhile, compare again with the ticks kept."""
    file = own_upload(request, pk)
    ticks = frozenset(name for name in request.POST if name.startswith(TAKE))
    try:
        uploads.apply(user=request.user, upload_id=file.pk, chosen=chosen(ticks), versions=versions(request))
    except Stale:
        # Items that changed meanwhile must be ticked again; the page shows both texts.
        sentence = _("比べている間に、ほかの人がシートを保存しました。何も反映していません。もう一度見比べてください。")
        return comparison(request, file, status=409, notice=sentence)
    except Invalid as refusal:
        words = " ".join([str(refusal), *refusal.fields.values()])
        return comparison(request, file, status=422, notice=words, ticks=ticks)
    except NotAllowed as refusal:
        return forbidden(request, str(refusal), next_url=reverse("meguri:upload_review", args=[file.pk]))
    count = len(ticks)
    messages.success(
        request,
        ngettext("%(n)d項目を反映しました。提出はまだです。", "%(n)d項目を反映しました。提出はまだです。", count)
        % {"n": count},
    )
    return see_other("meguri:upload_review", file.pk)


def chosen(ticks: frozenset[str]) -> dict[int, list[str]]:
    """{review id: item keys} of the ticked boxes; names that are none are passed over."""
    keys: dict[int, list[str]] = {}
    for tick in ticks:
        number, _sign, key = tick.removeprefix(TAKE).partition(":")
        if (pk := whole(number)) is not None and key:
            keys.setdefault(pk, []).append(key)
    return keys


def versions(request: SignedInRequest) -> dict[int, int]:
    """{review id: version} as the page was made; a version that is no number is one that no sheet has."""
    versions: dict[int, int] = {}
    for name, value in request.POST.items():
        if name.startswith(VERSION) and (pk := whole(name.removeprefix(VERSION))) is not None:
            version = whole(str(value))
            versions[pk] = -1 if version is None else version
    return versions
