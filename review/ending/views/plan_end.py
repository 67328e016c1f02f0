"""The page of a plan's end: 総括, the next plan, an extension; each only where it can be done."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import queries
from review.models import Plan
from review.screens.views.acts import crumbs
from review.screens.views.signed_in import SignedInRequest


@dataclass(frozen=True, kw_only=True)
class Door:
    """One way on: what it is, how it stands, and where it leads; no address where this person cannot go there."""

    title: str
    text: str
    state: str = ""
    links: tuple[tuple[str, str], ...] = ()


@require_safe
def plan_end(request: SignedInRequest, short_name: str) -> HttpResponse:
    """How to go on when the plan's period is over."""
    plan = get_object_or_404(Plan, short_name=short_name)
    context = {
        "page_title": _("計画期間の終わり"),
        "breadcrumbs": crumbs(_("計画期間の終わり")),
        "plan": plan,
        "ended": any(one.pk == plan.pk for one in queries.ended_plans()),
        "doors": doors_of(request, plan),
    }
    return render(request, "ending/plan_end.html", context)


def doors_of(request: SignedInRequest, plan: Plan) -> list[Door]:
    """The ways on."""
    return []
