"""Runs when a job was asked for, and again from the sweep while it is due."""

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded

from review.background.services import causes, jobs

causes.explain(
    SoftTimeLimitExceeded,
    "決められた時間内に終わりませんでした。間をあけて自動で再実行します。続く場合は、照会番号を添えて管理者に連絡してください。",
)


@shared_task(name="tasks.jobs.run")
def run(job_id: int) -> str:
    """Do one job. Leaves quietly where it is done, running elsewhere, or not yet due."""
    return jobs.run(job_id)
