"""部署と組織改正: the departments as they were, are and will be, their list, and their reorganisation on a day."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import clock
from review.domain.refusals import Invalid
from review.models import Appointment, Department, Reorganisation, User
from review.people.forms.departments import DepartmentListForm, OfficeChoice, OfficeNameForm, ReorganisationForm
from review.people.forms.people import next_april, open_offices
from review.people.services import organisation, reorganisation_moves
from review.people.services import reorganisation as work
from review.people.views.people import people_crumb, state_of
from review.screens.views.acts import accepted, page, previewed_page
from review.screens.views.answers import done, see_other
from review.screens.views.questions import matching, page_of, whole, words_of
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text

Kind = Reorganisation.Kind
#: of the reorganisations, the latest
SHOWN = 30


def here() -> tuple[str, str]:
    """Where these pages hang."""
    return _("部署と組織改正"), reverse("meguri:departments")


def departments(request: SignedInRequest) -> HttpResponse:
    """Every department with its span, and the plans; a POST adds a department. Five queries however many."""
    form = OfficeNameForm(request.POST or None)
    if accepted(form, lambda: work.add_office(user=request.user, **form.cleaned_data)):
        return done(request, _("部署を加えました。"), "meguri:departments")
    today = clock.today()
    held = Q(appointments__starts_on__lte=today) & (Q(appointments__ends_on=None) | Q(appointments__ends_on__gte=today))
    people = Count("appointments__user", filter=held, distinct=True)
    rows = Department.objects.select_related("successor").annotate(people=people).order_by("order", "pk")
    offices = page_of(request, matching(rows, words_of(request), "name", "division"))
    context = {
        "page_obj": offices,
        "words": words_of(request),
        "rows": [{"office": row, "state": state_of(row)} for row in offices],
        "plans": [
            {"plan": plan, "may_end": not plan.applied_at and not plan.withdrawn_at and plan.effective_on > today}
            for plan in Reorganisation.objects.prefetch_related("before", "after").select_related("planned_by")[:SHOWN]
        ],
        "kinds": [{"label": str(kind.label), "url": reverse("meguri:reorganise", args=[kind.value])} for kind in Kind],
    }
    return page(request, "people/departments.html", here()[0], people_crumb(), form=form, context=context)


def reorganise(request: SignedInRequest, manner: str) -> HttpResponse:
    """Plan one: which department, then what, then what will happen to whom, then the act."""
    if manner not in Kind.values:
        raise Http404
    kind = Kind(manner)
    number = whole(request.GET.get("before"))
    office = None if number is None else get_object_or_404(open_offices(), pk=number)
    if kind != Kind.MERGE and office is None:
        return choose(request, kind)
    form = form_of(request, kind, office)
    planned = partial(form.planned, [office.pk] if office else [])
    return previewed_page(
        request,
        form,
        act=lambda: plan(request, planned()),
        effects=lambda: foreseen(planned()),
        title=_("部署の%(kind)s") % {"kind": kind.label},
        verb=_("組織改正を登録する"),
        trail=[people_crumb(), here()],
        lead=str(office or ""),
    )


def plan(request: SignedInRequest, planned: work.Planned) -> HttpResponse:
    work.plan(user=request.user, planned=planned)
    day = day_text(planned.effective_on)
    return done(request, _("%(day)s施行の組織改正を登録しました。") % {"day": day}, "meguri:departments")


def choose(request: SignedInRequest, kind: Reorganisation.Kind) -> HttpResponse:
    """The step before: which department. It is put into the address."""
    title = _("部署の%(kind)s") % {"kind": kind.label}
    trail = people_crumb(), here()
    return page(request, "people/department_choice.html", title, *trail, form=OfficeChoice(), back_url=here()[1])


def form_of(request: SignedInRequest, kind: Reorganisation.Kind, office: Department | None) -> ReorganisationForm:
    sheets = reorganisation_moves.sheets_moving([office.pk]) if office and kind == Kind.SPLIT else ()
    people = members(office) if office and kind == Kind.SPLIT else ()
    return ReorganisationForm(
        request.POST or None,
        kind=kind,
        offices=open_offices(),
        sheets=sheets,
        people=people,
        initial={"effective_on": next_april(), "name": str(office) if office and kind == Kind.RENAME else ""},
    )


def members(office: Department) -> QuerySet[User]:
    """Who holds a post in the department, today or later."""
    posts = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()), department=office)
    return User.objects.filter(pk__in=posts.values("user")).order_by("display_name", "pk")


def foreseen(planned: work.Planned) -> list[str]:
    """What will happen to whom. Raises Invalid where it cannot be."""
    problems = work.problems_of(planned)
    if problems:
        raise Invalid(_("組織改正を登録できません。内容を確かめてください。"), problems)
    offices = Department.objects.filter(pk__in=planned.before)
    names: dict[str, Any] = {
        "before": _("、").join(office.name for office in offices),
        "after": _("、").join(planned.names),
        "day": day_text(planned.effective_on),
    }
    sheets = [f"{year.measure.code} {year.name}" for year in reorganisation_moves.sheets_moving(planned.before)]
    people = Appointment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=planned.effective_on), department__in=planned.before
    )
    sentences = [
        _("%(day)sから、%(before)s は %(after)s になります。") % names,
        _("その日から、%(n)s人の担当者と所属長が新しい部署に移ります。")
        % {"n": people.values("user").distinct().count()},
    ]
    if sheets:
        listed = _("、").join(dict.fromkeys(sheets))
        sentences.append(_("公表前の年度のシートは、新しい部署が受け持ちます: %(sheets)s") % {"sheets": listed})
    sentences.append(_("公表した年度と、これまでの記録の部署名は変わりません。"))
    sentences.append(_("施行日の前なら取り消せます。施行したあとは、あらためて組織改正を登録します。"))
    return sentences


@require_POST
def reorganisation_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a plan back before its day."""
    plan = get_object_or_404(Reorganisation, pk=pk)
    try:
        work.withdraw(user=request.user, plan_id=plan.pk)
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("組織改正を取り消しました。"))
    return see_other("meguri:departments")


# --- 部署の一覧を入れる: 部 and 課 pasted, shown line by line, then stored ---------------------------------------------------


def department_list(request: SignedInRequest) -> HttpResponse:
    """The list as it is now; a POST shows what the list would do, and does it."""
    form = DepartmentListForm(request.POST if request.method == "POST" else None, initial={"text": present()})

    def act() -> HttpResponse:
        new = organisation.apply(by=request.user, lines=organisation.lines_of_text(form.cleaned_data["text"]))
        return done(request, _("一覧を登録しました(新しい部署%(n)s件)。") % {"n": new}, "meguri:departments")

    return previewed_page(
        request,
        form,
        act=act,
        effects=lambda: lines_foreseen(form.cleaned_data["text"]),
        title=_("部署の一覧を入れる"),
        verb=_("この一覧を登録する"),
        trail=[people_crumb(), here()],
    )


def present() -> str:
    """The open departments in their order, as the list is written."""
    return "\n".join(f"{office.division}\t{office.name}" for office in Department.objects.filter(ends_on=None))


def lines_foreseen(text: str) -> list[str]:
    """What each line would do. Raises Invalid with every line that cannot be."""
    rows = organisation.preview(organisation.lines_of_text(text))
    if bad := [f"{row.number}行目: {row.problem}" for row in rows if row.problem]:
        raise Invalid(_("登録できない行があります。"), {"text": " ".join(bad[:20])})
    done = [_("%(n)s行目 %(name)s: %(does)s") % {"n": r.number, "name": r.name, "does": r.does} for r in rows if r.does]
    return [*done, _("一覧にない部署は、一覧のうしろに並びます。なくなりません。")]
