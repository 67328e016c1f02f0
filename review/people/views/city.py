"""自治体と問い合わせ先: the one row of the installation."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from review.models import City
from review.people.forms.people import CityForm
from review.people.views.people import people_crumb
from review.screens.services import city as work
from review.screens.views.acts import accepted, page
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


def record(_request: SignedInRequest) -> Record:
    return Record(form=CityForm(initial=shown()), rows=City.objects.all(), subject="city:1", actions=("city.change",))


def shown() -> dict[str, str]:
    row = work.city()
    return {name: getattr(row, name) for name in work.FIELDS}


@versioned(record)
def city(request: SignedInRequest) -> HttpResponse:
    form = CityForm(request.POST if request.method == "POST" else None, initial=shown())
    if accepted(form, lambda: work.change(by=request.user, **form.cleaned_data)):
        return done(request, _("自治体と問い合わせ先を保存しました。"), "meguri:home")
    return page(request, "people/city.html", _("自治体と問い合わせ先"), people_crumb(), form=form)
