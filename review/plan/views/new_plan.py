"""A plan is made by the administrator; its 施策 come in afterwards."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.domain.refusals import Invalid
from review.plan.forms.new_plan import NewPlanForm
from review.plan.services import plans as work
from review.screens.forms.fields import add_refusal
from review.screens.services.city import city
from review.screens.views.acts import act_page
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: SignedInRequest) -> HttpResponse:
    """The form; a POST makes the plan, in the name of the installation's city."""
    form = NewPlanForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        mine = city()
        try:
            plan = work.create(by=request.user, city=mine.name, municipality_code=mine.code, **form.cleaned_data)
        except Invalid as refusal:
            fields = {"last_year" if name == "years" else name: why for name, why in refusal.fields.items()}
            add_refusal(form, str(refusal), fields)
        else:
            messages.success(request, _("計画「%(name)s」を作りました。") % {"name": plan.name})
            return see_other("meguri:home")
    return act_page(
        request, title=_("計画を作る"), verb=_("計画を作る"), back_url=reverse("meguri:home"), trail=[], form=form
    )
