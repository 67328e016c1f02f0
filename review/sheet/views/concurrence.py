"""合議 on a sheet: the requests and answers, and the two acts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import permissions
from review.models import Concurrence
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.concurrence import AskForm, OpinionForm
from review.sheet.services import concurrence as service
from review.sheet.views import sheet, sheet_page
from review.sheet.views.concurrence_parts import PLACE, askable, context_of


@require_POST
def ask(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask related departments."""
    review = sheet_page.own(request, pk)
    form = AskForm(request.POST, choices=askable(review))
    if form.is_valid():
        with refusals_on(form):
            concurrences = service.ask(user=request.user, review_id=pk, **form.cleaned_data)
            names = _("、").join(str(row.department) for row in concurrences)
            messages.success(request, _("%(names)s に合議を依頼しました。") % {"names": names})
            place = "meguri:submit" if request.POST.get("back") == "submit" else "meguri:sheet"
            return see_other(place, pk, fragment=PLACE)
    return sheet.page(request, review, status=422, **context_of(request.user, review, ask_form=form))


@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """意見なし, or the opinion that was typed."""
    row = get_object_or_404(Concurrence.objects.own(permissions.scope_of(request.user)), pk=pk)
    review = sheet_page.readable(request, row.review_id)
    wants_words = request.POST.get("answer") == Concurrence.Answer.OPINION
    form = OpinionForm(request.POST, number=row.pk)
    if not wants_words or form.is_valid():
        opinion = form.cleaned_data["opinion"] if wants_words else ""
        with refusals_on(form):
            service.answer(user=request.user, concurrence_id=pk, opinion=opinion)
            messages.success(request, _("合議に回答しました。主管部署に伝わります。"))
            back = request.POST.get("back") == "home"
            return see_other("meguri:home") if back else see_other("meguri:sheet", review.pk, fragment=PLACE)
    return sheet.page(request, review, status=422, **context_of(request.user, review, opinion=form))
