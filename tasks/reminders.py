"""Runs each business morning, and again with every sweep until the morning's work is done."""

from celery import shared_task

from review.mail.services import envelopes
from review.notices.services import reminders


@shared_task(name="tasks.reminders.remind")
def remind() -> int:
    """Announce what is near or past, and put it into the morning's envelopes. Returns how many events were written."""
    written = reminders.morning()
    envelopes.gather()
    return written
