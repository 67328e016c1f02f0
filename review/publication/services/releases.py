"""What is to be published next of each plan, on the day that its office has set, and whether that day was another before."""

from datetime import datetime
from typing import NamedTuple

from review.models import AuditEntry, Cycle, CycleState


class Release(NamedTuple):
    """A year whose publication has a day; `before` is the day that stood until `told_at`, where it was moved."""

    cycle: Cycle
    at: datetime
    told_at: datetime
    before: datetime | None


def coming() -> list[Release]:
    """The next year of each plan that has a day of publication and is not published. Two queries."""
    rows = Cycle.objects.filter(publish_at__isnull=False).exclude(state=CycleState.PUBLISHED).select_related("plan")
    cycles = {f"cycle:{one.pk}": one for one in {one.plan_id: one for one in reversed(rows)}.values()}
    days: dict[str, dict[str, datetime]] = {subject: {} for subject in cycles}
    acts = AuditEntry.objects.filter(subject__in=cycles, action__in=("cycle.deadlines", "cycle.decide")).order_by("pk")
    for subject, after, at in acts.values_list("subject", "after", "at"):
        known, day = days[subject], after.get("publish_at")
        if day and day not in [*known][-1:]:
            known.pop(day, None)
            known[day] = at
    return [_release(cycle, day, days[subject]) for subject, cycle in cycles.items() if (day := cycle.publish_at)]


def _release(cycle: Cycle, day: datetime, days: dict[str, datetime]) -> Release:
    before = [*days][-2:-1]
    return Release(cycle, day, [day, *days.values()][-1], datetime.fromisoformat(before[0]) if before else None)
