"""The 本部's decisions as the 事務局 recorded them: several recorded together, confirmed by an approver, or dropped."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import permissions
from review.assessment.services import meetings
from review.assessment.services.approval import Destination
from review.domain.refusals import Invalid, Refusal
from review.models import MeasureReview, Meeting, RecordedDecision, Verdict
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404, whole
from review.screens.views.signed_in import SignedInRequest
from workflow import steps
from workflow.together import Answer
from workflow.views import board
from workflow.views.together import say_results


@require_POST
def record_many(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Record one decision of a meeting for the chosen sheets."""

    def take(chosen: Any, meeting: Meeting | None, to: Destination | None, comment: str) -> Answer:
        verdicts = meetings.Verdicts(verdict=to.verdict if to else Verdict.ACCEPT, comment=comment)
        return *meetings.record(user=request.user, chosen=chosen, meeting=meeting, verdicts=verdicts), 0

    recorded = _("%(n)s件を記録しました。承認者が確認すると有効になります: %(codes)s")
    return board.decided_together(request, cycle_or_404(plan, year), take, recorded)


@require_POST
def confirm_records(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """An approver confirms the ticked records; each stands for itself, and each refusal is reported by name."""
    cycle = cycle_or_404(plan, year)
    numbers = [number for text in request.POST.getlist("record") if (number := whole(text)) is not None]
    rows = RecordedDecision.objects.visible(permissions.scope_of(request.user)).filter(
        pk__in=numbers, review__cycle=cycle
    )
    done, refused = [], {}
    for row in rows.order_by("review__measure_year__measure__sort_key"):
        try:
            steps.confirm_record(user=request.user, record=row)
            done.append(row.review_id)
        except Refusal as refusal:
            refused[row.review_id] = str(refusal)
    say_results(request, done, refused, _("%(n)s件の本部の決定を確認しました: %(codes)s"))
    return see_other("meguri:board", plan, year)


@require_POST
def drop_record(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 事務局 withdraws a record, or an approver does not confirm it and says why. `pk` is the sheet's."""
    rows = RecordedDecision.objects.visible(permissions.scope_of(request.user))
    sheet = get_object_or_404(
        MeasureReview.objects.visible(permissions.scope_of(request.user)).select_related("cycle__plan"), pk=pk
    )
    record = rows.filter(review=pk, closed_at=None).first()
    try:
        meetings.drop(user=request.user, record_id=record.pk if record else 0, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        messages.error(request, str(refusal))
        return see_other("meguri:board", *sheet.cycle.key)
    messages.success(request, _("本部の決定の記録を取り消しました。"))
    return see_other("meguri:board", *sheet.cycle.key)
