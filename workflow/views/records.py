"""The 本部's decisions as the 事務局 recorded them: several recorded together, confirmed by an approver, or dropped."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import permissions
from review.assessment.services import meetings
from review.domain.refusals import Invalid
from review.models import MeasureReview, RecordedDecision
from review.screens.views.answers import done, see_other
from review.screens.views.questions import cycle_or_404, whole
from review.screens.views.signed_in import SignedInRequest
from workflow import together
from workflow.views import board
from workflow.views.together import report


@require_POST
def record_many(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Record one decision of a meeting for the chosen sheets."""
    recorded = _("%(n)s件を記録しました。承認者が確認すると有効になります: %(codes)s")
    return board.decided_together(request, cycle_or_404(plan, year), recorded, recording=True)


@require_POST
def confirm_records(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """An approver confirms the ticked records; each stands for itself, and each refusal is reported by name."""
    cycle = cycle_or_404(plan, year)
    numbers = [number for text in request.POST.getlist("record") if (number := whole(text)) is not None]
    records = RecordedDecision.objects.visible(permissions.scope_of(request.user))
    rows = records.filter(pk__in=numbers, review__cycle=cycle).order_by("review__measure_year__measure__sort_key")
    chosen, step = list(rows.values_list("review", "pk")), together.CONFIRM_RECORDS
    answer = together.ask(user=request.user, step=step, chosen=chosen, cycle=cycle)
    sentence = _("%(n)s件の本部の決定を確認しました: %(codes)s")
    return report(request, answer, sentence) or see_other("meguri:board", plan, year)


@require_POST
def drop_record(request: SignedInRequest, pk: int) -> HttpResponse:
    """The 事務局 withdraws a record, or an approver does not confirm it and says why. `pk` is the sheet's."""
    known = MeasureReview.objects.visible(permissions.scope_of(request.user))
    sheet = get_object_or_404(known.select_related("cycle__plan"), pk=pk)
    record = RecordedDecision.objects.filter(review=sheet, closed_at=None).first()
    try:
        meetings.drop(user=request.user, record_id=record.pk if record else 0, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        messages.error(request, str(refusal))
        return see_other("meguri:board", *sheet.cycle.key)
    return done(request, _("本部の決定の記録を取り消しました。"), "meguri:board", *sheet.cycle.key)
