"""Reminders of each business morning: which deadlines are near or past, and whose matter goes up.

One event for a department (or for the office) gathers its sheets, so each person reads one notice, not thirty. The
sheets' states are read again when the notice is made: a sheet that was handed in meanwhile is not named.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from review import calendar, clock
from review.background.services import outbox
from review.domain import reminding
from review.domain.events import Event
from review.domain.reminding import Call, Kind, Rule, Step
from review.models import Cycle, CycleState, Heartbeat, MeasureReview, OutboxEvent, ReminderPause
from review.notices.services import waiting

logger = logging.getLogger(__name__)

# When a business morning begins for mails: reminders and the digest leave together.
MORNING = time(8, 30)
# The row that tells which morning was the last.
MARKER = "reminders"
# After a long silence only the latest mornings are made up for.
MOST_MISSED = 10

EVENTS = {
    Kind.NEAR: Event.DEADLINE_NEAR,
    Kind.PASSED: Event.DEADLINE_PASSED,
    Kind.TO_HEAD: Event.DEADLINE_ESCALATED,
    Kind.TO_OFFICE: Event.DEADLINE_ESCALATED,
}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Sheets that are called to mind by one event."""

    step: Step
    call: Call
    department: int | None
    due: datetime


def morning() -> int:
    """Announce the day's reminders, once a business day from `MORNING` on; returns how many events were written.

    Their notices are made at once, so that they share the envelope of the morning's digest. Mornings that were missed
    (a worker was down) are made up for. One query where there is nothing to do.
    """
    last, present = _marks()
    today = timezone.localdate(present)
    if timezone.localtime(present).time() < MORNING or last == today or not calendar.city().is_open(today):
        return 0
    with transaction.atomic(), calendar.cached():
        # Whoever comes second waits here, and then finds the morning done.
        Heartbeat.objects.get_or_create(name=MARKER, defaults={"at": clock.shared(-timedelta(days=1))})
        Heartbeat.objects.select_for_update(no_key=True).get(name=MARKER)
        last, _present = _marks()
        if last == today:
            return 0
        days = _missed(last, today)
        Heartbeat.objects.filter(name=MARKER).update(at=clock.shared())
        running = Cycle.objects.filter(state__in=waiting.RUNNING)
        events = [event for cycle in running for event in announce(cycle, days)]
        for event in events:
            outbox.deliver(event.pk)
        return len(events)


def _marks() -> tuple[date, datetime]:
    """The day of the last morning, and the present, both by the database's clock."""
    marks = Heartbeat.objects.filter(name=MARKER).annotate(present=clock.shared()).values_list("at", "present")
    row = marks.first()
    if row is None:  # the first morning of all
        return clock.today() - timedelta(days=1), clock.now()
    return timezone.localdate(row[0]), row[1]


def _missed(last: date, today: date) -> list[date]:
    """The open days since the last morning, today the last of them. One in the future counts as none: today alone."""
    if last > today:
        logger.warning("the last morning's mark lies in the future (%s): a clock was wrong; today is done anew", last)
        last = today - timedelta(days=1)
    return calendar.city().open_days(last, today)[-MOST_MISSED:]


def announce(cycle: Cycle, days: Sequence[date]) -> list[OutboxEvent]:
    """Write the events of the year's deadlines that stand so to `days`, the last of which is today."""
    rules = reminding.rules_of(cycle.reminders)
    groups: dict[Group, list[int]] = defaultdict(list)
    quiet = Quiet(cycle, days[-1])
    of_the_year = [] if quiet.year else _for_the_decision(cycle, rules[Step.DECIDE], days)
    for review in waiting.sheets(cycle):
        due, step = review.step_due_at, waiting.step_of(review)
        if not due or quiet.covers(review):
            continue
        distances = {calendar.city().distance(day, timezone.localdate(due)) for day in days}
        for call in rules[step].calls(distances):
            groups[_group(review, step, call, due)].append(review.pk)
    of_sheets = sorted(groups.items(), key=lambda pair: str(pair[0]))
    written = [*of_the_year, *(_write(cycle, group, ids, days[-1]) for group, ids in of_sheets)]
    return [event for event in written if event]


def _for_the_decision(cycle: Cycle, rule: Rule, days: Sequence[date]) -> list[OutboxEvent | None]:
    """The year's own 決定, which waits once every sheet is approved; it has the deadline and the days of the 審議."""
    if cycle.state != CycleState.DECIDING or not cycle.decide_due_at:
        return []
    due = timezone.localtime(cycle.decide_due_at)
    distances = {calendar.city().distance(day, due.date()) for day in days}
    return [
        _once(
            Event.DECISION_CALLED,
            key=f"{cycle.pk}:{call.kind}{call.distance}:{due:%Y%m%d%H%M}:{days[-1]:%Y%m%d}",
            cycle=cycle,
            payload={"kind": call.kind.value, "distance": call.distance, "due": due.isoformat()},
        )
        for call in rule.calls(distances)
    ]


def _group(review: MeasureReview, step: Step, call: Call, due: datetime) -> Group:
    own = step in waiting.OF_A_DEPARTMENT and call.kind != Kind.TO_OFFICE
    return Group(step=step, call=call, department=review.measure_year.owner_id if own else None, due=due)


def _write(cycle: Cycle, group: Group, ids: Iterable[int], today: date) -> OutboxEvent | None:
    whose = group.department or "all"
    due = timezone.localtime(group.due)
    key = f"{cycle.pk}:{group.step}:{group.call.kind}{group.call.distance}:{whose}:{due:%Y%m%d%H%M}:{today:%Y%m%d}"
    payload = {
        "step": group.step.value,
        "kind": group.call.kind.value,
        "distance": group.call.distance,
        "due": due.isoformat(),
        "sheets": sorted(ids),
    }
    return _once(EVENTS[group.call.kind], key=key, cycle=cycle, payload=payload)


def _once(event: Event, *, key: str, cycle: Cycle, payload: Mapping[str, object]) -> OutboxEvent | None:
    """Write the event; None where a sweep by a wrong clock wrote that day's before its time."""
    if OutboxEvent.objects.filter(key=f"{event.value}:{key}").exists():
        return None
    return outbox.announce(event, key=key, cycle=cycle, payload=payload)


class Quiet:
    """The pauses of a year on a day. One query."""

    def __init__(self, cycle: Cycle, today: date) -> None:
        rows: list[tuple[int | None, int | None]] = list(
            pauses_on(cycle, today).values_list("department_id", "review_id")
        )
        self.year = (None, None) in rows
        self.departments = {department for department, _ in rows if department}
        self.sheets = {review for _, review in rows if review}

    def covers(self, review: MeasureReview) -> bool:
        """Whether no reminder goes out for the sheet."""
        return self.year or review.measure_year.owner_id in self.departments or review.pk in self.sheets


def pauses_on(cycle: Cycle, day: date) -> QuerySet[ReminderPause]:
    return ReminderPause.objects.filter(cycle=cycle, starts_on__lte=day, ends_on__gte=day, lifted_at=None)
