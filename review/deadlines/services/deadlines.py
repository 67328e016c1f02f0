"""Deadlines beside the year's own: a department's, and that of a sheet which was returned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review import calendar, clock, holders, permissions
from review.deadlines.services import deadline_changes
from review.deadlines.services.deadline_changes import LABELS
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, CycleState, Department, User
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require

# What a deadline must not come before.
_AFTER = {"closes_at": "due_at", "endorse_due_at": "due_at", "review_due_at": "closes_at", "decide_due_at": "closes_at"}
END_OF_DAY = time(17, 15)


def order_problems(moments: Mapping[str, Any]) -> dict[str, str]:
    """{deadline: sentence} for each that comes before another that it must follow."""
    problems: dict[str, str] = {}
    for name, other in (*_AFTER.items(), ("decide_due_at", "review_due_at")):
        if moments.get(name) and moments.get(other) and moments[name] < moments[other]:
            problems[name] = _("%(deadline)sは%(other)sより後にしてください。") % {
                "deadline": _(LABELS[name]),
                "other": _(LABELS[other]),
            }
    return problems


@dataclass(frozen=True, kw_only=True)
class OwnDeadlines:
    """A department's own deadlines; None where the year's holds. All None: the department follows the year again."""

    due_at: datetime | None = None
    closes_at: datetime | None = None
    endorse_due_at: datetime | None = None
    review_due_at: datetime | None = None
    decide_due_at: datetime | None = None

    def as_data(self) -> dict[str, str]:
        """What is set, as JSON."""
        return {name: moment.isoformat() for name, moment in vars(self).items() if moment}


def set_for_department(
    *, user: User, cycle_id: int, department: Department, own: OwnDeadlines, reason: str = ""
) -> Cycle:
    """Give a department deadlines of its own, with a reason, or (nothing set) let it follow the year again."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_manage_cycle(user, cycle.plan_id), _("期限は%(office)sまたは管理者が設定します。"), cycle
        )
        if cycle.state == CycleState.PUBLISHED:
            raise AlreadyDecided(_("公表済みの年度の期限は変更できません。"))
        key, data = str(department.pk), own.as_data()
        _check(cycle, own, reason)
        moments = {name: cycle.deadline(name, department.pk) for name in LABELS}
        before = cycle.department_deadlines.pop(key, {})
        if data:
            cycle.department_deadlines[key] = {**data, "reason": reason.strip()}
        cycle.save(update_fields=["department_deadlines"])
        entry = audit.write(
            user,
            "cycle.department_deadlines",
            f"cycle:{cycle.pk}",
            before={"department": department.name, **before},
            after={"department": department.name, **cycle.department_deadlines.get(key, {})},
        )
        after = {name: cycle.deadline(name, department.pk) for name in LABELS}
        deadline_changes.tell(user=user, cycle=cycle, entry=entry, before=moments, after=after, department=department)
        return cycle


def _check(cycle: Cycle, own: OwnDeadlines, reason: str) -> None:
    """Raise Invalid where a department's deadlines have no reason, or stand in the wrong order among the year's."""
    if not own.as_data():
        return
    moments = {name: value or getattr(cycle, name) for name, value in vars(own).items()}
    if own.due_at and not own.closes_at and moments["closes_at"]:
        # The year's 締切 would shut the sheets before they are due; `MeasureReview.closes_at` waits for them.
        moments["closes_at"] = max(moments["closes_at"], own.due_at)
    problems = {name: sentence for name, sentence in order_problems(moments).items() if getattr(own, name)}
    if not reason.strip() or problem(reason):
        problems["reason"] = problem(reason) or _("部署ごとの期限を設ける理由を入力してください。")
    if problems:
        raise Invalid(_("期限の順序と理由を確かめてください。"), problems)


def after_return(cycle: Cycle) -> datetime:
    """The deadline of a sheet that is returned now: at the hour of 提出期限, so many business days from today."""
    day = calendar.city().add(clock.today(), cycle.return_days)
    hour = timezone.localtime(cycle.due_at).time() if cycle.due_at else END_OF_DAY
    return timezone.make_aware(datetime.combine(day, hour))
