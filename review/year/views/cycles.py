"""年度と期限: the years, and for each where it stands, its deadlines and what comes next; and the first one of a plan."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from review import calendar, clock, permissions, queries
from review.assessment.services import definitions, judging
from review.assessment.services.tallies import tallies
from review.background.services.making import making
from review.deadlines.views.deadlines import tabs
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import Cycle, CycleState, MeasureYear, Plan
from review.publication.services import corrections
from review.screens.views.acts import accepted, act_page, crumbs
from review.screens.views.answers import see_other
from review.screens.views.chrome import address
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.days import left_until
from review.templatetags.words import day_text, fiscal_year, word_of
from review.year.forms.cycles import DeadlinesForm, FirstYearForm
from review.year.services import cycles as work

DEADLINES = ("due_at", "closes_at", "endorse_due_at", "review_due_at", "decide_due_at", "publish_at")


@require_safe
def cycles(request: SignedInRequest) -> HttpResponse:
    """Every year of the plans that the person looks after, the plans that have none yet, and the way to a further one."""
    counted = tallies()
    every = Cycle.objects.select_related("plan").order_by("-fiscal_year")
    rows = [row for row in every if permissions.may_manage_cycle(request.user, row.plan_id)]
    context = {
        "page_title": _("年度と期限"),
        "breadcrumbs": crumbs(_("年度と期限")),
        "fresh": [
            one for one in Plan.objects.filter(cycles=None) if permissions.may_manage_cycle(request.user, one.pk)
        ],
        "may_make": permissions.may_visit(request.user, "meguri:plan_new"),
        "cycles": [{"cycle": row, "tally": counted[row.pk]} for row in rows],
    }
    return render(request, "year/cycles.html", context)


def deadlines_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form of the year's deadlines edits."""
    cycle = cycle_or_404(plan, year)
    rows = Cycle.objects.filter(pk=cycle.pk)
    form = DeadlinesForm.of(cycle)
    return Record(form=form, rows=rows, subject=f"cycle:{cycle.pk}", actions=("cycle.deadlines",))


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(deadlines_record)
def cycle(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """One year: its step, its deadlines to set, and the button that opens it."""
    cycle = cycle_or_404(plan, year)
    form = DeadlinesForm(request.POST) if request.method == "POST" else DeadlinesForm.of(cycle)
    status = 200
    if form.is_bound:
        status = set_deadlines(request, cycle, form)
        if status == 200:
            messages.success(request, _("期限を保存しました。"))
            return see_other("meguri:cycle", plan, year)
    context = context_of(cycle, form, may_correct=permissions.may_prepare_correction(request.user, cycle.plan_id))
    return render(request, "year/cycle.html", context, status=status)


def set_deadlines(request: SignedInRequest, cycle: Cycle, form: DeadlinesForm) -> int:
    """Let the service keep the deadlines; 200, or the status with which the form goes back."""
    if not form.is_valid():
        return 422
    try:
        work.set_deadlines(user=request.user, cycle_id=cycle.pk, deadlines=form.deadlines())
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except AlreadyDecided as refusal:
        form.add_error(None, str(refusal))
        return 409
    except Invalid as refusal:
        form.refuse(refusal.fields or {"": str(refusal)})
        return 422
    return 200


def context_of(cycle: Cycle, form: DeadlinesForm, *, may_correct: bool) -> dict[str, Any]:
    """What the page of one year shows."""
    draft = cycle.state == CycleState.DRAFT
    measures = MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year).count()
    return {
        "page_title": _("%(year)s 年度と期限") % {"year": fiscal_year(cycle.fiscal_year)},
        "breadcrumbs": crumbs((_("年度と期限"), reverse("meguri:cycles")), fiscal_year(cycle.fiscal_year)),
        "tabs": tabs(cycle, "meguri:cycle"),
        "cycle": cycle,
        "form": form,
        "steps": steps_of(cycle),
        "deadlines": list(deadlines_of(cycle)),
        "draft": draft,
        "published": cycle.state == CycleState.PUBLISHED,
        "measures": measures,
        "may_open": draft and cycle.due_at and cycle.closes_at and measures,
        "open_url": address("meguri:open_year", *cycle.key) if draft else "",
        "meeting_url": address("meguri:meeting", *cycle.key) if cycle.state == CycleState.DECIDING else "",
        "editions": queries.editions(*cycle.key),
        "correction": corrections.under_way(cycle.pk),
        "correct_url": address("meguri:correction_start", *cycle.key) if may_correct else "",
        "scale": judging.scale_of(cycle).as_data(),
        "making": making(cycle),
        "definitions": definitions.open_in(cycle),
        "may_confirm": may_correct,
    }


def steps_of(cycle: Cycle) -> list[dict[str, Any]]:
    """準備中 → 実施中 → 審議中 → 公表待ち → 公表済, with the one that the year is in."""
    states = list(CycleState)
    here = states.index(CycleState(cycle.state))
    done = cycle.state == CycleState.PUBLISHED
    return [
        {"label": word_of(state), "current": place == here, "done": place < here or (done and place == here)}
        for place, state in enumerate(states)
    ]


def deadlines_of(cycle: Cycle) -> Iterator[dict[str, Any]]:
    """Each deadline that is set: its day in words, how many business days are left, and a word about closed days."""
    today, days = clock.today(), calendar.city()
    for name in DEADLINES:
        moment = getattr(cycle, name)
        if not moment:
            continue
        day = timezone.localtime(moment).date()
        left = days.until(today, day)
        yield {
            "label": DeadlinesForm.base_fields[name].label,
            "at": moment,
            "left": left_until(moment)["text"],
            "passed": left < 0,
            "closed": ""
            if days.is_open(day)
            else _("閉庁日です。次の開庁日は%(day)sです。") % {"day": day_text(days.next_open(day))},
        }


@require_http_methods(["GET", "HEAD", "POST"])
def first_year(request: SignedInRequest, plan: str) -> HttpResponse:
    """The years of a plan to choose the first from; a POST drafts the chosen one."""
    shown = get_object_or_404(Plan, short_name=plan)
    work.require_may_begin(request.user, shown)
    form = FirstYearForm(request.POST if request.method == "POST" else None, plan=shown)

    def draft() -> None:
        work.draft_first(plan=shown, fiscal_year=form.cleaned_data["fiscal_year"], user=request.user)

    if accepted(form, draft):
        year = form.cleaned_data["fiscal_year"]
        messages.success(request, _("%(year)sを準備しました。") % {"year": fiscal_year(year)})
        return see_other("meguri:cycle", plan, year)
    title, back = _("最初の年度を準備する"), reverse("meguri:plan", args=[plan])
    lead = _("選んだ年度の下書きができます。期限を決めて開始するまで、主管部署には何も届きません。")
    return act_page(request, title=title, verb=title, back_url=back, trail=[(shown.name, back)], form=form, lead=lead)
