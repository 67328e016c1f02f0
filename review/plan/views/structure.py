"""計画の体系: the 分野 of the plan in up to three levels, and where each 施策 stands."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.models import Cycle, Measure, MeasureYear, Plan
from review.plan.forms.structure import StructureForm
from review.plan.services import structure as work
from review.plan.views.plan_changes import cycle_or_404
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


def form_of(cycle: Cycle, data: object = None) -> StructureForm:
    """The form with the present 体系."""
    names = dict(
        MeasureYear.objects.filter(measure__plan=cycle.plan_id)
        .order_by("fiscal_year")
        .values_list("measure_id", "name")
    )
    measures = [(row, names.get(row.pk, "")) for row in Measure.objects.filter(plan=cycle.plan_id)]
    return StructureForm(data, places=work.places(cycle.plan), measures=measures)


def structure_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form edits."""
    cycle = cycle_or_404(plan, year)
    return Record(
        form=form_of(cycle),
        rows=Plan.objects.filter(pk=cycle.plan_id),
        subject=f"plan:{cycle.plan_id}",
        actions=("plan.structure",),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(structure_record)
def structure(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The whole 体系 as one form."""
    cycle = cycle_or_404(plan, year)
    form = form_of(cycle, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            work.save(
                user=request.user,
                plan_id=cycle.plan_id,
                rows=form.rows(),
                homes=form.chosen(),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("体系を保存しました。"))
            return see_other("meguri:structure", plan, year)
    context = {
        "page_title": _("計画の体系"),
        "breadcrumbs": crumbs((_("計画の変更"), reverse("meguri:plan_changes", args=[plan, year])), (_("体系"), "")),
        "cycle": cycle,
        "form": form,
    }
    return render(request, "plan/structure.html", context, status=422 if form.is_bound else 200)
