"""Changes in mid-plan, by two people: what a proposal comes to, proposing it, and its decision.

A change counts from a 年度 on; what was published before never changes. The shape of a proposal is in `plan_proposals`,
its limits in `plan_checks`, what a decision does to the rows in `plan_effects`; the flow's part (a new sheet's process, an
ended sheet's way out) in `workflow.steps`.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.items import circled
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import (
    ChangeKind,
    ChangeState,
    Cycle,
    Department,
    Measure,
    MeasureReview,
    MeasureYear,
    Meeting,
    Plan,
    PlanChange,
    PlanField,
    User,
)
from review.plan.services import measure_state
from review.plan.services.plan_checks import problems_of
from review.plan.services.plan_proposals import FOLDED, Detail, Part, Proposal, cycle_of, goals_of, latest
from review.prepared import prepared
from review.reader_words import city_language, problem, year_label
from review.trail.services import audit, sealed_rows
from review.transition import require

# --- what it comes to, line by line ------------------------------------------------------------------------------


def lines_of(proposal: Proposal) -> list[dict[str, str]]:
    """[{"code", "item", "before", "after"}]: the plan now and after the change, in the reader's language."""
    measure = Measure.objects.filter(pk=proposal.measure or 0).first()
    year, detail, kind = proposal.fiscal_year, proposal.detail, proposal.kind
    label = str(kind.label)
    if kind == ChangeKind.EXTEND:
        return [_extension_line(proposal)]
    if kind in (ChangeKind.ADD, ChangeKind.SPLIT):
        origin = _titled(measure, year) if measure else ""
        return [
            *({"code": part.code, "item": label, "before": origin, "after": _described(part)} for part in detail.parts),
            *(_moved(measure, year, part, n) for part in detail.parts for n in part.takes if measure),
            *(line for part in detail.parts for line in _form_lines(proposal, part.code, None)),
        ]
    if measure is None:
        return []
    now = latest(measure, year)
    if kind == ChangeKind.EDIT:
        return _form_lines(proposal, measure.code, now)
    if kind == ChangeKind.MERGE:
        return _merge_lines(measure, year, detail, label)
    after = _("%(year)sで終了") % {"year": year_label(year - 1)}
    return [{"code": measure.code, "item": label, "before": now.name if now else "", "after": after}]


def _form_lines(proposal: Proposal, code: str, year: MeasureYear | None) -> list[dict[str, str]]:
    """Line by line what a form of the whole 施策 changes."""
    cycle = cycle_of(Plan.objects.get(pk=proposal.plan), proposal.fiscal_year)
    return measure_state.lines(cycle, code, measure_state.state_of(cycle, year), proposal.detail.values)


def _extension_line(proposal: Proposal) -> dict[str, str]:
    until = _("%(year)sまで")
    before, after = (
        until % {"year": year_label(year or 0)} for year in (proposal.fiscal_year - 1, proposal.detail.last_year)
    )
    return {"code": "", "item": _("計画期間"), "before": before, "after": after}


def _merge_lines(measure: Measure, year: int, detail: Detail, label: str) -> list[dict[str, str]]:
    others = Measure.objects.filter(pk__in=detail.others).order_by("sort_key")
    lines = [
        {
            "code": one.code,
            "item": label,
            "before": _titled(one, year),
            "after": _("%(code)s に統合") % {"code": measure.code},
        }
        for one in others
    ]
    now = latest(measure, year)
    if detail.name and now and now.name != detail.name:
        lines.append({"code": measure.code, "item": _("施策名"), "before": now.name, "after": detail.name})
    return lines


def _moved(measure: Measure, year: int, part: Part, number: int) -> dict[str, str]:
    name = goals_of(measure, year).get(number, "")
    item, after = _("成果目標%(mark)s") % {"mark": circled(number)}, _("%(code)s に移す") % {"code": part.code}
    return {"code": measure.code, "item": item, "before": name, "after": after}


def _stored_lines(proposal: Proposal) -> list[dict[str, str]]:
    """The same as it is stored and published: in the city's language."""
    with city_language():
        return lines_of(proposal)


def _titled(measure: Measure, year: int) -> str:
    now = latest(measure, year)
    return f"{measure.code} {now.name if now else ''}".strip()


def _described(part: Part) -> str:
    """The new 施策 with its office and its 分野."""
    field = PlanField.objects.filter(pk=part.field).select_related("parent__parent").first()
    return f"{part.name}({_office(part.owner)}{_('、') + field.label if field else ''})"


def _office(pk: int | None) -> str:
    return str(Department.objects.filter(pk=pk or 0).first() or "")


# --- proposing and deciding --------------------------------------------------------------------------------------


def propose(*, user: User, proposal: Proposal) -> PlanChange:
    """Propose a change; nothing moves until an approver decides. Raises NotAllowed, or Invalid by field."""
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.is_reviewer(user, proposal.plan), _("計画の変更は、確認者が提案します。"))
        problems = problems_of(proposal)
        if problems:
            raise Invalid(_("この変更は提案できません。内容を確かめてください。"), problems)
        made = PlanChange.objects.create(
            plan_id=proposal.plan,
            fiscal_year=proposal.fiscal_year,
            kind=proposal.kind,
            measure_id=proposal.measure,
            detail=proposal.detail.as_data(),
            lines=_stored_lines(proposal),
            reason=proposal.reason.strip(),
            proposed_by=user,
            proposed_at=clock.now(),
        )
        audit.write(
            actor=user,
            action="plan_change.propose",
            subject=f"plan_change:{made.pk}",
            after={"kind": made.kind, "year": made.fiscal_year, "lines": made.lines, "reason": made.reason},
        )
        _tell(Event.PLAN_CHANGE_PROPOSED, user, made)
        return made


def proposal_of(change: PlanChange) -> Proposal:
    """The proposal of a stored change."""
    return Proposal(
        plan=change.plan_id,
        fiscal_year=change.fiscal_year,
        kind=ChangeKind.EDIT if change.kind in FOLDED else ChangeKind(change.kind),
        measure=change.measure_id,
        detail=Detail.of(change),
        reason=change.reason,
    )


def sheets_touched(change: PlanChange) -> QuerySet[MeasureReview]:
    """The sheets of the change's first year that it touches. No query yet."""
    measures = [pk for pk in (change.measure_id, *Detail.of(change).others) if pk is not None]
    return MeasureReview.objects.filter(
        measure_year__measure__in=measures, measure_year__fiscal_year=change.fiscal_year
    ).order_by("pk")


def settle(
    *, user: User, change_id: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> PlanChange:
    """Record an approver's decision, after checking the change again. The caller lets it take effect.

    Raises NotAllowed, AlreadyDecided, or Invalid where things have moved on since the proposal.
    """
    change = PlanChange.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=change_id)
    # Nobody submits or writes on these between the question and the change.
    list(sheets_touched(change).select_for_update(of=("self",), no_key=True))
    change.on_behalf_of_id = _in_whose_name(user, change)
    if message := problem(comment):
        raise Invalid(_("意見を保存できません。"), {"comment": message})
    if accept:
        problems = problems_of(proposal_of(change))
        if problems:
            raise Invalid(_("提案のあとに状況が変わったため、決定できません。") + " ".join(problems.values()))
        change.lines = _stored_lines(proposal_of(change))
    change.state = ChangeState.ACCEPTED if accept else ChangeState.REFUSED
    change.decided_by, change.decided_at, change.comment = user, clock.now(), comment.strip()
    change.meeting = meeting
    change.save()
    audit.write(
        actor=user,
        action="plan_change.accept" if accept else "plan_change.refuse",
        subject=f"plan_change:{change.pk}",
        after={
            "lines": change.lines,
            "comment": change.comment,
            "on_behalf_of": str(change.on_behalf_of.key) if change.on_behalf_of else "",
            "meeting": meeting.pk if meeting else None,
            sealed_rows.NAME: sealed_rows.mark(change),
        },
    )
    _tell(Event.PLAN_CHANGED if accept else Event.PLAN_CHANGE_REFUSED, user, change)
    return change


def _in_whose_name(user: User, change: PlanChange) -> int | None:
    """Whom the approver represents, None for nobody. Raises NotAllowed, or AlreadyDecided."""
    holders.standing(user, fresh=True)
    require(permissions.is_approver(user, change.plan_id), _("計画の変更は、%(body)sの承認者が決定します。"), change)
    if change.state != ChangeState.PROPOSED:
        raise AlreadyDecided(_("この提案はもう「%(state)s」になっています。") % {"state": change.get_state_display()})
    names = permissions.deciding_change(user, change)
    require(bool(names), _("ご自分の提案は決定できません。ほかの承認者に依頼してください。"))
    return names[0]


def _tell(event: Event, user: User, change: PlanChange) -> None:
    cycle = Cycle.objects.filter(plan=change.plan_id, fiscal_year=change.fiscal_year).first()
    with city_language():
        kind = str(change.get_kind_display())
    outbox.announce(
        event,
        key=str(change.pk),
        actor=user,
        cycle=cycle,
        payload={
            "change": change.pk,
            "kind": kind,
            "codes": "、".join(dict.fromkeys(line["code"] or line["item"] for line in change.lines)),
            "comment": change.comment or change.reason,
            "people": [change.proposed_by_id],
            "offices": sorted(_offices(change)),
        },
    )


def _offices(change: PlanChange) -> set[int]:
    """The departments whose sheets the change touches."""
    detail = Detail.of(change)
    offices = {part.owner for part in detail.parts}
    offices |= {int(pk) for pk in (detail.values.get("owner"), *detail.values.get("related", ())) if pk}
    for pk in (change.measure_id, *detail.others):
        measure = Measure.objects.filter(pk=pk or 0).first()
        now = latest(measure, change.fiscal_year) if measure else None
        if now:
            offices.add(now.owner_id)
    return offices


def accepted_for(plan: Plan, fiscal_year: int) -> list[PlanChange]:
    """The changes that count from this very year, in the order of their decisions. One query."""
    rows = PlanChange.objects.filter(plan=plan, fiscal_year=fiscal_year, state=ChangeState.ACCEPTED)
    return list(rows.order_by("decided_at", "pk"))


def of_measure(measure_id: int, code: str, rows: Iterable[PlanChange] | None = None) -> list[PlanChange]:
    """Every change that names the 施策, the newest first, of these or of all of its plan. One query."""
    return [
        row
        for row in (of_plan(measure=measure_id) if rows is None else rows)
        if row.measure_id == measure_id or any(line["code"] == code for line in row.lines)
    ]


@prepared(measure=int)
def of_plan(measure: int) -> QuerySet[PlanChange]:
    rows = PlanChange.objects.exclude(state=ChangeState.REFUSED).filter(plan__measures=measure)
    return rows.select_related("proposed_by", "decided_by").distinct()
