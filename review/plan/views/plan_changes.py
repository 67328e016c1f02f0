"""計画の変更: what was proposed and decided in mid-plan, and a proposal of each kind."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from review import clock, permissions, queries
from review.domain.refusals import Invalid
from review.models import ChangeKind, ChangeState, Cycle, CycleState, Measure, MeasureYear, PlanChange
from review.plan.forms.plan_changes import PARTS, ChangeForm, MeasureChoice, numbered
from review.plan.services import measure_state, plan_proposals, structure
from review.plan.services import plan_changes as work
from review.plan.services.plan_checks import problems_of
from review.plan.services.plan_proposals import Proposal
from review.screens.views.acts import act_page, crumbs, previewed
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text, fiscal_year

#: What each kind means, for the page of one change.
MEANINGS: dict[str, Any] = {
    ChangeKind.ADD: gettext_lazy(
        "新しい施策のシートができます。実施中の年度からのときは、すぐに主管部署が入力できます。"
    ),
    ChangeKind.EDIT: gettext_lazy("この年度からの施策の内容が変わります。前の年度の内容はそのままです。"),
    ChangeKind.SPLIT: gettext_lazy("元の施策は残り、新しい施策ができます。選んだ成果目標は新しい施策に移ります。"),
    ChangeKind.MERGE: gettext_lazy("選んだ施策は前の年度で終わり、その成果目標は残る施策に加わります。"),
    ChangeKind.END: gettext_lazy("この年度から、施策はなくなります。実施中の年度のシートは「対象外」になります。"),
    ChangeKind.EXTEND: gettext_lazy(
        "計画期間が延び、最後の年度の公表のあとに次の年度が準備されます。施策と成果目標が引き継がれ、目標は空欄です。"
    ),
}


#: What is proposed with the form of the whole 施策, and where.
WHOLE = {ChangeKind.ADD: "meguri:measure_new", ChangeKind.EDIT: "meguri:measures"}


def meaning_of(kind: str) -> str:
    """What the kind means; what older versions proposed one by one means the same as the form of the whole 施策."""
    return str(MEANINGS.get(kind, MEANINGS[ChangeKind.EDIT]))


def cycle_or_404(plan: str, year: int) -> Cycle:
    """The year."""
    cycle = queries.cycle_of(plan, year)
    if cycle is None:
        raise Http404
    return cycle


def awaited(cycle: Cycle) -> str:
    """From when whole 施策 change again, where every year that is there was decided and another follows; else nothing."""
    last = Cycle.objects.filter(plan=cycle.plan_id).latest("fiscal_year")
    if last.state not in measure_state.CLOSED or last.fiscal_year >= cycle.plan.last_year:
        return ""
    words = _("%(next)sの施策の内容の変更と追加は、%(year)sの公表のあと、%(next)sの「施策」で始められます。")
    if last.state == CycleState.SCHEDULED and last.publish_at and last.publish_at > clock.now():
        words += _("公表の予定は%(day)sです。")
    day = day_text(last.publish_at) if last.publish_at else ""
    return words % {"next": fiscal_year(last.fiscal_year + 1), "year": fiscal_year(last.fiscal_year), "day": day}


@require_safe
def plan_changes(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Every change of the year's plan, the waiting ones first. Two queries however many."""
    cycle = cycle_or_404(plan, year)
    rows = PlanChange.objects.filter(plan=cycle.plan).select_related("proposed_by", "decided_by", "on_behalf_of")
    changes = list(rows[:300])
    open_years = plan_proposals.open_years(cycle.plan)
    proposing = permissions.is_reviewer(request.user, cycle.plan_id)
    context = {
        "page_title": _("計画の変更"),
        "breadcrumbs": crumbs((_("計画の変更"), "")),
        "cycle": cycle,
        "waiting": [row for row in changes if row.state == ChangeState.PROPOSED],
        "decided": [row for row in changes if row.state != ChangeState.PROPOSED],
        "kinds": kinds(cycle, open_years) if proposing else [],
        "awaited": awaited(cycle),
        "ended": not open_years,
    }
    return render(request, "plan/plan_changes.html", context)


def kinds(cycle: Cycle, open_years: list[int]) -> list[dict[str, str]]:
    """Every kind that can be proposed now with its address: where no year is left to change, only the extension. A whole
    施策 has a form of its own, in the first year that is there."""
    there = Cycle.objects.filter(plan=cycle.plan_id, fiscal_year__in=open_years).order_by("fiscal_year")
    whole = [
        {"label": str(kind.label), "url": reverse(address, args=[cycle.plan.short_name, year])}
        for year in there.values_list("fiscal_year", flat=True)[:1]
        for kind, address in WHOLE.items()
    ]
    return whole + [
        {"label": str(kind.label), "url": reverse("meguri:plan_change_new", args=[*cycle.key, kind.value])}
        for kind in ChangeKind
        if kind == ChangeKind.EXTEND or (open_years and kind in MEANINGS and kind not in WHOLE)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def plan_change_new(request: SignedInRequest, plan: str, year: int, change: str) -> HttpResponse:
    """Propose a change: which 施策, then what; then what it comes to; then the act."""
    cycle = cycle_or_404(plan, year)
    if change not in ChangeKind.values:
        raise Http404
    kind = ChangeKind(change)
    if kind in WHOLE or kind not in MEANINGS:
        return see_other(WHOLE.get(kind, WHOLE[ChangeKind.EDIT]), plan, year)
    of_plan = kind == ChangeKind.EXTEND
    first = [cycle.plan.last_year + 1] if kind == ChangeKind.EXTEND else plan_proposals.open_years(cycle.plan)[:1]
    if not first:
        raise Http404
    measure = None if of_plan else measure_of(request, cycle)
    if not of_plan and measure is None:
        return choose_measure(request, cycle, kind, first[0])
    form = form_of(request, cycle, kind, measure)
    proposal = partial(proposal_of, cycle, kind, measure, form)
    effects = previewed(request, form, act=lambda: propose(request, proposal()), effects=lambda: foreseen(proposal()))
    if isinstance(effects, HttpResponse):
        return effects
    back = reverse("meguri:plan_changes", args=[plan, year])
    now = plan_proposals.latest(measure, first[0]) if measure else None
    return act_page(
        request,
        title=str(kind.label),
        verb=_("承認者に提案する"),
        back_url=back,
        trail=[(_("計画の変更"), back)],
        form=form,
        effects=effects,
        lead=" ".join([f"{measure.code} {now.name if now else ''}。" if measure else "", str(MEANINGS[kind])]).strip(),
        previewing=True,
    )


def proposal_of(cycle: Cycle, kind: ChangeKind, measure: Measure | None, form: ChangeForm) -> Proposal:
    """What a valid form proposes."""
    return Proposal(
        plan=cycle.plan_id,
        fiscal_year=form.cleaned_data.get("fiscal_year") or cycle.plan.last_year + 1,
        kind=kind,
        measure=measure.pk if measure else None,
        detail=form.detail,
        reason=form.cleaned_data["reason"],
    )


def propose(request: SignedInRequest, proposal: Proposal) -> HttpResponse:
    """Do it."""
    made = work.propose(user=request.user, proposal=proposal)
    messages.success(request, _("計画の変更を提案しました。承認者が決定します。"))
    return see_other("meguri:plan_change", made.pk)


def measure_of(request: SignedInRequest, cycle: Cycle) -> Measure | None:
    """The 施策 in `?measure=`, None where none is named; 404 where there is no such."""
    code = request.GET.get("measure", "")
    return get_object_or_404(Measure, plan=cycle.plan, code=code) if code else None


def form_of(request: SignedInRequest, cycle: Cycle, kind: ChangeKind, measure: Measure | None) -> ChangeForm:
    """The form of the kind, with what the 施策 has now."""
    years = plan_proposals.open_years(cycle.plan) or [cycle.plan.last_year + 1]
    others = [(one, name) for one, name in named(cycle, years[0]) if measure and one.pk != measure.pk]
    initial: dict[str, Any] = {"fiscal_year": cycle.fiscal_year if cycle.fiscal_year in years else years[0]}
    if kind == ChangeKind.SPLIT and measure:
        initial |= {numbered("field", place): measure.field_id for place in range(PARTS)}
    return ChangeForm(
        request.POST or None,
        kind=kind,
        years=years,
        goals=plan_proposals.goals_of(measure, years[0]) if measure else {},
        others=others if kind == ChangeKind.MERGE else [],
        places=[(one.pk, one.label) for one in structure.places(cycle.plan)],
        initial=initial,
    )


def named(cycle: Cycle, year: int) -> list[tuple[Measure, str]]:
    """The plan's 施策 with their present names. Two queries."""
    rows = plan_proposals.living(cycle.plan, year)
    names: dict[int, str] = {}
    years = MeasureYear.objects.filter(measure__in=rows).order_by("fiscal_year")
    for one in years:
        if one.fiscal_year <= year or one.measure_id not in names:
            names[one.measure_id] = one.name
    return [(row, names.get(row.pk, "")) for row in rows]


def choose_measure(request: SignedInRequest, cycle: Cycle, kind: ChangeKind, year: int) -> HttpResponse:
    """The step before: which 施策. It is put into the address."""
    back = reverse("meguri:plan_changes", args=cycle.key)
    context = {
        "page_title": str(kind.label),
        "breadcrumbs": crumbs((_("計画の変更"), back), (str(kind.label), "")),
        "form": MeasureChoice(measures=[(one.code, f"{one.code} {name}") for one, name in named(cycle, year)]),
        "meaning": MEANINGS[kind],
        "back_url": back,
    }
    return render(request, "plan/plan_change_measure.html", context)


def foreseen(proposal: Proposal) -> list[str]:
    """What the change comes to, in sentences. Raises Invalid where it cannot be."""
    problems = problems_of(proposal)
    if problems:
        raise Invalid(_("この変更は提案できません。内容を確かめてください。"), problems)
    lines = [line_words(line) for line in work.lines_of(proposal)]
    lines.append(str(MEANINGS[proposal.kind]))
    lines.append(
        _("%(year)sから適用します。公表した年度は変わりません。") % {"year": fiscal_year(proposal.fiscal_year)}
    )
    lines.append(_("承認者が決定するまで、何も変わりません。決定すると、関わる部署にお知らせが届きます。"))
    return lines


def line_words(line: dict[str, str]) -> str:
    """01-04 施策名の変更: 前 → 後."""
    change = " → ".join(part for part in (line["before"], line["after"]) if part)
    return f"{line['code']} {line['item']}: {change}"
