"""部署と組織改正: the departments as they were, are and will be, and their reorganisation on a day."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from review import clock
from review.domain.refusals import Invalid
from review.models import Appointment, Department, Reorganisation, User
from review.people.forms.departments import OfficeChoice, OfficeNameForm, ReorganisationForm
from review.people.forms.people import next_april, open_offices
from review.people.services import reorganisation as work
from review.people.services import reorganisation_moves
from review.people.views.people import state_of
from review.screens.views.acts import accepted, act_page, crumbs, previewed
from review.screens.views.answers import see_other
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
        messages.success(request, _("部署を加えました。"))
        return see_other("meguri:departments")
    today = clock.today()
    held = Q(appointments__starts_on__lte=today) & (Q(appointments__ends_on=None) | Q(appointments__ends_on__gte=today))
    people = Count("appointments__user", filter=held, distinct=True)
    rows = Department.objects.select_related("successor").annotate(people=people).order_by("order", "pk")
    page = page_of(request, matching(rows, words_of(request), "name", "division"))
    context = {
        "page_title": _("部署と組織改正"),
        "breadcrumbs": crumbs((_("利用者"), reverse("meguri:people")), (_("部署と組織改正"), "")),
        "page_obj": page,
        "words": words_of(request),
        "rows": [{"office": row, "state": state_of(row)} for row in page],
        "plans": [
            {"plan": plan, "may_end": not plan.applied_at and not plan.withdrawn_at and plan.effective_on > today}
            for plan in Reorganisation.objects.prefetch_related("before", "after").select_related("planned_by")[:SHOWN]
        ],
        "kinds": [{"label": str(kind.label), "url": reverse("meguri:reorganise", args=[kind.value])} for kind in Kind],
        "form": form,
    }
    return render(request, "people/departments.html", context, status=422 if form.errors else 200)


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
    effects = previewed(request, form, act=lambda: plan(request, planned()), effects=lambda: foreseen(planned()))
    if isinstance(effects, HttpResponse):
        return effects
    return act_page(
        request,
        title=_("部署の%(kind)s") % {"kind": kind.label},
        verb=_("組織改正を登録する"),
        back_url=reverse("meguri:departments"),
        trail=[(_("利用者"), reverse("meguri:people")), here()],
        form=form,
        effects=effects,
        lead=str(office or ""),
        previewing=True,
    )


def plan(request: SignedInRequest, planned: work.Planned) -> HttpResponse:
    """Do it."""
    work.plan(user=request.user, planned=planned)
    day = day_text(planned.effective_on)
    messages.success(request, _("%(day)s施行の組織改正を登録しました。") % {"day": day})
    return see_other("meguri:departments")


def choose(request: SignedInRequest, kind: Reorganisation.Kind) -> HttpResponse:
    """The step before: which department. It is put into the address."""
    title = _("部署の%(kind)s") % {"kind": kind.label}
    context = {
        "page_title": title,
        "breadcrumbs": crumbs((_("利用者"), reverse("meguri:people")), here(), (title, "")),
        "form": OfficeChoice(),
        "back_url": reverse("meguri:departments"),
    }
    return render(request, "people/department_choice.html", context)


def form_of(request: SignedInRequest, kind: Reorganisation.Kind, office: Department | None) -> ReorganisationForm:
    """The form with what the department has."""
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
        "before": "、".join(office.name for office in offices),
        "after": "、".join(planned.names),
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
        listed = "、".join(dict.fromkeys(sheets))
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
