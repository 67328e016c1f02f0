"""Runs when mails were written, and again from the sweep while any waits."""

from celery import shared_task

from review.mail.services import mailing


@shared_task(name="tasks.notifications.send")
def send() -> int:
    """Send the mails that are due, over one connection. Leaves quietly where none is, or another sender is at work."""
    return mailing.send_due()
