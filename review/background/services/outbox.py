"""Events: written with the change, delivered later, each exactly once.

Delivery is one database transaction, of one event or of a set: it makes the notices and the job requests of the events and
marks their rows. What leaves the database afterwards (mail, files) has rows and leases of its own.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import F, Q

from review import clock
from review.background.services import causes, doorbell, tables
from review.domain.events import Event
from review.models import Cycle, MeasureReview, OutboxEvent, User

logger = logging.getLogger(__name__)

# From then on the event stands on the operators' page as parked; it is tried on all the same.
MAX_ATTEMPTS = 8
# Nobody sets a time further ahead: one that lies there was written by a wrong clock.
FURTHEST = timedelta(hours=2)
#: How many events are delivered in one transaction at most.
SET = 500
#: What reactions read of an event.
_READ = (
    "actor", "cycle__plan", "review__cycle__plan", "review__measure_year__measure", "review__measure_year__owner",
)  # fmt: skip


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
    """The same of many that `occurrence` made; one bell for them all."""
    OutboxEvent.objects.bulk_create(rows)
    doorbell.ring_after_commit("event")


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
        return bool(_deliver([event_id]))
    except Exception as error:
        reference = uuid.uuid4().hex[:8]
        logger.exception("event %s not delivered (%s)", event_id, reference)
        _postpone(event_id, reference, error)
        return False


def deliver_waiting() -> int:
    """Deliver a set of what waits and is due, oldest first, and ring again for more; how many this call delivered.

    Sets take turns: whoever comes second waits here, and finds the first set's events delivered. Where one event stands in
    the way of its set, each is delivered by itself, so that it alone is tried again later.
    """
    numbers = undelivered_ids(SET)
    try:
        delivered = _deliver(numbers)
    except Exception as error:
        logger.warning("%s events not delivered together: %s", len(numbers), type(error).__name__)
        delivered = sum(map(deliver, numbers))
    if len(numbers) == SET:
        doorbell.ring_after_commit("event")
    return delivered


def _deliver(numbers: Sequence[int]) -> int:
    with transaction.atomic():
        waiting = OutboxEvent.objects.filter(pk__in=numbers, delivered_at=None).order_by("pk")
        locked = list(waiting.select_for_update(no_key=True).values_list("pk", flat=True))
        # Read behind the lock: what they tell of may have moved while it was awaited.
        for run in _runs(OutboxEvent.objects.filter(pk__in=locked).order_by("pk").select_related(*_READ)):
            for reaction in tables.reactions_to(run[0].name):
                reaction(run)
        delivered = OutboxEvent.objects.filter(pk__in=locked)
        return delivered.update(delivered_at=clock.now(), parked_at=None, cause="") if locked else 0


def _runs(rows: Iterable[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    """Events of one name in a row, each of another sheet: what is said of a sheet must find what was said of it before."""
    run: dict[int | None, OutboxEvent] = {}
    for row in rows:
        if run and (row.review_id is None or row.review_id in run or any(one.name != row.name for one in run.values())):
            yield list(run.values())
            run = {}
        run[row.review_id] = row
    if run:
        yield list(run.values())


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


def release(event_id: int = 0) -> list[int]:
    """Let an operator try a parked event, or all of them, again now; their ids."""
    chosen = Q(pk=event_id) if event_id else Q(parked_at__isnull=False)
    with transaction.atomic():
        parked = OutboxEvent.objects.filter(chosen, delivered_at=None).order_by("pk").select_for_update(no_key=True)
        ids = list(parked.values_list("pk", flat=True))
        OutboxEvent.objects.filter(pk__in=ids).update(parked_at=None, attempts=0, not_before=clock.shared(), cause="")
        doorbell.ring_after_commit("event", event_id)
    return ids
