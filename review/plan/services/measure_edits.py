"""A drafted year's 施策, changed freely: edited, added and ended, each with its row in the trail.

Once the year is open, the same is proposed with a reason and decided (`plan_changes`).
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from review import permissions
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, Indicator, IndicatorYear, Measure, MeasureYear, PlanChange, User
from review.plan.services import measure_state, plan_effects, plans
from review.plan.services.measure_state import State
from review.plan.services.plan_checks import check_parts
from review.plan.services.plan_proposals import Detail, Part
from review.trail.services import audit

#: What the history of a 施策 tells.
ACTIONS = EDITED, ADDED, ENDED = "measure.edit", "measure.add", "measure.end"


def edit(*, user: User, cycle_id: int, code: str, changes: State) -> MeasureYear:
    """Store what differs. Raises NotAllowed, AlreadyDecided once the year is open, Invalid by key."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        year = _year(cycle, code)
        now = measure_state.state_of(cycle, year)
        changes = {key: value for key, value in changes.items() if now.get(key, "") != value}
        if problems := measure_state.problems_of(cycle, year.measure, now, changes):
            raise Invalid(_("施策を保存できません。内容を確かめてください。"), problems)
        if changes:
            measure_state.store(cycle, year.measure, changes)
            _write(user, EDITED, year.measure, cycle, {key: now.get(key, "") for key in changes}, changes)
        return year


def add(*, user: User, cycle_id: int, part: Part, changes: State) -> MeasureYear:
    """A new 施策 from the drafted year on, with all that its form says. Raises as `edit`."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        problems = {
            **measure_state.problems_of(cycle, None, measure_state.state_of(cycle, None), changes),
            **check_parts(cycle.plan, None, cycle.fiscal_year, Detail(parts=(part,))),
        }
        if problems:
            raise Invalid(_("施策を追加できません。内容を確かめてください。"), problems)
        year = plan_effects.make(cycle.plan_id, cycle.fiscal_year, part)
        measure_state.store(cycle, year.measure, changes)
        _write(user, ADDED, year.measure, cycle, {}, {"name": part.name, "owner": str(part.owner), **changes})
        return year


def end(*, user: User, cycle_id: int, code: str) -> None:
    """The 施策 ends with the year before; one of which nothing else is stored goes altogether. Raises as `edit`."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        measure = _year(cycle, code).measure
        before = plan_effects.clear(measure, cycle.fiscal_year)
        _write(user, ENDED, measure, cycle, {"code": measure.code, **before}, {})
        if _stands_alone(measure):
            measure.indicators.all().delete()
            measure.delete()
        else:
            measure.last_year = cycle.fiscal_year - 1
            measure.save(update_fields=["last_year"])


def _stands_alone(measure: Measure) -> bool:
    """Whether nothing tells of the 施策: no other year, no value, no change, no goal that went on elsewhere."""
    others = (
        measure.years.all(),
        IndicatorYear.objects.filter(indicator__measure=measure),
        PlanChange.objects.filter(measure=measure),
        Indicator.objects.filter(continues__measure=measure),
    )
    return measure.continues_id is None and not any(rows.exists() for rows in others)


def _draft(user: User, cycle_id: int) -> Cycle:
    return plans.drafted(
        user,
        cycle_id,
        may=permissions.may_change_plan,
        refusal=_("施策は、%(office)sの確認者が変えます(確認者がいない間は管理者)。"),
        opened=_("%(year)sは開始されています。施策の変更は、理由を付けて提案してください。"),
    )


def _year(cycle: Cycle, code: str) -> MeasureYear:
    rows = MeasureYear.objects.filter(measure__plan=cycle.plan_id, fiscal_year=cycle.fiscal_year, measure__code=code)
    year = rows.select_related("measure").first()
    if year is None:
        sentence = _("施策「%(code)s」は、この年度にはありません。ほかの人が廃止したのかもしれません。")
        raise AlreadyDecided(sentence % {"code": code})
    return year


def _write(user: User, action: str, measure: Measure, cycle: Cycle, before: dict[str, Any], after: State) -> None:
    after_with_year = {**after, "fiscal_year": cycle.fiscal_year}
    audit.write(actor=user, action=action, subject=f"measure:{measure.pk}", before=before, after=after_with_year)
