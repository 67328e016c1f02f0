"""The alarms: something has waited for its delivery longer than five minutes, or the trail for an anchor longer than two
hours. Each is reported once per incident."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from review import clock, queries
from review.background.services import outbox
from review.domain.events import Event
from review.models import Heartbeat
from review.operations.services import anchors, signs
from review.trail.services import audit

ALERT_AFTER = timedelta(minutes=5)
# The rows that stand while an incident lasts.
LATE_DELIVERY, LATE_ANCHOR = "late", "anchor late"
# How the rows of the workers' signs of life begin.
WORKER = "worker:"


def oldest_late(waiting: dict[str, Any], now: datetime) -> datetime | None:
    """Since when the oldest undelivered row of `queries.backlog()` waits, where that is longer than five minutes.

    A row of the future waits too, since nobody knows when. A job may be due later than now.
    """
    oldest = [part["oldest"] for name, part in waiting.items() if name != "jobs" and part["oldest"]]
    late = [moment for moment in oldest if clock.is_past(moment, ALERT_AFTER, now)]
    jobs = waiting["jobs"]["oldest"]
    return min([*late, *([jobs] if jobs and now - jobs > ALERT_AFTER else [])], default=None)


def patience() -> timedelta:
    """Two sweeps may be late (a restart, a long transaction) before an operator need know."""
    return timedelta(seconds=3 * settings.MEGURI_SWEEP_SECONDS + 30)


def alive(name: str) -> None:
    """A worker's sign of life."""
    Heartbeat.objects.update_or_create(name=f"{WORKER}{name}"[:60], defaults={"at": clock.shared()})


def marks_ahead() -> list[Heartbeat]:
    """Marks of what was done that lie in the future, where only a wrong clock can have put them. One query."""
    return list(Heartbeat.objects.filter(at__gt=clock.shared(clock.SLACK)).order_by("name"))


def watch() -> bool:
    """The sweep's part: announce an incident when it begins, end it when nothing is late. True while one lasts."""
    since = oldest_late(queries.backlog(), clock.now())
    return incident(LATE_DELIVERY, Event.DELIVERY_LATE, since)


def watch_anchors() -> bool:
    """The same for the hourly anchors of the audit trail."""
    now = anchors.standing()
    return incident(LATE_ANCHOR, Event.ANCHOR_LATE, now.window.since if now.late else None)


def watch_signs() -> bool:
    """The same for disk, backup and refused sign-ins: one mail when it begins."""
    now = clock.now()
    lasting = [
        incident(f"sign {sign.name}", Event.OPERATION_ALARM, now if sign.alarm else None, cause=sign.alarm)
        for sign in signs.read(now)
        if sign.mailed
    ]
    return any(lasting)


def incident(name: str, event: Event, since: datetime | None, **words: str) -> bool:
    """Announce it with its first sight, and end it where there is no `since`. True while it lasts."""
    if since is None:
        Heartbeat.objects.filter(name=name).delete()
        return False
    with transaction.atomic():
        # Of two sweeps at once, the one that inserts the row sends the alarm.
        _, begun = Heartbeat.objects.get_or_create(name=name, defaults={"at": since})
        if begun:
            entry = audit.write(None, "incident.begin", f"heartbeat:{name}")
            outbox.announce(event, key=str(entry.pk), payload=words)
    return True
