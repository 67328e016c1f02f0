"""期限の延長: the department requests it; a reviewer or administrator decides."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from review import beside, locks, permissions
from review.deadlines.forms.deadlines import AnswerForm, AskForm
from review.domain.refusals import Invalid
from review.models import Extension, MeasureReview
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import done, forbidden, see_other
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import extensions
from review.sheet.views import sheet_page


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for a later end for one of one's own sheets, and see what became of it."""
    review = sheet_page.own(request, pk)
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            extensions.ask(user=request.user, review_id=pk, **form.cleaned_data)
            return done(request, _("延長を依頼しました。決まると、お知らせが届きます。"), "meguri:extension", pk)
    rows = history(review)
    context = {
        **sheet_page.head(review),
        "page_title": _("期限の延長を依頼する"),
        "breadcrumbs": sheet_page.crumbs(review, _("期限の延長")),
        "form": form,
        "rows": rows,
        "waiting": any(row.state == Extension.State.REQUESTED for row in rows),
        "may_ask": permissions.may_ask_extension(request.user, review),
        "why_locked": locks.why_locked(review),
    }
    return render(request, "sheet/extension.html", context, status=422 if form.errors else 200)


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Grant a request, or refuse it with a reason."""
    extension = get_object_or_404(Extension.objects.visible(permissions.scope_of(request.user)), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return forbidden(request, " ".join(str(message) for errors in form.errors.values() for message in errors))
    data = form.cleaned_data
    grant = "grant" in request.POST
    try:
        extensions.decide(user=request.user, extension_id=pk, grant=grant, until=data["until"], answer=data["answer"])
    except Invalid as refusal:
        message = " ".join(refusal.fields.values()) or str(refusal)
        messages.error(request, message)
        return see_other("meguri:sheet", extension.review_id)
    sentence = _("締切を延長しました。") if grant else _("延長を見送りました。部署にお知らせします。")
    return done(request, sentence, "meguri:sheet", extension.review_id)


def history(review: MeasureReview) -> list[Extension]:
    """Every request and extension of the sheet, the latest first. One query."""
    return beside.read_once(
        review, "extensions", lambda: list(review.extensions.select_related("asked_by", "decided_by"))
    )


def on_the_sheet(request: SignedInRequest, review: MeasureReview) -> dict[str, Any]:
    """What the sheet's page shows of extensions: the request that waits, who may answer it, and who granted the last."""
    rows = history(review)
    open_request = next((row for row in rows if row.state == Extension.State.REQUESTED), None)
    may = bool(open_request and permissions.may_decide_extension(request.user, open_request))
    return {
        "extension_asked": open_request,
        "extension_granted": next((row for row in rows if row.state == Extension.State.GRANTED), None),
        "extension_answer": AnswerForm(initial={"until": open_request.until}) if open_request and may else None,
        "may_ask_extension": permissions.may_ask_extension(request.user, review),
    }
