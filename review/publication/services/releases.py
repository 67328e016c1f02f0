"""What is to be published next of each plan, on the day that its office has set, and whether that day was another before."""

from dataclasses import dataclass
from datetime import datetime

from review.models import AuditEntry, Cycle, CycleState


@dataclass(frozen=True, kw_only=True)
class Release:
    """A year whose publication has a day; `before` is the day that was set until `told_at`, where it was moved."""

    plan: str
    plan_name: str
    fiscal_year: int
    at: datetime
    told_at: datetime
    before: datetime | None = None


def coming() -> list[Release]:
    """The next year of each plan that has a day of publication and is not published. Two queries."""
    rows = Cycle.objects.filter(publish_at__isnull=False).exclude(state=CycleState.PUBLISHED).select_related("plan")
    cycles = {one.plan_id: one for one in reversed(rows)}
    by_subject = {f"cycle:{one.pk}": one for one in cycles.values()}
    days: dict[str, list[tuple[str, datetime]]] = {}
    acts = AuditEntry.objects.filter(subject__in=by_subject, action__in=("cycle.deadlines", "cycle.decide"))
    for subject, after, at in acts.order_by("pk").values_list("subject", "after", "at"):
        day, known = str(after.get("publish_at", "")), days.setdefault(subject, [])
        if day and (not known or known[-1][0] != day):
            known.append((day, at))
    return [
        _release(cycle, moment, days.get(subject, []))
        for subject, cycle in by_subject.items()
        if (moment := cycle.publish_at)
    ]


def _release(cycle: Cycle, at: datetime, days: list[tuple[str, datetime]]) -> Release:
    return Release(
        plan=cycle.plan.short_name,
        plan_name=cycle.plan.name,
        fiscal_year=cycle.fiscal_year,
        at=at,
        told_at=days[-1][1] if days else at,
        before=datetime.fromisoformat(days[-2][0]) if len(days) > 1 else None,
    )
