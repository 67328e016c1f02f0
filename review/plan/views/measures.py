"""施策 of a year: the list, one form for a 施策 with all that the plan says of it, a new one, and its end.

A draft is changed at once; in a year under way the same form makes a proposal with its reason (`plan_changes`).
"""

from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from review import permissions
from review.models import AuditEntry, ChangeKind, Cycle, CycleState, MeasureYear
from review.plan.forms.measures import MeasureForm
from review.plan.services import measure_edits, measure_state, plan_changes
from review.plan.services.plan_proposals import Detail, Proposal
from review.plan.views.plan_changes import awaited, cycle_or_404, foreseen, propose
from review.plan.views.plans import changes_of, offices_by_id
from review.screens.views.acts import accepted, act_page, crumbs, previewed
from review.screens.views.answers import conflict, see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year


def measures_of(cycle: Cycle) -> QuerySet[MeasureYear]:
    """The year's 施策 in their order."""
    rows = MeasureYear.objects.filter(measure__plan=cycle.plan_id, fiscal_year=cycle.fiscal_year)
    return rows.select_related("measure__field__parent__parent", "owner").order_by("measure__sort_key")


def year_or_404(cycle: Cycle, code: str) -> MeasureYear:
    """The 施策 in the year."""
    row = measures_of(cycle).filter(measure__code=code).first()
    if row is None:
        raise Http404
    return row


def until_decided(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The forms of a 施策 while the year's 施策 can change; afterwards the list, which says where and from when."""

    @wraps(view)
    def answered(request: SignedInRequest, plan: str, year: int, **more: Any) -> HttpResponse:
        cycle = cycle_or_404(plan, year)
        if cycle.state not in measure_state.CLOSED:
            return view(request, plan, year, **more)
        if request.method == "POST":
            return conflict(request, f"{_('公表が決まり、この年度の施策は変わりません。')}{awaited(cycle)}")
        return see_other("meguri:measures", plan, year)

    return answered


def sent(request: SignedInRequest) -> Any:
    """What was sent, None where nothing was."""
    return request.POST if request.method == "POST" else None


def here(cycle: Cycle) -> list[tuple[str, str]]:
    """Where these pages hang."""
    at = reverse("meguri:cycle", args=cycle.key)
    return [(fiscal_year(cycle.fiscal_year), at), (_("施策"), reverse("meguri:measures", args=cycle.key))]


@require_safe
def measures(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Every 施策 of the year with what it has."""
    cycle = cycle_or_404(plan, year)
    lives = Q(measure__indicators__last_year=None) | Q(measure__indicators__last_year__gte=year)
    goals = Count("measure__indicators", filter=lives, distinct=True)
    context = {
        "page_title": _("%(year)s 施策") % {"year": fiscal_year(year)},
        "breadcrumbs": crumbs(*here(cycle)[:1], _("施策")),
        "cycle": cycle,
        "rows": measures_of(cycle).prefetch_related(MeasureYear.naming()).annotate(goals=goals),
        "may_change": permissions.may_edit_measures(request.user, cycle),
        "closed": cycle.state in measure_state.CLOSED,
        "awaited": awaited(cycle),
        "next_year": Cycle.objects.filter(plan=cycle.plan_id, fiscal_year__gt=year).order_by("fiscal_year").first(),
    }
    return render(request, "plan/measures.html", context)


# --- one 施策 ----------------------------------------------------------------------------------------------------------


def measure_record(request: SignedInRequest, plan: str, year: int, code: str) -> Record:
    """What the form of a 施策 edits."""
    cycle = cycle_or_404(plan, year)
    row = year_or_404(cycle, code)
    form = MeasureForm(cycle=cycle, now=measure_state.state_of(cycle, row))
    rows, subject = MeasureYear.objects.filter(pk=row.pk), f"measure:{row.measure_id}"
    return Record(form=form, rows=rows, subject=subject, actions=measure_edits.ACTIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@until_decided
@versioned(measure_record)
def measure_edit(request: SignedInRequest, plan: str, year: int, code: str) -> HttpResponse:
    """Change it."""
    cycle = cycle_or_404(plan, year)
    row = year_or_404(cycle, code)
    form = MeasureForm(sent(request), cycle=cycle, now=measure_state.state_of(cycle, row))
    edit = partial(measure_edits.edit, user=request.user, cycle_id=cycle.pk, code=code)
    effects = answered(
        request, cycle, form, lambda: proposal_of(cycle, form, row), lambda: edit(changes=form.changes())
    )
    if isinstance(effects, HttpResponse):
        return effects
    title = f"{code} {row.name}"
    more = {"row": row, "history": list(history(cycle, row))}
    return page(request, cycle, form, effects, title, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@until_decided
def measure_new(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """施策の追加: one form with all that it has."""
    cycle = cycle_or_404(plan, year)
    form = MeasureForm(sent(request), cycle=cycle, now=measure_state.state_of(cycle, None), more=3, new=True)

    def add() -> None:
        part, changes = form.part(form.changes())
        measure_edits.add(user=request.user, cycle_id=cycle.pk, part=part, changes=changes)

    effects = answered(request, cycle, form, lambda: proposal_of(cycle, form, None), add)
    return effects if isinstance(effects, HttpResponse) else page(request, cycle, form, effects, _("施策の追加"))


def proposal_of(cycle: Cycle, form: MeasureForm, row: MeasureYear | None) -> Proposal:
    """What a valid form proposes in a year under way."""
    changes = form.changes()
    if row is None:
        part, values = form.part(changes)
        kind, detail = ChangeKind.ADD, Detail(parts=(part,), values=values)
    else:
        kind, detail = ChangeKind.EDIT, Detail(values=changes)
    measure, reason = row.measure_id if row else None, form.cleaned_data["reason"]
    first = form.cleaned_data.get("fiscal_year") or cycle.fiscal_year
    return Proposal(plan=cycle.plan_id, fiscal_year=first, kind=kind, measure=measure, detail=detail, reason=reason)


def answered(
    request: SignedInRequest,
    cycle: Cycle,
    form: MeasureForm,
    proposal: Callable[[], Proposal],
    store: Callable[[], object],
) -> HttpResponse | list[str]:
    """Do what a valid form says; else what a proposal would come to, with refusals under their fields."""
    if cycle.state != CycleState.DRAFT:
        act, effects = lambda: propose(request, proposal()), lambda: foreseen(proposal())
        return previewed(request, form, act=act, effects=effects)
    if not accepted(form, store):
        return []
    messages.success(request, _("施策を保存しました。"))
    return see_other("meguri:measures", *cycle.key)


def page(
    request: SignedInRequest, cycle: Cycle, form: MeasureForm, effects: list[str], title: str, **more: Any
) -> HttpResponse:
    """The form with what a proposal would come to."""
    context = {
        "page_title": title,
        "breadcrumbs": crumbs(*here(cycle), title),
        "cycle": cycle,
        "form": form,
        "draft": cycle.state == CycleState.DRAFT,
        "effects": effects,
        "may_change": permissions.may_edit_measures(request.user, cycle),
        **more,
    }
    return render(request, "plan/measure.html", context, status=422 if form.errors else 200)


def history(cycle: Cycle, row: MeasureYear) -> Iterator[dict[str, Any]]:
    """What changed, the latest first: decided with a reason, and freely in drafts."""
    for change in plan_changes.of_measure(row.measure_id, row.measure.code):
        lines = [{**line, "label": f"{line['code']} {line['item']}"} for line in change.lines]
        at, who = change.decided_at or change.proposed_at, change.decided_by or change.proposed_by
        state = f"{change.get_kind_display()} ({change.get_state_display()})"
        yield {"at": at, "who": who, "reason": change.reason, "state": state, "lines": lines}
    offices = offices_by_id()

    def lines_of(entry: AuditEntry) -> list[dict[str, str]]:
        keys = [key for key in entry.after if key != "fiscal_year"]
        both = ((key, entry.before.get(key, ""), entry.after[key]) for key in keys)
        words = partial(measure_state.words_of, offices=offices)
        return [
            {"label": measure_state.label_of(key, cycle), "before": words(key, old), "after": words(key, new)}
            for key, old, new in both
        ]

    yield from changes_of(f"measure:{row.measure_id}", measure_edits.ACTIONS, lines_of)


@require_http_methods(["GET", "HEAD", "POST"])
@until_decided
def measure_end(request: SignedInRequest, plan: str, year: int, code: str) -> HttpResponse:
    """施策の廃止 in a draft: what goes, then the act. In a year under way it is proposed."""
    cycle = cycle_or_404(plan, year)
    row = year_or_404(cycle, code)
    if cycle.state != CycleState.DRAFT:
        return see_other("meguri:plan_change_new", plan, year, ChangeKind.END.value, query=f"measure={quote(code)}")
    back = reverse("meguri:measure_edit", args=[plan, year, code])
    if request.method == "POST":
        measure_edits.end(user=request.user, cycle_id=cycle.pk, code=code)
        messages.success(request, _("%(code)s を廃止しました。") % {"code": code})
        return see_other("meguri:measures", plan, year)
    effects = [
        _("%(year)sから、%(code)s %(name)s はなくなります。シートも成果目標の目標も作られません。")
        % {"year": fiscal_year(year), "code": code, "name": row.name},
        _("前の年度のシート、目標と実績、公表した結果は変わりません。"),
    ]
    title = _("施策の廃止")
    return act_page(
        request, title=title, verb=_("廃止する"), back_url=back, trail=here(cycle), effects=effects, danger=True
    )
