"""仮のパスワードの一覧: how far it is, fetched once as a page or a file, and issued anew for many."""

import io

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from review import permissions
from review.people.forms.people import AnewForm
from review.people.services import first_passwords as work
from review.people.views.people import people_crumb, told_once
from review.screens.views.acts import page, previewed_page
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest


@never_cache
def passwords(request: SignedInRequest) -> HttpResponse:
    """How far the list is; a POST fetches what is made, once."""
    if request.method == "POST":
        made = work.fetch(by=request.user)
        if not made:
            messages.info(request, _("受け取る仮のパスワードはありません。"))
            return see_other("meguri:first_passwords")
        if request.POST.get("as") != "csv":
            return told_once(request, made, _("仮のパスワードの一覧"))
        text = io.StringIO()
        work.write_csv(text, made)
        answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="passwords.csv"'
        return answer
    context = {"days": work.KEEP_FOR.days, "may_see_jobs": permissions.may_see_jobs(request.user), **work.standing()}
    return page(request, "people/first_passwords.html", _("仮のパスワードの一覧"), people_crumb(), context=context)


@never_cache
def anew(request: SignedInRequest) -> HttpResponse:
    """New passwords for many: whom, then what it does, then the act."""
    form = AnewForm(request.POST or None)

    def act() -> HttpResponse:
        number = work.issue_anew(by=request.user, users=form.people())
        return done(request, _("%(n)s人の仮のパスワードを作っています。") % {"n": number}, "meguri:first_passwords")

    return previewed_page(
        request,
        form,
        act=act,
        effects=lambda: foreseen(request, form),
        title=_("仮のパスワードをまとめて発行する"),
        verb=_("発行する"),
        trail=[people_crumb(), (_("仮のパスワードの一覧"), reverse("meguri:first_passwords"))],
    )


def foreseen(request: SignedInRequest, form: AnewForm) -> list[str]:
    number = form.people().exclude(pk=request.user.pk).count()
    return [
        _("%(n)s人に新しい仮のパスワードを発行します。") % {"n": number},
        _("今のパスワードは使えなくなり、サインインしている画面は終わります。"),
        _("できた仮のパスワードは「仮のパスワードの一覧」で一度だけ受け取れます。"),
    ]
