"""Deadlines beside the year's own: departments that differ, and the city's closing days."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from review import clock
from review.deadlines.forms.deadlines import OWN, ClosingDayForm, DepartmentDeadlinesForm
from review.deadlines.services import closing_days, deadlines
from review.deadlines.services.deadlines import OwnDeadlines
from review.domain.business_days import holiday_name
from review.models import ClosingDay, Cycle, CycleState, Department
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import Crumb, crumbs
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404, whole
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year


def way_to(cycle: Cycle, *pages: tuple[str, str] | str) -> list[Crumb]:
    """ホーム > 年度と期限 > 令和6年度 > the pages."""
    year = (fiscal_year(cycle.fiscal_year), reverse("meguri:cycle", args=cycle.key))
    return crumbs((_("年度と期限"), reverse("meguri:cycles")), year, *pages)


def tabs(cycle: Cycle, here: str) -> list[dict[str, Any]]:
    """The pages of one year's deadlines."""
    pages = {
        "meguri:cycle": _("年度の期限"),
        "meguri:department_deadlines": _("部署ごとの期限"),
        "meguri:reminders": _("催促の日と一時停止"),
        "meguri:nudge": _("督促"),
    }
    return [
        {"label": label, "url": reverse(name, args=cycle.key), "current": name == here, "count": None}
        for name, label in pages.items()
    ]


def owners(cycle: Cycle) -> QuerySet[Department]:
    """The departments that own a 施策 of the year. One query."""
    mine = Q(owned__measure__plan=cycle.plan_id, owned__fiscal_year=cycle.fiscal_year)
    return Department.objects.filter(mine).annotate(sheets=Count("owned")).order_by("order", "pk")


def own_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form edits: the deadlines of the chosen department, or of any where none was chosen yet."""
    cycle = cycle_or_404(plan, year)
    rows = owners(cycle)
    shown = chosen_of(rows, request.GET.get("department", ""))
    edited = chosen_of(rows, request.POST.get("department", "")) if request.method == "POST" else shown
    return Record(
        form=DepartmentDeadlinesForm(
            owners=rows, initial=DepartmentDeadlinesForm.initial_of(cycle, edited) if edited else None
        ),
        rows=Cycle.objects.filter(pk=cycle.pk),
        subject=f"cycle:{cycle.pk}",
        actions=("cycle.department_deadlines",),
        state=None if shown and edited == shown else {"departments": cycle.department_deadlines},
    )


def chosen_of(rows: QuerySet[Department], named: str) -> Department | None:
    """The department with that number in the address or the form."""
    number = whole(named)
    return rows.filter(pk=number).first() if number else None


@versioned(own_record)
def departments(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Every owning department with its deadlines, and a form for the one that is chosen."""
    cycle = cycle_or_404(plan, year)
    rows = owners(cycle)
    chosen = chosen_of(rows, request.GET.get("department", ""))
    form = DepartmentDeadlinesForm(
        request.POST if request.method == "POST" else None,
        owners=rows,
        initial=DepartmentDeadlinesForm.initial_of(cycle, chosen) if chosen else None,
    )
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            return _keep(request, cycle, form)
    context = {
        "page_title": _("%(year)s 部署ごとの期限") % {"year": fiscal_year(year)},
        "breadcrumbs": way_to(cycle, _("部署ごとの期限")),
        "tabs": tabs(cycle, "meguri:department_deadlines"),
        "cycle": cycle,
        "form": form,
        "chosen": chosen,
        "published": cycle.state == CycleState.PUBLISHED,
        "rows": [_row(cycle, department) for department in rows],
    }
    return render(request, "deadlines/department_deadlines.html", context, status=422 if form.errors else 200)


def _keep(request: SignedInRequest, cycle: Cycle, form: DepartmentDeadlinesForm) -> HttpResponse:
    department = form.cleaned_data["department"]
    own = OwnDeadlines() if "clear" in request.POST else form.own()
    deadlines.set_for_department(
        user=request.user, cycle_id=cycle.pk, department=department, own=own, reason=form.cleaned_data["reason"]
    )
    text = _("%(department)sの期限を保存しました。") if own.as_data() else _("%(department)sを年度の期限に戻しました。")
    messages.success(request, text % {"department": department.name})
    return see_other("meguri:department_deadlines", *cycle.key)


def _row(cycle: Cycle, department: Department) -> dict[str, Any]:
    own = cycle.department_deadlines.get(str(department.pk), {})
    return {
        "department": department,
        "reason": own.get("reason", ""),
        "own": bool(own),
        "cells": [{"at": cycle.deadline(name, department.pk), "own": name in own} for name in OWN],
    }


def closing(request: SignedInRequest) -> HttpResponse:
    """The city's own closing days, and the national holidays of the coming year to compare with."""
    user = request.user
    if request.method == "POST" and request.POST.get("remove", "").isdigit():
        if closing_days.reopen(user=user, pk=int(request.POST["remove"])):
            messages.success(request, _("閉庁日を取り消しました。"))
        return see_other("meguri:closing_days")
    form = ClosingDayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            made = closing_days.close(user=user, **form.cleaned_data)
            messages.success(request, _("閉庁日「%(name)s」を登録しました。") % {"name": made.name})
            return see_other("meguri:closing_days")
    context = {
        "page_title": _("閉庁日"),
        "breadcrumbs": crumbs((_("年度と期限"), reverse("meguri:cycles")), _("閉庁日")),
        "form": form,
        "days": ClosingDay.objects.select_related("added_by").order_by("-day"),
        "holidays": _holidays(),
    }
    return render(request, "deadlines/closing_days.html", context, status=422 if form.errors else 200)


def _holidays() -> list[dict[str, Any]]:
    """The national holidays of the next twelve months."""
    days = (clock.today() + timedelta(days=n) for n in range(366))
    return [{"day": day, "name": name} for day in days if (name := holiday_name(day))]
