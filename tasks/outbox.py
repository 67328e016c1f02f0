"""Runs when an event was committed, and again from the sweep while it stands undelivered."""

from celery import shared_task

from review.background.services import outbox


@shared_task(name="tasks.outbox.deliver")
def deliver(event_id: int) -> bool:
    """Deliver one event. Leaves quietly where it was delivered before."""
    return outbox.deliver(event_id)
