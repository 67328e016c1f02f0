"""The meetings of the 本部: written down, and completed later, when the minute has its number."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import queries
from review.assessment.forms.meetings import MeetingForm
from review.assessment.services import meetings
from review.assessment.services.meetings import MeetingWords
from review.models import Cycle, Meeting
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


@require_http_methods(["GET", "POST"])
def meeting(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The meetings of the year, and a form for one more."""
    cycle = queries.cycle_of(plan, year)
    if cycle is None:
        raise Http404
    form = MeetingForm(request.POST or None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            meetings.record_meeting(user=request.user, cycle=cycle, words=MeetingWords(**form.cleaned_data))
            return done(request, _("会議の記録を保存しました。承認のときに選べます。"), "meguri:board", plan, year)
    return page(request, cycle, form, _("会議の記録"))


def meeting_record(request: SignedInRequest, pk: int) -> Record:
    """What the form of one meeting edits."""
    meeting = get_object_or_404(Meeting, pk=pk)
    form = MeetingForm(initial={name: getattr(meeting, name) for name in MeetingForm.base_fields})
    rows, subject = Meeting.objects.filter(pk=pk), f"cycle:{meeting.cycle_id}"
    return Record(form=form, rows=rows, subject=subject, actions=("meeting.amend",))


@require_http_methods(["GET", "POST"])
@versioned(meeting_record)
def meeting_amend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Complete or correct one meeting."""
    meeting = get_object_or_404(Meeting.objects.select_related("cycle__plan"), pk=pk)
    form = MeetingForm(request.POST or None, initial={name: getattr(meeting, name) for name in MeetingForm.base_fields})
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            meetings.amend_meeting(user=request.user, meeting_id=pk, words=MeetingWords(**form.cleaned_data))
            sentence = _("会議の記録を直しました。直す前の記録は、監査記録に残ります。")
            return done(request, sentence, "meguri:board", *meeting.cycle.key)
    return page(request, meeting.cycle, form, _("会議の記録を直す"), amended=meeting)


def page(
    request: SignedInRequest, cycle: Cycle, form: MeetingForm, title: str, *, amended: Meeting | None = None
) -> HttpResponse:
    """The form, and the meetings so far."""
    board = {"label": _("審議"), "url": reverse("meguri:board", args=cycle.key)}
    context: dict[str, Any] = {
        "cycle": cycle,
        "form": form,
        "amended": amended,
        "meetings": meetings.with_amendments(cycle, Meeting.objects.filter(cycle=cycle).select_related("recorded_by")),
        "page_title": title,
        "breadcrumbs": [{"label": _("ホーム"), "url": reverse("meguri:home")}, board, {"label": title}],
    }
    return render(request, "assessment/meeting.html", context, status=422 if form.errors else 200)
