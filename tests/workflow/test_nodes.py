"""The background node: asked for with its task, done once, and undone as a whole where what follows fails."""

from __future__ import annotations

import uuid

import pytest
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.background.services import jobs
from review.models import Job, JobState
from tests.cast import Cast
from workflow import nodes, steps


@pytest.fixture
def job(cast: Cast) -> Job:
    """The job of a flow's node that no worker has taken yet."""
    cycle = cast.draft(1)
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    return Job.objects.filter(kind=nodes.FLOW_JOB).order_by("pk")[0]


def task_of(job: Job) -> Task:
    return Task.objects.get(pk=job.args["task"])


def test_a_node_asks_for_its_job_and_names_its_step(job: Job) -> None:
    task = task_of(job)
    assert task.status == STATUS.SCHEDULED
    assert job.key == f"{nodes.FLOW_JOB}:{task.external_task_id}"
    assert job.args["step"].endswith(f".{task.flow_task.name}") and job.cycle_id


def test_job_and_task_end_together(job: Job) -> None:
    claim = jobs.claim(job.pk)
    assert claim
    nodes.run_flow_job(claim)
    job.refresh_from_db()
    assert (task_of(job).status, job.state) == (STATUS.DONE, JobState.DONE)


def test_a_task_that_is_done_already_is_not_done_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = jobs.claim(job.pk)
    assert claim
    Task.objects.filter(pk=job.args["task"]).update(status=STATUS.DONE)
    monkeypatch.setattr(nodes.Job, "work", lambda *given: pytest.fail("worked twice"))
    nodes.run_flow_job(claim)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_where_the_next_step_fails_neither_is_done(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = jobs.claim(job.pk)
    assert claim

    def broken(self: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(nodes.JobActivation, "activate_next", broken)
    with pytest.raises(ZeroDivisionError):
        nodes.run_flow_job(claim)
    job.refresh_from_db()
    assert (task_of(job).status, job.state) == (STATUS.STARTED, JobState.RUNNING)


def test_a_worker_that_lost_its_lease_finishes_nothing(job: Job) -> None:
    claim = jobs.claim(job.pk)
    assert claim
    Job.objects.filter(pk=job.pk).update(token=uuid.uuid4())
    with pytest.raises(jobs.LeaseLost):
        nodes.run_flow_job(claim)
    assert task_of(job).status != STATUS.DONE
