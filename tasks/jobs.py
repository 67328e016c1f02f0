"""Runs when a job was requested, and again from the sweep while it is due."""

from celery import shared_task

from review.background.services import jobs


@shared_task(name="tasks.jobs.run")
def run(job_id: int) -> str:
    """Do one job. Leaves quietly where it is done, running elsewhere, or not yet due."""
    return jobs.run(job_id)
