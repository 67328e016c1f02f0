"""段階ごとの日数: how long each pass through a step took, from what was submitted, recalled and decided."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, DateTimeField, QuerySet, Value
from django.utils.translation import gettext_lazy

from review import names
from review.models import Cycle, Decision, MeasureReview, Step, Submission, Verdict

DEPARTMENT, ENDORSE, REVIEW, APPROVE = "department", "endorse", "review", "approve"
LABELS = {
    DEPARTMENT: gettext_lazy("入力と提出(主管部署)"),
    ENDORSE: gettext_lazy("所属長の確認"),
    REVIEW: gettext_lazy("確認(%(office)s)"),
    APPROVE: gettext_lazy("承認(%(body)s)"),
}
Event = tuple[datetime, str]


def step_times(reviews: QuerySet[MeasureReview], cycle: Cycle) -> list[dict[str, Any]]:
    """For each step that somebody finished: how many passes, their mean and the longest, in days. One query."""
    if cycle.opened_at is None:
        return []
    took: dict[str, list[timedelta]] = {}
    for events in events_of(reviews, cycle).values():
        for step, days in passes(cycle.opened_at, sorted(events)):
            took.setdefault(step, []).append(days)
    return [
        {
            "label": str(label) % names.of(cycle),
            "count": len(took[step]),
            "mean": in_days(sum(took[step], timedelta()) / len(took[step])),
            "longest": in_days(max(took[step])),
        }
        for step, label in LABELS.items()
        if step in took
    ]


def events_of(reviews: QuerySet[MeasureReview], cycle: Cycle) -> dict[int, list[Event]]:
    """{sheet: [(when, who has it from then on)]}. One query."""
    events: dict[int, list[Event]] = {}
    numbers = reviews.order_by().values("pk")
    after_submission = ENDORSE if cycle.requires_endorsement else REVIEW
    nothing, never = Value(None, output_field=CharField()), Value(None, output_field=DateTimeField())
    sent = Submission.objects.filter(review__in=numbers).order_by().annotate(taken=nothing, as_what=nothing)
    decided = Decision.objects.filter(review__in=numbers).exclude(step=Step.SETTLE).order_by().annotate(never=never)
    rows: QuerySet[Any, Any] = sent.values_list("review_id", "submitted_at", "recalled_at", "taken", "as_what")
    taken = decided.values_list("review_id", "decided_at", "never", "step", "verdict")
    for review, at, recalled, step, verdict in rows.union(taken, all=True):
        events.setdefault(review, []).append((at, next_holder(step, verdict) if step else after_submission))
        if recalled:
            events[review].append((recalled, DEPARTMENT))
    return events


def next_holder(step: str, verdict: str) -> str:
    """Who has the sheet after a decision; '' once it is approved."""
    if verdict == Verdict.RETURN:
        return DEPARTMENT
    if verdict in (Verdict.RETURN_TO_REVIEW, Verdict.WITHDRAW_REVIEW):
        return REVIEW
    if verdict == Verdict.WITHDRAW_APPROVAL:
        return APPROVE
    return {Step.ENDORSE.value: REVIEW, Step.REVIEW.value: APPROVE}.get(step, "")


def passes(opened: datetime, events: list[Event]) -> Iterator[tuple[str, timedelta]]:
    """Each finished stay of a sheet: with whom, and for how long."""
    holder, since = DEPARTMENT, opened
    for at, following in events:
        if holder:
            yield holder, max(at - since, timedelta())
        holder, since = following, at


def in_days(span: timedelta) -> float:
    """Days with one decimal."""
    return round(span.total_seconds() / 86400, 1)
