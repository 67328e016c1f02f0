"""外部評価の意見 on a sheet: recording one, and taking back one recorded by mistake."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import permissions
from review.models import Opinion
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.sheet import ExternalOpinionForm
from review.sheet.services import opinions
from review.sheet.views import sheet, sheet_page

PLACE = "external-opinions"


@require_POST
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record an opinion."""
    review = sheet_page.readable(request, pk)
    form = ExternalOpinionForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            opinions.record(user=request.user, review_id=pk, **form.cleaned_data)
            return done(request, _("外部評価の意見を記録しました。"), "meguri:sheet", pk, fragment=PLACE)
    return sheet.page(request, review, status=422, external_form=form)


@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an opinion back."""
    row = get_object_or_404(Opinion.objects.visible(permissions.scope_of(request.user)), pk=pk)
    opinions.withdraw(user=request.user, pk=pk)
    return done(request, _("外部評価の意見を取り消しました。"), "meguri:sheet", row.review_id, fragment=PLACE)
