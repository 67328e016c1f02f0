"""指標の向き: which way each indicator is good, inferred at import and confirmed here by a person."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import queries
from review.assessment.forms.directions import DirectionForm
from review.assessment.services import directions as work
from review.domain.items import circled
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState, Indicator, IndicatorYear
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year


def record_of(indicator: Indicator) -> Record:
    """What the form of one indicator edits. A guess that somebody confirmed meanwhile is another state."""
    return Record(
        form=DirectionForm(initial={"direction": indicator.direction}),
        rows=Indicator.objects.filter(pk=indicator.pk),
        subject=f"indicator:{indicator.pk}",
        actions=("direction.decide",),
        state=[indicator.direction, indicator.direction_confirmed],
    )


def sent_record(request: SignedInRequest, year: int) -> Record | None:
    """The record of the indicator that was sent."""
    number = request.POST.get("indicator", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    indicator = Indicator.objects.filter(pk=int(number)).first()
    return record_of(indicator) if indicator else None


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(sent_record)
def directions(request: SignedInRequest, year: int) -> HttpResponse:
    """Every indicator of the year's plan with its direction; a POST decides one."""
    cycle = queries.cycle_of(year)
    if cycle is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, cycle)
    rows = _rows(cycle)
    waiting = [row for row in rows if not row["confirmed"]]
    shown = rows if request.GET.get("all") else waiting
    context = {
        "page_title": _("指標の向きの確認"),
        "breadcrumbs": [
            {"label": _("ホーム"), "url": reverse("meguri:home")},
            {"label": _("年度と期限"), "url": reverse("meguri:cycles")},
            {"label": fiscal_year(year), "url": reverse("meguri:cycle", args=[year])},
            {"label": _("指標の向き"), "url": ""},
        ],
        "cycle": cycle,
        "rows": shown,
        "waiting": len(waiting),
        "total": len(rows),
        "everything": bool(request.GET.get("all")),
        "closed": cycle.state == CycleState.PUBLISHED,
    }
    return render(request, "assessment/directions.html", context)


def _decide(request: SignedInRequest, cycle: Cycle) -> HttpResponse:
    measures = Indicator.objects.filter(measure__plan=cycle.plan)
    indicator = get_object_or_404(measures, pk=request.POST.get("indicator") or 0)
    try:
        work.decide(user=request.user, indicator_id=indicator.pk, direction=request.POST.get("direction", "-"))
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("向きを確認しました。提出や公表が済んだ判定は変わりません。"))
    query = "?all=1" if request.POST.get("all") else ""
    return redirect(reverse("meguri:directions", args=[cycle.fiscal_year]) + query)


def _rows(cycle: Cycle) -> list[dict[str, Any]]:
    """One entry per indicator, in the plan's order. One query."""
    years: dict[Indicator, list[IndicatorYear]] = defaultdict(list)
    targets = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan).select_related("indicator__measure")
    for row in targets.order_by("indicator__measure__code", "indicator__number", "fiscal_year"):
        years[row.indicator].append(row)
    return [_row(indicator, rows) for indicator, rows in years.items()]


def _row(indicator: Indicator, years: list[IndicatorYear]) -> dict[str, Any]:
    guess, reason = work.inferred_from(years)
    return {
        "pk": indicator.pk,
        "record": record_of(indicator),
        "code": indicator.measure.code,
        "number": circled(indicator.number),
        "name": next((row.name for row in reversed(years) if row.name.strip()), ""),
        "targets": " → ".join(row.target for row in years if row.target.strip()),
        "direction": indicator.direction or guess,
        "reason": reason,
        "confirmed": indicator.direction_confirmed,
    }
