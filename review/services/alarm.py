"""The alarm: something has waited for its delivery longer than five minutes. Operators are told once an incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from review import clock, queries
from review.domain.events import Event
from review.models import Heartbeat
from review.services import outbox

ALERT_AFTER = timedelta(minutes=5)
# The row that stands while an incident lasts.
INCIDENT = "late"
# How the rows of the workers' signs of life begin.
WORKER = "worker:"


def oldest_late(waiting: dict[str, Any], now: datetime) -> datetime | None:
    """Since when the oldest undelivered row of `queries.backlog()` waits, where that is longer than five minutes."""
    oldest = [part["oldest"] for part in waiting.values() if part["oldest"]]
    return min(oldest) if oldest and now - min(oldest) > ALERT_AFTER else None


def alive(name: str) -> None:
    """A worker's sign of life."""
    Heartbeat.objects.update_or_create(name=f"{WORKER}{name}"[:60], defaults={"at": clock.now()})


def watch() -> bool:
    """The sweep's part: announce an incident when it begins, end it when nothing is late. True while one lasts."""
    since = oldest_late(queries.backlog(), clock.now())
    if since is None:
        Heartbeat.objects.filter(name=INCIDENT).delete()
        return False
    with transaction.atomic():
        # Of two sweeps at once, the one that makes the row tells.
        _, begun = Heartbeat.objects.get_or_create(name=INCIDENT, defaults={"at": since})
        if begun:
            outbox.announce(Event.DELIVERY_LATE, key=f"{clock.now():%Y-%m-%dT%H:%M:%S.%f}")
    return True
