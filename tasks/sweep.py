"""Runs every thirty seconds: rings again for whatever stands waiting. All of it may run twice at once."""

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task

from review import clock
from review.background.services import doorbell, jobs, outbox, tables
from review.mail.services import envelopes, mailing
from review.models import Heartbeat
from review.notices.services import reminders

logger = logging.getLogger(__name__)


@shared_task(name="tasks.sweep.sweep")
def sweep() -> dict[str, int]:
    """Ring for undelivered events, due jobs and waiting mails; then every part of the tables. Returns how many of each."""
    counts = {
        "event": _ring_once("event", bool(outbox.undelivered_ids(1))),
        "job": _ring_for("job", jobs.due_ids()),
        "reminded": _apart("reminded", reminders.morning),  # before the envelopes are filled: they share the digest
        "gathered": _apart("gathered", envelopes.gather),
        "mail": _ring_once("mail", mailing.anything_due()),
    }
    for part in tables.sweep():
        _apart(part.__name__, part)
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": clock.shared()})
    return counts


def _apart(name: str, part: Callable[[], Any]) -> Any:
    """One broken part must not stop the rest of the sweep."""
    try:
        return part()
    except Exception:
        logger.exception("part of the sweep failed: %s", name)
        return 0


def _ring_for(what: str, ids: list[int]) -> int:
    for pk in ids:
        doorbell.ring_after_commit(what, pk)
    return len(ids)


def _ring_once(what: str, waiting: bool) -> bool:
    """One bell, however many wait: whoever hears it takes them all."""
    if waiting:
        doorbell.ring_after_commit(what)
    return waiting
