"""Answering the doorbell: one Celery message per waiting row. A message lost here is rung again by the sweep."""

from __future__ import annotations

from review import clock
from review.models import Job
from review.services import doorbell


def register() -> None:
    """Let review's services ring Celery after each commit."""
    doorbell.register(ring)


def ring(what: str, pk: int) -> None:
    """Send the message for a waiting "event", "job" or "mail"; a job that gathers requests is rung when it is due."""
    from tasks import jobs, notifications, outbox  # read late: Celery's tasks need the app registry

    task = {"event": outbox.deliver, "job": jobs.run, "mail": notifications.send}[what]
    task.apply_async(args=[pk], countdown=_wait(pk) if what == "job" else None, retry=False)


def _wait(job_id: int) -> float | None:
    due = Job.objects.filter(pk=job_id).values_list("not_before", flat=True).first()
    seconds = (due - clock.now()).total_seconds() if due else 0
    return seconds + 0.1 if seconds > 0 else None
