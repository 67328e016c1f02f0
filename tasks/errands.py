"""One errand each: what a bell, the sweep or the clock sends a worker for. The names are in messages that already wait."""

from celery import shared_task

from review.background.services import jobs, outbox
from review.mail.services import envelopes, mailing
from review.notices.services import reminders
from review.operations.services import anchors, retention, signs, stored_files
from review.screens.services import throttle
from review.sign_in.services import second_factor


@shared_task(name="tasks.jobs.run")
def run(job_id: int) -> str:
    """Do one job. Leaves quietly where it is done, running elsewhere, or not yet due."""
    return jobs.run(job_id)


@shared_task(name="tasks.outbox.deliver")
def deliver(event_id: int) -> int:
    """Deliver one event, or by 0 a set of those that wait. Leaves quietly where they were delivered before."""
    return outbox.deliver(event_id) if event_id else outbox.deliver_waiting()


@shared_task(name="tasks.notifications.send")
def send() -> int:
    """Send the mails that are due, over one connection. Leaves quietly where none is, or another sender is at work."""
    return mailing.send_due()


@shared_task(name="tasks.reminders.remind")
def remind() -> int:
    """Announce what is near or past, and put it into the morning's envelopes. Returns how many events were written."""
    written = reminders.morning()
    envelopes.gather()
    return written


@shared_task(name="tasks.anchors.anchor")
def anchor() -> int:
    """Keep the head of the audit chain outside the database. Returns its number; fails where the place is away."""
    return anchors.drop(reason=anchors.HOURLY).seq


@shared_task(name="tasks.files.check")
def check_files() -> None:
    """Have every stored file compared with its row, by a job."""
    jobs.request(stored_files.KIND, key=stored_files.KIND)


@shared_task(name="tasks.messages.refused")
def count_refused() -> None:
    """Count a message that a worker could do nothing with, for the operator's page."""
    throttle.hit(signs.REFUSED_MESSAGES, span=signs.DAY)


@shared_task(name="tasks.retention.remove_expired")
def remove_expired() -> dict[str, int]:
    """Remove sessions, tallies and letters whose time is over, and bring secrets under the present key. Safe to run again."""
    return {**retention.remove_expired(), "resealed": second_factor.reseal()}
