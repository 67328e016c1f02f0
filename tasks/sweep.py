"""Runs every thirty seconds: rings again for whatever stands waiting. All of it may run twice at once."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from review import clock
from review.background.services import doorbell, jobs, outbox
from review.books.services import artifacts
from review.mail.services import envelopes, mailing
from review.models import Heartbeat
from review.notices.services import asking, reminders
from review.operations.services import alarm
from review.people.services import reorganisation, representation
from review.screens.services import throttle
from review.sheet.services import concurrence

logger = logging.getLogger(__name__)

_also: list[Callable[[], object]] = []


def also(part: Callable[[], object]) -> Callable[[], object]:
    """Register a part of the sweep that belongs to a storey above."""
    if part not in _also:
        _also.append(part)
    return part


@shared_task(name="tasks.sweep.sweep")
def sweep() -> dict[str, int]:
    """Ring for undelivered events, due jobs and waiting mails; then the storeys above. Returns how many of each."""
    found = {
        "event": _ring_for("event", outbox.undelivered_ids()),
        "job": _ring_for("job", jobs.due_ids()),
        "reminded": _remind(),
        "gathered": _gather(),
        "mail": _ring_for_mail(),
    }
    for part in (
        reorganisation.take_effect,
        representation.tell_ends,
        asking.ask_anew,
        *_also,
        concurrence.close_silent,
        artifacts.retire,
        artifacts.remove_orphans,
        throttle.remove_old,
        alarm.watch,
        alarm.watch_anchors,
    ):
        try:
            part()
        except Exception:  # one broken part must not stop the rest of the sweep
            logger.exception("part of the sweep failed: %s", part.__name__)
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": clock.shared()})
    return found


def _remind() -> int:
    """Before the envelopes are filled, so that the reminders of a morning share its digest."""
    try:
        return reminders.morning()
    except Exception:  # mails go out all the same
        logger.exception("reminders failed")
        return 0


def _gather() -> int:
    try:
        return envelopes.gather()
    except Exception:  # what lies in an envelope already goes out, and the rest of the sweep is done
        logger.exception("notices not gathered")
        return 0


def _ring_for(what: str, ids: list[int]) -> int:
    for pk in ids:
        doorbell.ring_after_commit(what, pk)
    return len(ids)


def _ring_for_mail() -> bool:
    """One bell, however many wait: whoever hears it sends them all over one connection."""
    waiting = mailing.anything_due()
    if waiting:
        doorbell.ring_after_commit("mail")
    return waiting
