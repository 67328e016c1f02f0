"""手引き: one printable page for those who write, confirm and decide."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import holders, names, queries
from review.assessment.services import judging
from review.workbook import findings


@require_safe
def handbook(request: HttpRequest) -> HttpResponse:
    """The handbook; it names the year's own deadlines and grades."""
    cycle = queries.cycle_now()
    context = {
        "page_title": _("手引き"),
        "breadcrumbs": [{"label": _("ホーム"), "url": reverse("meguri:home")}, {"label": _("手引き"), "url": ""}],
        "cycle": cycle,
        **(names.of(cycle) if cycle else names.usual()),
        "scale": judging.scale_of(cycle) if cycle else None,
        "post": holders.standing(request.user),
        "refusals": [(code.value, advice) for code, advice in findings.ADVICE.items() if code is not findings.Code.OK],
    }
    return render(request, "assessment/help.html", context)
