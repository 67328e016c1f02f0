"""計画の取込み: a file is sent, how it was read is looked at and corrected, and it is taken as a whole."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from review.domain.refusals import Invalid
from review.models import Department, Job, Plan, PlanUpload
from review.plan.forms.plan_import import CheckForm, PlanFileForm
from review.plan.services import plan_files as work
from review.reader_words import year_label
from review.screens.services.incoming import on_disk
from review.screens.views.acts import Crumb, crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.workbook import file_kind

FIRST_SHEETS, MOST_CHANGES = 3, 300
#: seconds until the page of a job asks again
AGAIN_IN = 2
AGAIN = gettext_lazy("直したところを読み直しました。もう一度確かめてから取り込んでください。")
UNSEEN = gettext_lazy("「%(name)s」を確かめている途中です。替えるときは、ファイルをもう一度選んで送ってください。")


def way(plan: Plan, *more: tuple[str, str] | str) -> list[Crumb]:
    """From ホーム over the plan to here."""
    return crumbs((plan.name, reverse("meguri:plan", args=[plan.short_name])), *more)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_import(request: SignedInRequest, plan: str) -> HttpResponse:
    """What can be sent, and the file; one that is read leads to the page on which it is looked at."""
    shown = get_object_or_404(Plan, short_name=plan)
    work.require_may(request.user, shown)
    form = PlanFileForm(request.POST or None, request.FILES or None)
    uploads = work.under_way(request.user, shown)
    waiting = next((one for one in uploads if one.is_read), None)
    if form.is_bound and waiting and request.POST.get("instead") != str(waiting.pk):
        form.add_error("file", UNSEEN % {"name": waiting.filename})
    if form.is_bound and form.is_valid():
        try:
            with on_disk(form.cleaned_data["file"]) as (path, name):
                work.receive(user=request.user, plan_id=shown.pk, path=path, filename=name)
        except Invalid as refusal:
            form.add_error("file", str(refusal))
        else:
            return see_other("meguri:plan_import_check", plan)
    context = {
        "page_title": _("計画の取込み"),
        "breadcrumbs": way(shown, _("計画の取込み")),
        "plan": shown,
        "form": form,
        "waiting": waiting,
        "refusal": next((one.refusal for one in uploads if not one.is_read), ""),
        "taken": work.last_taken(shown),
    }
    return render(request, "plan/import.html", context, status=422 if form.errors else 200)


@require_safe
def plan_import_form(request: SignedInRequest, plan: str) -> HttpResponse:
    """The blank form of the plan."""
    shown = get_object_or_404(Plan, short_name=plan)
    answer = HttpResponse(work.blank_form(user=request.user, plan=shown), content_type=file_kind.XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{shown.short_name}.xlsx")
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_import_check(request: SignedInRequest, plan: str) -> HttpResponse:
    """How the file was read and what it would do; a POST corrects it, takes it, or drops it."""
    shown = get_object_or_404(Plan, short_name=plan)
    work.require_may(request.user, shown)
    upload = next(iter(work.under_way(request.user, shown)), None)
    if upload is None or (upload.refusal and not upload.is_read):
        return handed_on(request, shown)
    if request.method == "POST" and request.POST.get("act") == "drop":
        work.drop(user=request.user, upload=upload)
        messages.info(request, _("ファイルの取込みをやめました。計画は変わっていません。"))
        return see_other("meguri:plan_import", plan)
    if upload.request:
        return at_work(request, upload)
    form = CheckForm(request.POST if request.method == "POST" else None, upload=upload)
    if form.is_bound and form.is_valid():
        try:
            return answered(request, upload, form)
        except Invalid as refusal:
            upload.refresh_from_db()
            form = CheckForm(request.POST, upload=upload)
            form.add_error(None, str(refusal))
    return checking(request, form)


def handed_on(request: SignedInRequest, plan: Plan) -> HttpResponse:
    """There is no file to look at: it was taken just now, or none was sent that could be read."""
    done = work.last_taken(plan)
    if done and done.uploaded_by == request.user and str(done.pk) == request.GET.get("file"):
        return taken(request, done)
    return see_other("meguri:plan_import", plan.short_name)


def taken(request: SignedInRequest, upload: PlanUpload) -> HttpResponse:
    """On to the plan that holds it now."""
    messages.success(request, _("施策%(measures)s件、成果目標%(goals)s件を取り込みました。") % upload.trial)
    return see_other("meguri:plan", upload.plan.short_name)


def at_work(request: SignedInRequest, upload: PlanUpload) -> HttpResponse:
    """How far the job is that reads or takes the file; the page asks again by itself."""
    title = _("計画のファイルの読取りと取込み")
    context = {"page_title": title, "breadcrumbs": way(upload.plan, title), "plan": upload.plan, "upload": upload}
    job = Job.objects.filter(key=f"{work.KIND}:{upload.pk}").first()
    return render(request, "plan/import_at_work.html", {**context, "job": job, "live": AGAIN_IN})


def answered(request: SignedInRequest, upload: PlanUpload, form: CheckForm) -> HttpResponse:
    """Hold what was corrected; take the file where nothing was but what the person had before them."""
    after, year, taking = form.corrections(), form.cleaned_data["year"], request.POST.get("act") == "take"
    anew = work.mends_of(upload.corrections) != work.mends_of(after) or year != upload.sheets_year
    ask = partial(work.ask, user=request.user, upload=upload, corrections=after)
    if taking and not anew:
        upload = ask(act="take", version=request.POST.get("version", ""), everything=form.cleaned_data["everything"])
    elif after != upload.corrections or anew:
        upload = ask(act="read", year=year)
    if taking and anew:
        messages.warning(request, AGAIN)
    if upload.applied_at:
        return taken(request, upload)
    query = f"file={upload.pk}" if upload.request else ""
    return see_other("meguri:plan_import_check", upload.plan.short_name, query=query)


def checking(request: SignedInRequest, form: CheckForm) -> HttpResponse:
    """The page."""
    preview, upload = form.preview, form.upload
    sheets = preview.document.sheets
    additions = [change for change in preview.imported.changes if change.fiscal_year is None]
    changes = [change for change in preview.imported.changes if change.fiscal_year is not None]
    earlier = work.taken_before(upload)
    context = {
        "page_title": _("読み取った内容の確認"),
        "breadcrumbs": way(
            upload.plan,
            (_("計画の取込み"), reverse("meguri:plan_import", args=[upload.plan.short_name])),
            _("読み取った内容の確認"),
        ),
        "plan": upload.plan,
        "upload": upload,
        "form": form,
        "preview": preview,
        "years": _("、").join(year_label(year) for year in preview.document.years),
        "template": work.last_taken(upload.plan) if upload.corrections.get("roles") else None,
        "earlier": earlier,
        "open": len(preview.unanswered(everything=False)),
        "sheets": sheets,
        "first": [sheet_rows(sheet) for sheet in sheets[:FIRST_SHEETS]],
        "additions": additions,
        "changes": changes[:MOST_CHANGES],
        "more_changes": max(len(changes) - MOST_CHANGES, 0),
        "offices": Department.objects.order_by("order", "name").values_list("name", flat=True),
    }
    return render(request, "plan/import_check.html", context, status=422 if form.errors else 200)


def sheet_rows(sheet: Any) -> dict[str, Any]:
    """One sheet as it will be: its goals with their values by year."""
    goals = [block for block in sheet.indicators if not block.is_empty]
    years = [cell.fiscal_year for cell in goals[0].years] if goals else []
    return {"sheet": sheet, "goals": goals, "years": years}
