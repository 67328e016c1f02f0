"""達成区分: the scale of a year, chosen or written while the year is a draft, with what it would make of last year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.assessment.services import judging, scale_preview
from review.deadlines.views.deadlines import way_to
from review.models import Cycle, CycleState
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year
from review.year.forms.scale import ScaleForm
from review.year.services import cycles as work


def scale_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form of the scale edits."""
    cycle = cycle_or_404(plan, year)
    form = ScaleForm(present=judging.scale_of(cycle))
    rows = Cycle.objects.filter(pk=cycle.pk)
    return Record(form=form, rows=rows, subject=f"cycle:{cycle.pk}", actions=("cycle.scale",))


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(scale_record)
def scale(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The scale of one year: written while the year is a draft, shown afterwards. `preview` saves nothing."""
    cycle = cycle_or_404(plan, year)
    form = ScaleForm(request.POST if request.method == "POST" else None, present=judging.scale_of(cycle))
    trying = "preview" in request.POST
    good = form.is_bound and form.is_valid()
    if good and not trying:
        work.choose_scale(user=request.user, cycle_id=cycle.pk, scale=form.chosen())
        messages.success(request, _("達成区分を保存しました。"))
        return see_other("meguri:cycle", plan, year, fragment="rules")
    context = {
        "page_title": _("%(year)s 達成区分") % {"year": fiscal_year(year)},
        "breadcrumbs": way_to(cycle, _("達成区分")),
        "form": form,
        "draft": cycle.state == CycleState.DRAFT,
        "grades": judging.scale_of(cycle).as_data(),
        "preview": scale_preview.preview(cycle, form.chosen()) if good else None,
    }
    return render(request, "year/scale.html", context, status=422 if form.is_bound and not good else 200)
