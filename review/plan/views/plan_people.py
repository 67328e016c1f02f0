"""The administrator appoints 確認者 and 承認者 of one plan, from its page."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import clock, holders
from review.models import Appointment, Plan
from review.models.organization import PLAN_ROLES
from review.people.services import people
from review.plan.forms.plan_people import PlanPostForm
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import act_page
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest


def posts_of(plan: Plan) -> list[dict[str, Any]]:
    """{label, posts} of each role held in the plan, today and ahead, those of every plan among them. One query."""
    running = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()), holders.in_plan(plan.pk))
    rows = running.filter(role__in=PLAN_ROLES, user__is_active=True).select_related("user")
    posts = list(rows.order_by("starts_on", "user__display_name", "pk"))
    return [{"label": role.label, "posts": [post for post in posts if post.role == role]} for role in PLAN_ROLES]


@require_http_methods(["GET", "HEAD", "POST"])
def plan_appoint(request: SignedInRequest, plan: str) -> HttpResponse:
    """The form; a POST appoints in this plan alone."""
    shown = get_object_or_404(Plan, short_name=plan)
    form = PlanPostForm(
        request.POST if request.method == "POST" else None, plan=shown, initial={"starts_on": clock.today()}
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with refusals_on(form):
            people.appoint(
                by=request.user,
                user_id=data["user"].pk,
                post=form.post,
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
            )
            messages.success(request, _("任用しました。"))
            return see_other("meguri:plan", plan, fragment="people")
    back = reverse("meguri:plan", args=[plan])
    return act_page(
        request,
        title=_("この計画の確認者・承認者を任用する"),
        verb=_("任用する"),
        back_url=back,
        trail=[(_("年度と期限"), reverse("meguri:cycles")), (shown.name, back)],
        form=form,
        lead=_("この計画だけの役割です。すべての計画の役割は、利用者の画面で任用します。"),
    )
