"""Changes in mid-plan, by two people: what can be asked, the proposal, and its decision.

A change counts from a 年度 on; what was published before never changes. What a decision does to the rows is in
`plan_effects`; the flow's part (a new sheet's process, an ended sheet's way out) in `workflow.steps`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from review import clock, permissions
from review.domain.events import Event
from review.domain.items import circled
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.text import problem
from review.models import (
    ChangeKind,
    ChangeState,
    Cycle,
    CycleState,
    Department,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    MeasureYear,
    Plan,
    PlanChange,
    User,
)
from review.models.sheet import OPEN_STATES
from review.services import audit, outbox
from review.services.transition import require

LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Part:
    """A new 施策: its 施策ID, name and owner, and the numbers of the 成果目標 that it takes along."""

    code: str
    name: str
    owner: int
    takes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A new 成果目標: 評価項目, the 目標 of the first 年度, and the direction ('' to be inferred)."""

    name: str
    target: str = ""
    direction: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a change asks for; which parts count depends on its kind."""

    name: str = ""
    owner: int | None = None
    others: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    numbers: tuple[int, ...] = ()
    goals: tuple[Goal, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Asked:
        """From plain data."""
        return cls(
            name=data.get("name", ""),
            owner=data.get("owner"),
            others=tuple(data.get("others", ())),
            parts=tuple(Part(**{**one, "takes": tuple(one["takes"])}) for one in data.get("parts", ())),
            numbers=tuple(data.get("numbers", ())),
            goals=tuple(Goal(**one) for one in data.get("goals", ())),
        )


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that a reviewer proposes. `measure` is the id of the 施策 that it starts from, None for a new one."""

    plan: int
    fiscal_year: int
    kind: ChangeKind
    measure: int | None
    asked: Asked
    reason: str


def open_years(plan: Plan) -> list[int]:
    """The years from which a change can still count: those that are neither published nor decided."""
    closed = Cycle.objects.filter(plan=plan, state__in=[CycleState.SCHEDULED, CycleState.PUBLISHED])
    last = max(closed.values_list("fiscal_year", flat=True), default=plan.first_year - 1)
    return [year for year in plan.years if year > last]


def living(plan: Plan, fiscal_year: int) -> list[Measure]:
    """The 施策 that the plan has in the year. One query."""
    rows = Measure.objects.filter(plan=plan, first_year__lte=fiscal_year).order_by("code")
    return [row for row in rows if row.last_year is None or row.last_year >= fiscal_year]


def goals_of(measure: Measure, fiscal_year: int) -> dict[int, str]:
    """{number: 評価項目} of the 成果目標 that the 施策 has in the year, by the latest words up to it. One query."""
    rows = IndicatorYear.objects.filter(indicator__measure=measure).select_related("indicator")
    found: dict[int, str] = {}
    for row in rows.order_by("indicator__number", "fiscal_year"):
        ended = row.indicator.last_year is not None and row.indicator.last_year < fiscal_year
        if not ended and (row.fiscal_year <= fiscal_year or row.indicator.number not in found):
            found[row.indicator.number] = row.name or found.get(row.indicator.number, "")
    return found


def latest(measure: Measure, fiscal_year: int) -> MeasureYear | None:
    """What the 施策 says in the year, or in the last year before that says anything. One query."""
    rows = measure.years.filter(fiscal_year__lte=fiscal_year).select_related("owner").order_by("-fiscal_year")
    return rows.first() or measure.years.select_related("owner").order_by("fiscal_year").first()


# --- what cannot be asked ----------------------------------------------------------------------------------------


def problems_of(proposal: Proposal) -> dict[str, str]:
    """{field: sentence} for what cannot be, as things stand now."""
    plan = Plan.objects.get(pk=proposal.plan)
    found: dict[str, str] = {}
    if proposal.fiscal_year not in open_years(plan):
        found["fiscal_year"] = "公表済みまたは公表の決まった年度の計画は変更できません。"
    if not proposal.reason.strip() or problem(proposal.reason):
        found["reason"] = problem(proposal.reason) or "理由を入力してください。"
    known = {row.pk: row for row in living(plan, proposal.fiscal_year)}
    touched = [pk for pk in (proposal.measure, *proposal.asked.others) if pk is not None]
    if any(pk not in known for pk in touched):
        found["measure"] = "その年度にない施策は変更できません。"
    elif proposal.kind != ChangeKind.ADD and proposal.measure is None:
        found["measure"] = "施策を選んでください。"
    elif sent := _sent_already(proposal.fiscal_year, touched):
        found["fiscal_year"] = (
            f"{'、'.join(sent)} はこの年度のシートがもう提出されています。差し戻してからにするか、次の年度から変更してください。"
        )
    if not found:
        measure = known[proposal.measure] if proposal.measure else None
        found = _CHECKS[proposal.kind](plan, measure, proposal.fiscal_year, proposal.asked)
    return found


def sheets_touched(change: PlanChange) -> QuerySet[MeasureReview]:
    """The sheets of the change's first year that it touches. No query yet."""
    measures = [pk for pk in (change.measure_id, *Asked.from_data(change.detail).others) if pk is not None]
    return MeasureReview.objects.filter(
        measure_year__measure__in=measures, measure_year__fiscal_year=change.fiscal_year
    ).order_by("pk")


def _sent_already(fiscal_year: int, measures: Sequence[int]) -> list[str]:
    """The 施策ID whose sheets of the year are no longer with their department."""
    sheets = MeasureReview.objects.filter(measure_year__measure__in=measures, measure_year__fiscal_year=fiscal_year)
    away = sheets.exclude(state__in=OPEN_STATES, outcome="")
    return sorted(away.values_list("measure_year__measure__code", flat=True))


def _name_problem(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME:
        return f"名前を{LONGEST_NAME}文字以内で入力してください。"
    return problem(name)


def _check_name(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
    said = _name_problem(asked.name)
    return {"name": said} if said else {}


def _check_owner(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
    office = Department.objects.filter(pk=asked.owner or 0).first()
    return {} if office else {"owner": "主管部署を選んでください。"}


def _check_parts(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
    found: dict[str, str] = {}
    if not asked.parts:
        found["code"] = "新しい施策を入力してください。"
    codes = [part.code for part in asked.parts]
    taken = set(Measure.objects.filter(plan=plan, code__in=codes).values_list("code", flat=True))
    for place, part in enumerate(asked.parts):
        suffix = str(place + 1) if place else ""
        if not re.fullmatch(r"\d{2}-\d{2}", part.code, re.ASCII):
            found[f"code{suffix}"] = "施策IDは「01-01」の形で入力してください。"
        elif part.code in taken or codes.count(part.code) > 1:
            found[f"code{suffix}"] = "この施策IDはもう使われています。"
        if said := _name_problem(part.name):
            found[f"name{suffix}"] = said
        if not Department.objects.filter(pk=part.owner).exists():
            found[f"owner{suffix}"] = "主管部署を選んでください。"
    if measure:
        ours = goals_of(measure, year)
        taken_along = [number for part in asked.parts for number in part.takes]
        if len(taken_along) != len(set(taken_along)) or not set(taken_along) <= set(ours):
            found["takes"] = "成果目標の移し先を確かめてください。同じ成果目標を2つの施策に移すことはできません。"
    return found


def _check_others(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
    others = set(asked.others) - {measure.pk if measure else None}
    found = (
        {}
        if others and len(others) == len(asked.others)
        else {"others": "統合する施策を、残す施策のほかに選んでください。"}
    )
    if asked.name and (said := _name_problem(asked.name)):
        found["name"] = said
    return found


def _check_goals(least: int, most: int, numbers: int) -> Any:
    def check(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
        found: dict[str, str] = {}
        if measure is None:
            return {"measure": "施策を選んでください。"}
        if len(asked.numbers) < numbers or not set(asked.numbers) <= set(goals_of(measure, year)):
            found["numbers"] = (
                "成果目標を選んでください。" if numbers < 2 else "統合する成果目標を2つ以上選んでください。"
            )
        if not least <= len(asked.goals) <= most:
            found["goal_name"] = (
                "評価項目を入力してください。" if least < 2 else "分割後の評価項目を2つ以上入力してください。"
            )
        for goal in asked.goals:
            if not goal.name.strip() or len(goal.name) > 300 or problem(goal.name) or problem(goal.target):
                found["goal_name"] = "評価項目を300文字以内で入力してください。"
        return found

    return check


def _nothing_more(plan: Plan, measure: Measure | None, year: int, asked: Asked) -> dict[str, str]:
    return {}


_CHECKS = {
    ChangeKind.ADD: _check_parts,
    ChangeKind.RENAME: _check_name,
    ChangeKind.OWNER: _check_owner,
    ChangeKind.SPLIT: _check_parts,
    ChangeKind.MERGE: _check_others,
    ChangeKind.END: _nothing_more,
    ChangeKind.INDICATOR_ADD: _check_goals(1, 1, 0),
    ChangeKind.INDICATOR_RENAME: _check_goals(1, 1, 1),
    ChangeKind.INDICATOR_SPLIT: _check_goals(2, 4, 1),
    ChangeKind.INDICATOR_MERGE: _check_goals(1, 1, 2),
    ChangeKind.INDICATOR_END: _check_goals(0, 0, 1),
}


# --- what it comes to, line by line ------------------------------------------------------------------------------


def lines_of(proposal: Proposal) -> list[dict[str, str]]:
    """[{"code", "item", "before", "after"}]: what stands now and what will stand, as the edition shows it."""
    measure = Measure.objects.filter(pk=proposal.measure or 0).first()
    year, asked, kind = proposal.fiscal_year, proposal.asked, proposal.kind
    label = str(kind.label)
    if kind in (ChangeKind.ADD, ChangeKind.SPLIT):
        origin = _titled(measure, year) if measure else ""
        return [
            {"code": part.code, "item": label, "before": origin, "after": f"{part.name}({_office(part.owner)})"}
            for part in asked.parts
        ] + [_moved(measure, year, part, n) for part in asked.parts for n in part.takes if measure]
    if measure is None:
        return []
    now = latest(measure, year)
    line = {"code": measure.code, "item": label, "before": "", "after": ""}
    if kind == ChangeKind.RENAME:
        return [{**line, "before": now.name if now else "", "after": asked.name}]
    if kind == ChangeKind.OWNER:
        return [{**line, "before": str(now.owner) if now else "", "after": _office(asked.owner)}]
    if kind == ChangeKind.END:
        return [{**line, "before": now.name if now else "", "after": f"{year - 1}年度で終了"}]
    if kind == ChangeKind.MERGE:
        return _merge_lines(measure, year, asked, label)
    ours = goals_of(measure, year)
    before = "\n".join(f"{circled(n)} {ours.get(n, '')}" for n in asked.numbers)
    after = "\n".join(f"{goal.name} {goal.target}".strip() for goal in asked.goals)
    return [{**line, "before": before, "after": after or f"{year - 1}年度で終了"}]


def _merge_lines(measure: Measure, year: int, asked: Asked, label: str) -> list[dict[str, str]]:
    others = Measure.objects.filter(pk__in=asked.others).order_by("code")
    found = [
        {"code": one.code, "item": label, "before": _titled(one, year), "after": f"{measure.code} に統合"}
        for one in others
    ]
    now = latest(measure, year)
    if asked.name and now and now.name != asked.name:
        found.append({"code": measure.code, "item": "施策名", "before": now.name, "after": asked.name})
    return found


def _moved(measure: Measure, year: int, part: Part, number: int) -> dict[str, str]:
    name = goals_of(measure, year).get(number, "")
    return {"code": measure.code, "item": f"成果目標{circled(number)}", "before": name, "after": f"{part.code} に移す"}


def _titled(measure: Measure, year: int) -> str:
    now = latest(measure, year)
    return f"{measure.code} {now.name if now else ''}".strip()


def _office(pk: int | None) -> str:
    return str(Department.objects.filter(pk=pk or 0).first() or "")


# --- proposing and deciding --------------------------------------------------------------------------------------


def propose(*, user: User, proposal: Proposal) -> PlanChange:
    """Propose a change; nothing moves until an approver decides. Raises NotAllowed, or Invalid by field."""
    with transaction.atomic():
        permissions.standing(user, fresh=True)
        require(permissions.is_reviewer(user), "計画の変更は、情報経営課の確認者が提案します。")
        found = problems_of(proposal)
        if found:
            raise Invalid("この変更は提案できません。内容を確かめてください。", found)
        made = PlanChange.objects.create(
            plan_id=proposal.plan,
            fiscal_year=proposal.fiscal_year,
            kind=proposal.kind,
            measure_id=proposal.measure,
            detail=proposal.asked.as_data(),
            lines=lines_of(proposal),
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
    """The proposal as it was made."""
    return Proposal(
        plan=change.plan_id,
        fiscal_year=change.fiscal_year,
        kind=ChangeKind(change.kind),
        measure=change.measure_id,
        asked=Asked.from_data(change.detail),
        reason=change.reason,
    )


def settle(*, user: User, change_id: int, accept: bool, comment: str = "") -> PlanChange:
    """Record an approver's decision, asked again whether the change can still be. The caller lets it take effect.

    Raises NotAllowed, AlreadyDecided, or Invalid where things have moved on since the proposal.
    """
    change = PlanChange.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=change_id)
    # Nobody submits or writes on these between the question and the change.
    list(sheets_touched(change).select_for_update(of=("self",), no_key=True))
    permissions.standing(user, fresh=True)
    require(permissions.is_approver(user), "計画の変更は、DX推進本部の承認者が決定します。")
    if change.state != ChangeState.PROPOSED:
        raise AlreadyDecided(f"この提案はもう「{change.get_state_display()}」になっています。")
    names = permissions.deciding_change(user, change)
    require(bool(names), "ご自分の提案は決定できません。ほかの承認者に依頼してください。")
    if said := problem(comment):
        raise Invalid("意見を保存できません。", {"comment": said})
    if accept:
        found = problems_of(proposal_of(change))
        if found:
            raise Invalid("提案のあとに状況が変わったため、決定できません。" + " ".join(found.values()))
        change.lines = lines_of(proposal_of(change))
    change.state = ChangeState.ACCEPTED if accept else ChangeState.REFUSED
    change.decided_by, change.decided_at, change.comment = user, clock.now(), comment.strip()
    change.on_behalf_of_id = names[0]
    change.save()
    audit.write(
        actor=user,
        action="plan_change.accept" if accept else "plan_change.refuse",
        subject=f"plan_change:{change.pk}",
        after={
            "lines": change.lines,
            "comment": change.comment,
            "on_behalf_of": str(change.on_behalf_of.key) if change.on_behalf_of else "",
        },
    )
    _tell(Event.PLAN_CHANGED if accept else Event.PLAN_CHANGE_REFUSED, user, change)
    return change


def _tell(event: Event, user: User, change: PlanChange) -> None:
    cycle = Cycle.objects.filter(plan=change.plan_id, fiscal_year=change.fiscal_year).first()
    outbox.announce(
        event,
        key=str(change.pk),
        actor=user,
        cycle=cycle,
        payload={
            "change": change.pk,
            "kind": change.get_kind_display(),
            "codes": "、".join(dict.fromkeys(line["code"] for line in change.lines)),
            "comment": change.comment or change.reason,
            "people": [change.proposed_by_id],
            "offices": sorted(_offices(change)),
        },
    )


def _offices(change: PlanChange) -> set[int]:
    """The departments whose sheets the change touches."""
    asked = Asked.from_data(change.detail)
    found = {part.owner for part in asked.parts} | ({asked.owner} if asked.owner else set())
    for pk in (change.measure_id, *asked.others):
        measure = Measure.objects.filter(pk=pk or 0).first()
        now = latest(measure, change.fiscal_year) if measure else None
        if now:
            found.add(now.owner_id)
    return found


def accepted_for(plan: Plan, fiscal_year: int) -> list[PlanChange]:
    """The changes that count from this very year, in the order of their decisions. One query."""
    rows = PlanChange.objects.filter(plan=plan, fiscal_year=fiscal_year, state=ChangeState.ACCEPTED)
    return list(rows.order_by("decided_at", "pk"))


def of_measure(measure_id: int, code: str) -> list[PlanChange]:
    """Every change that names the 施策, the newest first. One query."""
    rows = PlanChange.objects.exclude(state=ChangeState.REFUSED).filter(plan__measures=measure_id).distinct()
    return [row for row in rows if row.measure_id == measure_id or any(line["code"] == code for line in row.lines)]


def numbers_left(measure: Measure) -> int:
    """The next free number of a 成果目標."""
    return max(Indicator.objects.filter(measure=measure).values_list("number", flat=True), default=0) + 1
