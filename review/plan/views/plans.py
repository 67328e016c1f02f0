"""The page of a plan: what it is, what it is called, who works on it, its years, and what was changed."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import clock, permissions
from review.models import AuditEntry, Cycle, Department, Plan, User
from review.plan.forms.plans import PlanForm
from review.plan.services import plan_settings, plans
from review.plan.views import plan_people
from review.reader_words import year_label
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


def plan_record(request: SignedInRequest, plan: str) -> Record:
    """What the form of the page edits."""
    shown = get_object_or_404(Plan, short_name=plan)
    rows = Plan.objects.filter(pk=shown.pk)
    return Record(form=PlanForm(plan=shown), rows=rows, subject=f"plan:{shown.pk}", actions=(plan_settings.CHANGED,))


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(plan_record)
def plan(request: SignedInRequest, plan: str) -> HttpResponse:
    """The plan's page; a POST changes what it is and is called."""
    shown = get_object_or_404(Plan, short_name=plan)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=shown)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            done = plan_settings.change(
                user=request.user,
                plan_id=shown.pk,
                settings=form.settings(),
                reason=form.cleaned_data.get("reason", ""),
            )
            messages.success(request, _("計画の設定を保存しました。"))
            return see_other("meguri:plan", done.short_name)
    return render(request, "plan/plan.html", context_of(request.user, shown, form), status=422 if form.errors else 200)


def context_of(user: User, plan: Plan, form: PlanForm) -> dict[str, Any]:
    """What the page shows. Ten queries at most."""
    offices = offices_by_id()
    return {
        "page_title": plan.name,
        "breadcrumbs": crumbs((_("年度と期限"), reverse("meguri:cycles")), plan.name),
        "plan": plan,
        "form": form,
        "may_change": permissions.may_change_plan(user, plan.pk),
        "today": clock.today(),
        "people": plan_people.posts_of(plan),
        "may_appoint": permissions.may_visit(user, "meguri:plan_appoint", plan.pk),
        "settings": [(field.label, in_words(field.name, form.initial.get(field.name), offices)) for field in form],
        "may_see_people": permissions.may_visit(user, "meguri:person"),
        "first_year": plans.year_to_begin(plan) if permissions.may_change_plan(user, plan.pk) else None,
        "holds_measures": plan.measures.exists(),
        "cycles": list(Cycle.objects.filter(plan=plan).order_by("-fiscal_year")),
        "history": list(history(plan, form, offices)),
    }


def history(plan: Plan, form: PlanForm, offices: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What the page changed."""

    def lines_of(entry: AuditEntry) -> list[dict[str, Any]]:
        return [
            {
                "label": form.fields[name].label if name in form.fields else _("所属長の確認"),
                "before": in_words(name, entry.before.get(name), offices),
                "after": in_words(name, entry.after.get(name), offices),
            }
            for name in entry.after
            if name != "reason"
        ]

    return changes_of(f"plan:{plan.pk}", [plan_settings.CHANGED], lines_of)


def changes_of(
    subject: str, actions: Sequence[str], lines_of: Callable[[AuditEntry], list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Each change, the latest first: who, when, why, and what stood before and after. Two queries."""
    entries = list(AuditEntry.objects.filter(subject=subject, action__in=actions).order_by("-pk")[:50])
    people = {user.key: user for user in User.objects.filter(key__in=[entry.actor_key for entry in entries])}
    for entry in entries:
        who, reason = people.get(entry.actor_key) if entry.actor_key else None, entry.after.get("reason", "")
        yield {"at": entry.at, "who": who, "reason": reason, "lines": lines_of(entry)}


def offices_by_id() -> dict[str, str]:
    """The name of every department. One query."""
    return {str(pk): name for pk, name in Department.objects.values_list("pk", "name")}


def in_words(name: str, value: Any, offices: dict[str, str]) -> str:
    """A value as the history tells it."""
    if name == "office_department":
        return offices.get(str(value), "")
    if name == "endorsement":
        return "" if value is None else _("行う") if value else _("行わない")
    if name in ("first_year", "last_year"):
        return year_label(value)
    return str(value if value is not None else "")
