"""部署の一覧を入れる: 部 and 課 pasted, shown line by line, then stored."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.models import Department
from review.people.forms.organisation import DepartmentListForm
from review.people.services import organisation as work
from review.people.views.departments import here
from review.people.views.people import people_crumb
from review.screens.views.acts import act_page, previewed
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest


def department_list(request: SignedInRequest) -> HttpResponse:
    """The list as it is now; a POST shows what the list would do, and does it."""
    form = DepartmentListForm(request.POST if request.method == "POST" else None, initial={"text": present()})

    def act() -> HttpResponse:
        new = work.apply(by=request.user, lines=work.lines_of_text(form.cleaned_data["text"]))
        messages.success(request, _("一覧を登録しました(新しい部署%(n)s件)。") % {"n": new})
        return see_other("meguri:departments")

    effects = previewed(request, form, act=act, effects=lambda: foreseen(form.cleaned_data["text"]))
    if isinstance(effects, HttpResponse):
        return effects
    return act_page(
        request, title=_("部署の一覧を入れる"), verb=_("この一覧を登録する"), back_url=reverse("meguri:departments"),
        trail=[people_crumb(), here()], form=form, effects=effects, previewing=True,
    )  # fmt: skip


def present() -> str:
    """The open departments in their order, as the list is written."""
    return "\n".join(f"{office.division}\t{office.name}" for office in Department.objects.filter(ends_on=None))


def foreseen(text: str) -> list[str]:
    """What each line would do. Raises Invalid with every line that cannot be."""
    rows = work.preview(work.lines_of_text(text))
    if bad := [f"{row.number}行目: {row.problem}" for row in rows if row.problem]:
        raise Invalid(_("登録できない行があります。"), {"text": " ".join(bad[:20])})
    done = [_("%(n)s行目 %(name)s: %(does)s") % {"n": r.number, "name": r.name, "does": r.does} for r in rows if r.does]
    return [*done, _("一覧にない部署は、一覧のうしろに並びます。なくなりません。")]
