"""利用者の取込み: a list of people as CSV or .xlsx, shown line by line before anything is done."""

from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from review import clock
from review.domain.refusals import Invalid
from review.people.forms.people import PeopleFileForm
from review.people.services import people_import as work
from review.people.views.people import people_crumb
from review.screens.services.incoming import on_disk
from review.screens.views.acts import page, sure
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest

SALT, HOUR = "review.people_import", 3600
TITLE = gettext_lazy("利用者の取込み")


@never_cache
def people_import(request: SignedInRequest) -> HttpResponse:
    """The file, what it would do, and the act."""
    if request.method == "POST" and sure(request):
        return take(request)
    form = PeopleFileForm(request.POST or None, request.FILES or None, initial={"day": clock.today()})
    if form.is_bound and form.is_valid():
        try:
            with on_disk(form.cleaned_data["file"]) as (path, _name):
                lines = work.read(path)
        except Invalid as refusal:
            form.add_error("file", str(refusal))
        else:
            return shown(request, lines, way=form.cleaned_data["way"], day=form.cleaned_data["day"])
    return page(request, "people/import.html", str(TITLE), people_crumb(), form=form)


def shown(
    request: SignedInRequest, lines: list[Any], *, way: str, day: date, refused: str = "", status: int = 200
) -> HttpResponse:
    """What each line would do. The lines go along, signed for this person and an hour."""
    preview = work.preview(lines, way=way, day=day)
    data = {"lines": work.packed(lines), "way": way, "day": day.isoformat(), "by": request.user.pk}
    context = {
        "preview": preview,
        "changing": sum(bool(row.does) for row in preview.rows),
        "bad": sum(bool(row.problems) for row in preview.rows),
        "transfer": way == work.TRANSFER,
        "day": day,
        "refused": refused,
        "packed": signing.dumps(data, salt=SALT, compress=True),
    }
    trail = people_crumb(), (str(TITLE), reverse("meguri:people_import"))
    return page(request, "people/import_preview.html", _("内容の確認"), *trail, status=status, context=context)


def take(request: SignedInRequest) -> HttpResponse:
    """Do what was shown, checked again with the present data; new people's passwords are made afterwards."""
    try:
        data = signing.loads(request.POST.get("packed", ""), salt=SALT, max_age=HOUR)
        if data["by"] != request.user.pk:
            raise signing.BadSignature
    except signing.BadSignature:
        form = PeopleFileForm(initial={"day": clock.today()})
        message = _("確認の画面を開いてから1時間たったか、内容が変わっています。ファイルをもう一度選んでください。")
        return page(request, "people/import.html", str(TITLE), people_crumb(), form=form, status=422, refused=message)
    lines, day = work.unpacked(data["lines"]), date.fromisoformat(data["day"])
    try:
        work.apply(by=request.user, lines=lines, way=data["way"], day=day)
    except Invalid as refusal:
        why = " ".join([str(refusal), *refusal.fields.values()])
        return shown(request, lines, way=data["way"], day=day, refused=why, status=422)
    return done(request, _("利用者を取り込みました。"), "meguri:first_passwords")
