"""Leases and fences: a job that dies comes back, a worker that was taken for dead cannot finish, requests gather."""

from datetime import timedelta

import pytest

from review import clock
from review.models import Job, JobState, OutboxEvent
from review.services import jobs

pytestmark = pytest.mark.django_db(transaction=True)

RUNS: list[int] = []


def work(claim: jobs.Claim) -> None:
    """Count the run and finish."""
    RUNS.append(claim.wanted)
    with claim.finishing():
        pass


def break_down(claim: jobs.Claim) -> None:
    """Fail as the arguments say."""
    raise jobs.Failure("試験の失敗です。", final=claim.args.get("final", False))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    RUNS.clear()
    monkeypatch.setitem(jobs._handlers, "test_work", work)
    monkeypatch.setitem(jobs._handlers, "test_break", break_down)


def test_requests_of_one_key_are_one_run() -> None:
    for _ in range(30):
        job = jobs.request("test_work", key="k")
    assert jobs.run(job.pk) == "done"
    assert RUNS == [30]
    assert jobs.run(job.pk) == "nothing"


def test_a_request_during_the_run_asks_for_another() -> None:
    job = jobs.request("test_work", key="k")
    claim = jobs.claim(job.pk)
    assert claim
    jobs.request("test_work", key="k")
    with claim.finishing():
        pass
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert jobs.run(job.pk) == "done"
    assert RUNS == [2]


def test_a_job_under_lease_is_not_taken_twice() -> None:
    job = jobs.request("test_work", key="k")
    assert jobs.claim(job.pk)
    assert jobs.claim(job.pk) is None
    assert jobs.run(job.pk) == "nothing"


def test_a_silent_worker_loses_the_job_and_cannot_finish() -> None:
    job = jobs.request("test_work", key="k")
    late = jobs.claim(job.pk)
    assert late
    with clock.shifted(timedelta(seconds=120)):
        assert jobs.due_ids() == [job.pk]
        assert jobs.run(job.pk) == "done"
    with pytest.raises(jobs.LeaseLost), late.finishing():
        pytest.fail("the fence let a late finisher through")
    with pytest.raises(jobs.LeaseLost):
        late.progress(1, 2, "遅れて")
    assert not jobs.renew(late)


def test_a_failure_is_tried_again_with_growing_pauses_and_then_shown() -> None:
    job = jobs.request("test_break", key="k")
    for attempt in range(jobs.MAX_ATTEMPTS):
        with clock.shifted(timedelta(hours=attempt)):
            assert jobs.run(job.pk) == "failed"
    job.refresh_from_db()
    assert (job.state, job.cause) == (JobState.FAILED, "試験の失敗です。")
    assert OutboxEvent.objects.filter(name="JobFailed").count() == 1


def test_a_final_failure_waits_for_the_operator(django_user_model) -> None:
    job = jobs.request("test_break", key="k", args={"final": True})
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    jobs.retry(user=django_user_model.objects.create_user("o", display_name="運用"), job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert Job.objects.count() == 1
