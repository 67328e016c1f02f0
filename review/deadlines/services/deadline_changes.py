"""Telling those concerned that a deadline changed: one notice each, in the next digest."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from review import holders
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.models import AuditEntry, Cycle, Department, MeasureReview, OutboxEvent, ReviewState, Role, User
from review.models.sheet import OPEN_STATES
from review.notices.services import waiting

#: The deadlines of a year, in their order.
LABELS = {
    "due_at": "提出期限", "closes_at": "締切", "endorse_due_at": "所属長確認期限", "review_due_at": "確認期限",
    "decide_due_at": "審議期限",
}  # fmt: skip
Moments = Mapping[str, datetime | None]
_WRITE, _HEAD = ("due_at", "closes_at"), "endorse_due_at"


def tell(
    *,
    user: User,
    cycle: Cycle,
    before: Moments,
    after: Moments,
    entry: AuditEntry,
    department: Department | None = None,
) -> OutboxEvent | None:
    """Announce what changed of a running year, or of one department there. None where nothing did, where the year does
    not run, and where nobody is concerned. The caller's transaction; four queries at most."""
    changed = [name for name in LABELS if before.get(name) != after.get(name)]
    if not changed or cycle.state not in waiting.RUNNING:
        return None
    people = sorted({person.pk for person in concerned(cycle, changed, department)} - {user.pk})
    if not people:
        return None
    lines = [f"・{LABELS[name]}: {moment_text(before.get(name))} → {moment_text(after.get(name))}" for name in changed]
    head = [f"{department.name}の期限です。"] if department else []
    payload = {"people": people, "changes": "\n".join([*head, *lines])}
    return outbox.announce(
        Event.DEADLINES_CHANGED, key=f"{cycle.pk}:{entry.pk}", actor=user, cycle=cycle, payload=payload
    )


def concerned(cycle: Cycle, changed: list[str], department: Department | None) -> Iterator[User]:
    """Whoever has still to keep one of the deadlines: departments whose sheets are not in, their heads, and those who
    review and decide. A department with a deadline of its own is not touched by the year's."""
    if set(changed) & set(_WRITE):
        names = [name for name in _WRITE if name in changed]
        owners = [
            one for one in owing(cycle, OPEN_STATES, department) if department or not follows_own(cycle, one, names)
        ]
        yield from holders.holding(Role.CONTRIBUTOR, Role.HEAD, departments=owners)
    if _HEAD in changed and cycle.requires_endorsement:
        owners = owing(cycle, (*OPEN_STATES, ReviewState.ENDORSING), department)
        yield from waiting.heads([one for one in owners if department or not follows_own(cycle, one, [_HEAD])])
    if "review_due_at" in changed:
        yield from waiting.reviewers(cycle.plan_id)
    if "decide_due_at" in changed:
        yield from holders.holding(Role.APPROVER, plan=cycle.plan_id)


def owing(cycle: Cycle, states: tuple[Any, ...], department: Department | None) -> list[Department]:
    """The departments that have still to take the step. One query."""
    sheets = MeasureReview.objects.filter(cycle=cycle, state__in=states, outcome="")
    owners = Department.objects.filter(pk__in=sheets.order_by().values("measure_year__owner"))
    return list(owners.filter(pk=department.pk) if department else owners)


def follows_own(cycle: Cycle, department: Department, names: list[str]) -> bool:
    """Whether the department has deadlines of its own in place of all of these."""
    own = cycle.department_deadlines.get(str(department.pk), {})
    return all(name in own for name in names)


def moment_text(moment: datetime | None) -> str:
    """令和7年6月20日(金) 17:15; 定めなし."""
    if moment is None:
        return "定めなし"
    local = timezone.localtime(moment)
    return f"{wareki(local.date())} {local:%H:%M}"
