"""The alarms: each sign that raises one is announced once per incident."""

from django.db import transaction

from review import clock
from review.background.services import outbox
from review.models import Heartbeat
from review.operations.services import signs
from review.trail.services import audit

# How the rows of the workers' signs of life begin, and those that stand while an incident lasts.
WORKER, INCIDENT = "worker:", "incident:"


def alive(name: str) -> None:
    """A worker's sign of life."""
    Heartbeat.objects.update_or_create(name=f"{WORKER}{name}"[:60], defaults={"at": clock.shared()})


def watch() -> bool:
    """The sweep's part: announce an incident when it begins, end it when it is over. True while one lasts."""
    lasting = [_incident(sign) for sign in signs.read() if sign.event]
    return any(lasting)


def _incident(sign: signs.Sign) -> bool:
    name = f"{INCIDENT}{sign.name}"
    if not sign.alarm or sign.event is None:
        Heartbeat.objects.filter(name=name).delete()
        return False
    with transaction.atomic():
        # Of two sweeps at once, the one that inserts the row sends the alarm.
        _, begun = Heartbeat.objects.get_or_create(name=name, defaults={"at": clock.now()})
        if begun:
            entry = audit.write(None, "incident.begin", f"heartbeat:{sign.name}")
            outbox.announce(sign.event, key=str(entry.pk), payload={"cause": sign.alarm})
    return True
