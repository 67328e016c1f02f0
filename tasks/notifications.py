"""Runs when a mail was written, and again from the sweep while it waits."""

from celery import shared_task

from review.services import mailing


@shared_task(name="tasks.notifications.send")
def send(mail_id: int) -> int:
    """Send one mail. Leaves quietly where it was sent before."""
    return mailing.send([mail_id])


@shared_task(name="tasks.notifications.gather")
def gather() -> int:
    """Put the notices that are due into envelopes (from the sweep)."""
    return mailing.gather()
