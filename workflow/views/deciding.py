"""One sheet before whoever decides on it: 確認, 承認, their returns, and what the 事務局 records of the 本部's meeting."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from review import names
from review.assessment.services import assessment, meetings
from review.domain.refusals import Invalid
from review.models import MeasureReview, Meeting, Verdict
from review.screens.forms.fields import add_refusal
from review.screens.views.answers import REMARK, see_other
from review.screens.views.signed_in import SignedInRequest
from review.sheet.views import sheet_page
from workflow import steps
from workflow.forms import DecisionForm, MeetingChoice
from workflow.together import DESTINATIONS
from workflow.views import deciding_page as shown
from workflow.views.deciding_page import APPROVE, RECORD, REVIEW, Mode
from workflow.views.places import back_to_queue, neighbours, queue_query

Act = Callable[[SignedInRequest, MeasureReview, DecisionForm], str]


def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """確認 or 差戻し by the reviewing office."""
    return before(request, pk, REVIEW, _reviewed)


@require_POST
def claim(request: SignedInRequest, pk: int) -> HttpResponse:
    """I am on this sheet, or no longer. The open page renews it by itself, so a claim outlives its page by 20 minutes."""
    sheet = sheet_page.readable(request, pk)
    if request.POST.get("action") == "release":
        assessment.release(user=request.user, review_id=pk)
        return back_to_queue(request, sheet.cycle)
    assessment.claim(user=request.user, review_id=pk)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    return see_other("meguri:review", pk, query=queue_query(request))


def approve(request: SignedInRequest, pk: int) -> HttpResponse:
    """承認 or 差戻し by the 本部."""
    return before(request, pk, APPROVE, _approved)


def record(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the 本部's meeting decided on the sheet, recorded by the 事務局 for an approver to confirm."""
    return before(request, pk, RECORD, _recorded)


# --- the acts --------------------------------------------------------------------------------------------------------


def _reviewed(request: SignedInRequest, sheet: MeasureReview, form: DecisionForm) -> str:
    args: dict[str, Any] = {"user": request.user, "review_id": sheet.pk, "round": form.round_seen}
    if request.POST.get("action") == "return":
        steps.return_to_department(**args, comment=form.comment_text, remarks=form.remarks)
        return _("差し戻しました。主管部署に理由が届きます。")
    _accepting(request, form, "confirm")
    steps.confirm(**args, comment=form.comment_text.strip(), overall=form.overall_given, written=form.written)
    return _("確認しました。%(body)sの承認に進みます。") % names.of(sheet)


def _approved(request: SignedInRequest, sheet: MeasureReview, form: DecisionForm) -> str:
    args: dict[str, Any] = {"user": request.user, "review_id": sheet.pk, "round": form.round_seen}
    args |= {"meeting": meeting_of(request, sheet), "opinion": form.opinion_text}
    to = DESTINATIONS.get(request.POST.get("action", ""))
    if to is not None:
        steps.return_from_approval(**args, to=to, comment=form.comment_text, remarks=form.remarks)
        return _("%(where)sへ差し戻しました。理由が届きます。") % {"where": pgettext("destination", to.label)}
    _accepting(request, form, "approve")
    steps.approve(**args, comment=form.comment_text.strip(), overall=form.overall_given, written=form.written)
    return _("承認しました。")


def _recorded(request: SignedInRequest, sheet: MeasureReview, form: DecisionForm) -> str:
    to = DESTINATIONS.get(request.POST.get("action", ""))
    if to is None:
        _accepting(request, form, "approve")
    words: dict[str, Any] = {"comment": form.comment_text, "remarks": form.remarks, "overall": form.overall_given}
    verdict = to.verdict if to else Verdict.ACCEPT
    verdicts = meetings.Verdicts(verdict=verdict, opinion=form.opinion_text or "", **words)
    chosen = [(sheet.pk, form.round_seen)]
    meetings.record(user=request.user, chosen=chosen, meeting=meeting_of(request, sheet), verdicts=verdicts)
    return _("本部の決定として記録しました。承認者が確認すると有効になります。")


def meeting_of(request: SignedInRequest, sheet: MeasureReview) -> Meeting | None:
    """The meeting that the decision names, if any."""
    return MeetingChoice(request.POST, cycle=sheet.cycle).chosen


def _accepting(request: SignedInRequest, form: DecisionForm, action: str) -> None:
    """Nothing is accepted by a button that the page does not have; and a remark, which goes with a return, is not lost."""
    if request.POST.get("action") != action:
        raise Invalid(_("どの操作かを読み取れませんでした。ボタンを押し直してください。"))
    sentence = _("項目への指摘は、差し戻すときに届きます。差し戻すか、この指摘を消してください。")
    if form.remarks:
        raise Invalid(sentence, {REMARK + key: sentence for key in form.remarks})


def before(request: SignedInRequest, pk: int, mode: Mode, act: Act) -> HttpResponse:
    """The sheet's page, or the decision; whoever may not decide is led to the sheet."""
    sheet = sheet_page.readable(request, pk)
    if request.method == "POST":
        return decide(request, sheet, mode, act)
    return shown.page(request, sheet, mode) if mode.may(request.user, sheet) else see_other("meguri:sheet", pk)


def decide(request: SignedInRequest, sheet: MeasureReview, mode: Mode, act: Act) -> HttpResponse:
    """Take the step; where it is refused for what was typed, the page comes back with everything on it."""
    goes_on = request.POST.get("then") == "next"
    following = neighbours(sheet, mode.waiting(request, sheet.cycle))["after"] if goes_on else None
    try:
        sentence = act(request, sheet, shown.sent_form(sheet, mode, request.POST))
    except Invalid as refusal:
        form = shown.form_of(sheet_page.body(sheet), sheet, mode, request.POST)
        known = {*form.fields, "meeting"}
        fields = {name if name in known else REMARK + name: why for name, why in refusal.fields.items()}
        add_refusal(form, str(refusal), fields)
        return shown.page(request, sheet, mode, form=form, status=422, meeting_error=refusal.fields.get("meeting", ""))
    year = sheet.measure_year
    messages.success(request, f"{year.measure.code} {year.name}: {sentence}")
    if following:
        return see_other(f"meguri:{mode.name}", following, query=queue_query(request))
    if mode is not REVIEW:
        return see_other("meguri:board", *sheet.cycle.key)
    return back_to_queue(request, sheet.cycle)
