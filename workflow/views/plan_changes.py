"""One proposed change of the plan: what it comes to, and an approver's decision."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from review import permissions
from review.models import ChangeState, Cycle, Meeting, PlanChange
from review.plan.forms.plan_changes import DecideForm
from review.plan.views.plan_changes import meaning_of
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from workflow import steps
from workflow.forms import MeetingChoice


def plan_change(request: SignedInRequest, pk: int) -> HttpResponse:
    """The change; a POST decides it."""
    people = ("proposed_by", "decided_by", "on_behalf_of", "meeting")
    change = get_object_or_404(PlanChange.objects.select_related("plan", *people), pk=pk)
    at = request.GET.get("meeting")
    form, choice = DecideForm(request.POST or None), MeetingChoice(request.POST or None, plan=change.plan, at=at)
    if form.is_bound and form.is_valid():
        accept = request.POST.get("accept") == "1"
        words = {**form.cleaned_data, "meeting": choice.chosen}
        with refusals_on(form):
            steps.decide_plan_change(user=request.user, change_id=pk, accept=accept, **words)
            messages.success(request, _("変更を決定しました。") if accept else _("提案を採用しませんでした。"))
            return see_other("meguri:plan_change", pk) if at is None else to_the_board(change, choice.chosen)
    waiting = change.state == ChangeState.PROPOSED
    title = change.get_kind_display()
    back = [reverse("meguri:plan_changes", args=cycle.key) for cycle in years_of(change)[:1]]
    context = {
        "page_title": title,
        "breadcrumbs": crumbs((_("計画の変更"), "".join(back)), (title, "")),
        "change": change,
        "meaning": meaning_of(change.kind),
        "waiting": waiting,
        "may_decide": bool(permissions.deciding_change(request.user, change)),
        "mine": waiting
        and permissions.is_approver(request.user, change.plan_id)
        and change.proposed_by_id == request.user.pk,
        "form": form,
        "choice": choice,
    }
    return render(request, "workflow/plan_change.html", context, status=422 if form.errors else 200)


def years_of(change: PlanChange) -> QuerySet[Cycle]:
    """The years of its plan, the latest first; the one from which it counts may be ahead, and have no page yet."""
    years = Cycle.objects.filter(plan=change.plan, fiscal_year__lte=change.fiscal_year).select_related("plan")
    return years.order_by("-fiscal_year")


def to_the_board(change: PlanChange, meeting: Meeting | None) -> HttpResponse:
    """Back to the agenda from which it was opened."""
    cycle = meeting.cycle if meeting else years_of(change)[0]
    query = f"meeting={meeting.pk if meeting else ''}"
    return see_other("meguri:board", *cycle.key, query=query, fragment="changes")
