"""計画期間の総括: the page that shows it, and an approver's decision, which publishes it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from review.ending.forms.summary import DecisionForm
from review.ending.services import summaries as work
from review.ending.views.summary import page_of
from review.models import Plan
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest
from workflow.forms import MeetingChoice


def summary(request: SignedInRequest, short_name: str) -> HttpResponse:
    """The 総括 as it stands; a POST decides it."""
    plan = get_object_or_404(Plan, short_name=short_name)
    standing = work.of(plan)
    shown = {"round": standing.round if standing else 0}
    form = DecisionForm(request.POST if request.method == "POST" else None, initial=shown)
    choice = MeetingChoice(request.POST or None, plan=plan)
    if form.is_bound and form.is_valid() and standing:
        accept = request.POST.get("accept") == "1"
        with refusals_on(form):
            work.decide(user=request.user, plan_id=plan.pk, accept=accept, meeting=choice.chosen, **form.cleaned_data)
            sentence = _("総括を公表しました。") if accept else _("総括を差し戻しました。")
            return done(request, sentence, "meguri:summary", short_name)
    context = {**page_of(request.user, plan), "form": form, "choice": choice}
    return render(request, "ending/summary.html", context, status=422 if form.errors else 200)
