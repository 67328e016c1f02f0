"""The first year of a plan is drafted: chosen among its years."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.domain.refusals import Invalid
from review.models import Plan
from review.reader_words import year_label
from review.screens.forms.fields import add_refusal
from review.screens.views.acts import act_page
from review.screens.views.answers import refusing, see_other
from review.screens.views.signed_in import SignedInRequest
from review.year.forms.cycles import FirstYearForm
from review.year.services import cycles as work


@require_http_methods(["GET", "HEAD", "POST"])
@refusing
def first_year(request: SignedInRequest, plan: str) -> HttpResponse:
    """The years to choose from; a POST drafts the chosen one."""
    shown = get_object_or_404(Plan, short_name=plan)
    work.require_may_begin(request.user, shown)
    form = FirstYearForm(request.POST if request.method == "POST" else None, plan=shown)
    if form.is_bound and form.is_valid():
        try:
            cycle = work.draft_first(plan=shown, fiscal_year=form.cleaned_data["fiscal_year"], user=request.user)
        except Invalid as refusal:
            add_refusal(form, str(refusal), refusal.fields)
        else:
            messages.success(request, _("%(year)sを準備しました。") % {"year": year_label(cycle.fiscal_year)})
            return see_other("meguri:cycle", *cycle.key)
    title, back = _("最初の年度を準備する"), reverse("meguri:plan", args=[plan])
    lead = _("選んだ年度の下書きができます。期限を決めて開始するまで、主管部署には何も届きません。")
    return act_page(request, title=title, verb=title, back_url=back, trail=[(shown.name, back)], form=form, lead=lead)
