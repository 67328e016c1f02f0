"""Events: written with the change, delivered later, each exactly once.

Delivery is one database transaction: it makes the notices and the job requests of the event and marks the row. What
leaves the database afterwards (mail, files) has rows and leases of its own.
"""

import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import F, QuerySet

from review import clock
from review.background.services import causes, doorbell, tables
from review.domain.events import Event
from review.models import Cycle, MeasureReview, OutboxEvent, User

logger = logging.getLogger(__name__)

# From then on the event stands on the operators' page as parked; it is tried on all the same.
MAX_ATTEMPTS = 8
# Nobody sets a time further ahead: one that lies there was written by a wrong clock.
FURTHEST = timedelta(hours=2)


class About(TypedDict, total=False):
    """Who acted, on what, and what its reactions need to know."""

    actor: User | None
    cycle: Cycle | None
    review: MeasureReview | None
    payload: Mapping[str, Any] | None


def announce(event: Event, *, key: str, **about: Unpack[About]) -> OutboxEvent:
    """Write the event. `key` tells one occurrence from another; the same key twice is a programming error."""
    row = occurrence(event, key=key, **about)
    row.save(force_insert=True)
    doorbell.ring_after_commit("event", row.pk)
    return row


def announce_all(rows: Iterable[OutboxEvent]) -> None:
    """The same of many that `occurrence` made."""
    for row in OutboxEvent.objects.bulk_create(rows):
        doorbell.ring_after_commit("event", row.pk)


def occurrence(event: Event, *, key: str, **about: Unpack[About]) -> OutboxEvent:
    """The event as a row that is not stored yet."""
    review = about.get("review")
    return OutboxEvent(
        name=event.value,
        key=f"{event.value}:{key}",
        actor=about.get("actor"),
        cycle=about.get("cycle") or (review.cycle if review else None),
        review=review,
        payload=dict(about.get("payload") or {}),
        created_at=clock.now(),
        not_before=clock.shared(),
    )


def deliver(event_id: int) -> bool:
    """Let the event have its effects. True if this call delivered it; False where it was delivered before.

    A failing reaction undoes the whole delivery; the row is tried again later, and shown as parked from `MAX_ATTEMPTS` on.
    """
    try:
        with transaction.atomic():
            row = OutboxEvent.objects.select_for_update(no_key=True).get(pk=event_id)
            if row.delivered_at:
                return False
            for reaction in tables.reactions_to(row.name):
                reaction(row)
            row.delivered_at, row.parked_at, row.cause = clock.now(), None, ""
            row.save(update_fields=["delivered_at", "parked_at", "cause"])
            return True
    except OutboxEvent.DoesNotExist:
        return False
    except Exception as error:
        reference = uuid.uuid4().hex[:8]
        logger.exception("event %s not delivered (%s)", event_id, reference)
        _postpone(event_id, reference, error)
        return False


def _postpone(event_id: int, reference: str, error: Exception) -> None:
    undelivered = OutboxEvent.objects.filter(pk=event_id, delivered_at=None)
    undelivered.update(attempts=F("attempts") + 1)
    row = undelivered.first()
    if row is None:
        return
    row.cause = f"お知らせや処理の準備に失敗しました(照会番号 {reference})。間をあけて自動でもう一度試します。"
    row.not_before = clock.shared(causes.pause(error, row.attempts))
    if row.attempts >= MAX_ATTEMPTS and row.parked_at is None:
        row.parked_at = clock.now()
    row.save(update_fields=["cause", "not_before", "parked_at"])


def undelivered_ids(limit: int = 200) -> list[int]:
    """Events that wait and are due, oldest first."""
    waiting = OutboxEvent.objects.filter(clock.reached("not_before", FURTHEST), delivered_at=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:limit])


def release(event_id: int) -> None:
    """Let an operator try a parked event again now."""
    _release(OutboxEvent.objects.filter(pk=event_id))


def release_all() -> list[int]:
    """The same for every parked event; their ids."""
    return _release(OutboxEvent.objects.filter(parked_at__isnull=False))


def _release(rows: QuerySet[OutboxEvent]) -> list[int]:
    undelivered = rows.filter(delivered_at=None).order_by("pk").select_for_update(no_key=True)
    with transaction.atomic():
        ids = list(undelivered.values_list("pk", flat=True))
        OutboxEvent.objects.filter(pk__in=ids).update(parked_at=None, attempts=0, not_before=clock.shared(), cause="")
    for pk in ids:
        doorbell.ring_after_commit("event", pk)
    return ids
