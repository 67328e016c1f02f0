"""Why a change in mid-plan is impossible, field by field: checked at the proposal, and again at its decision."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from review.assessment.services import binding
from review.domain import measure_codes
from review.models import ChangeKind, Department, Measure, MeasureReview, Plan, PlanField
from review.models.sheet import OPEN_STATES
from review.plan.services import measure_state, plans
from review.plan.services.plan_proposals import Detail, Proposal, cycle_of, goals_of, latest, living, open_years
from review.reader_words import problem, year_label

LONGEST_NAME = 200
PLACE = "measure_year__measure__sort_key"


def problems_of(proposal: Proposal) -> dict[str, str]:
    """{field: sentence} for what is impossible now."""
    plan = Plan.objects.get(pk=proposal.plan)
    if proposal.kind == ChangeKind.EXTEND:
        return _extension_problems(plan, proposal)
    problems: dict[str, str] = {}
    if proposal.fiscal_year not in open_years(plan):
        problems["fiscal_year"] = _("公表済みまたは公表の決まった年度の計画は変更できません。")
    if not proposal.reason.strip() or problem(proposal.reason):
        problems["reason"] = problem(proposal.reason) or _("理由を入力してください。")
    known = {row.pk: row for row in living(plan, proposal.fiscal_year)}
    touched = [pk for pk in (proposal.measure, *proposal.detail.others) if pk is not None]
    if any(pk not in known for pk in touched):
        problems["measure"] = _("その年度にない施策は変更できません。")
    elif proposal.kind != ChangeKind.ADD and proposal.measure is None:
        problems["measure"] = _("施策を選んでください。")
    elif sent := _sent_already(proposal.fiscal_year, touched):
        problems["fiscal_year"] = _(
            "%(codes)s はこの年度のシートがもう提出されています。差し戻してからにするか、次の年度から変更してください。"
        ) % {"codes": _("、").join(sent)}
    if not problems:
        measure = known[proposal.measure] if proposal.measure else None
        check = _CHECKS.get(proposal.kind)
        problems = check(plan, measure, proposal.fiscal_year, proposal.detail) if check else {}
    return problems


def _extension_problems(plan: Plan, proposal: Proposal) -> dict[str, str]:
    """Why the plan cannot go on until that year."""
    problems: dict[str, str] = {}
    last = proposal.detail.last_year or 0
    if proposal.fiscal_year != plan.last_year + 1 or last <= plan.last_year:
        problems["last_year"] = _("今の最終年度(%(year)s)より後の年度を入力してください。") % {
            "year": year_label(plan.last_year)
        }
    elif not plans.possible_period(plan.first_year, last):
        problems["last_year"] = _("計画期間は、始まりから終わりまで%(most)s年以内の年度(西暦)にしてください。") % {
            "most": plans.LONGEST_PERIOD
        }
    if not proposal.reason.strip() or problem(proposal.reason):
        problems["reason"] = problem(proposal.reason) or _("理由を入力してください。")
    if not problems and MeasureReview.objects.filter(cycle__plan=plan, state__in=binding.OPEN_TO_CHANGE).exists():
        problems["last_year"] = _(
            "提出された施策シートがこの内容で確認・承認されているため、その年度が公表されるまで変えられません。"
        )
    return problems


def _sent_already(fiscal_year: int, measures: Sequence[int]) -> list[str]:
    """The 施策ID whose sheets of the year are no longer with their department."""
    sheets = MeasureReview.objects.filter(measure_year__measure__in=measures, measure_year__fiscal_year=fiscal_year)
    away = sheets.exclude(state__in=OPEN_STATES, outcome="")
    return list(away.order_by(PLACE).values_list("measure_year__measure__code", flat=True))


def _name_problem(name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME:
        return _("名前を%(most)s文字以内で入力してください。") % {"most": LONGEST_NAME}
    return problem(name)


def _check_values(plan: Plan, measure: Measure | None, year: int, detail: Detail) -> dict[str, str]:
    """What a form of the whole 施策 says: of one that there is, or of a new one."""
    if measure and not detail.values:
        return {"name": _("変わったところがありません。")}
    cycle = cycle_of(plan, year)
    now = measure_state.state_of(cycle, latest(measure, year) if measure else None)
    return measure_state.problems_of(cycle, measure, now, detail.values)


def _check_new(plan: Plan, measure: Measure | None, year: int, detail: Detail) -> dict[str, str]:
    problems = _check_values(plan, None, year, detail) if detail.values else {}
    return {**problems, **check_parts(plan, measure, year, detail)}


def check_parts(plan: Plan, measure: Measure | None, year: int, detail: Detail) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not detail.parts:
        problems["code"] = _("新しい施策を入力してください。")
    codes = [measure_codes.same(part.code) for part in detail.parts]
    taken = set(map(measure_codes.same, Measure.objects.filter(plan=plan).values_list("code", flat=True)))
    fields = set(PlanField.objects.filter(plan=plan).values_list("pk", flat=True))
    for place, part in enumerate(detail.parts):
        suffix = str(place + 1) if place else ""
        if not measure_codes.is_code(part.code):
            sentence = _("施策IDは、文字か数字を含む%(most)s文字以内で入力してください。")
            problems[f"code{suffix}"] = sentence % {"most": measure_codes.LONGEST}
        elif codes[place] in taken or codes.count(codes[place]) > 1:
            problems[f"code{suffix}"] = _("この施策IDはもう使われています。")
        if part.field not in fields:
            problems[f"field{suffix}"] = _("分野を選んでください。")
        if message := _name_problem(part.name):
            problems[f"name{suffix}"] = message
        if not Department.objects.filter(pk=part.owner).exists():
            problems[f"owner{suffix}"] = _("主管部署を選んでください。")
    if measure:
        ours = goals_of(measure, year)
        taken_along = [number for part in detail.parts for number in part.takes]
        if len(taken_along) != len(set(taken_along)) or not set(taken_along) <= set(ours):
            problems["takes"] = _("成果目標の移し先を確かめてください。同じ成果目標を2つの施策に移すことはできません。")
    return problems


def _check_others(plan: Plan, measure: Measure | None, year: int, detail: Detail) -> dict[str, str]:
    others = set(detail.others) - {measure.pk if measure else None}
    problems = (
        {}
        if others and len(others) == len(detail.others)
        else {"others": _("統合する施策を、残す施策のほかに選んでください。")}
    )
    if detail.name and (message := _name_problem(detail.name)):
        problems["name"] = message
    return problems


_CHECKS = {
    ChangeKind.ADD: _check_new,
    ChangeKind.EDIT: _check_values,
    ChangeKind.SPLIT: check_parts,
    ChangeKind.MERGE: _check_others,
}
