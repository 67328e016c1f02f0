"""Leases and fences: a job that dies comes back, a worker that was taken for dead cannot finish, requests gather."""

import errno
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest

from review import clock
from review.background.services import causes, jobs, outbox, tables
from review.domain.events import Event
from review.models import Job, JobState, OutboxEvent
from tests.moved import shifted

pytestmark = pytest.mark.django_db(transaction=True)

RUNS: list[int] = []
LASTING: list[str] = []


def work(claim: jobs.Claim) -> None:
    """Count the run and finish."""
    RUNS.append(claim.requested)
    with claim.finishing():
        pass


CAUSES: dict[str, Exception] = {"disk": OSError(errno.ENOSPC, "No space left on device"), "program": KeyError("x")}


def meet(claim: jobs.Claim) -> None:
    """Meet the cause that lasts at present, or finish."""
    if LASTING:
        raise CAUSES[LASTING[0]]
    with claim.finishing():
        pass


def break_down(claim: jobs.Claim) -> None:
    """Fail as the arguments say."""
    raise jobs.Failure("試験の失敗です。", final=claim.args.get("final", False))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    RUNS.clear()
    LASTING.clear()
    own = tables.Tables(jobs={"test_meet": meet, "test_work": work, "test_break": break_down})
    monkeypatch.setitem(tables._installed, "test", own)


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
    with shifted(timedelta(seconds=120)):
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
        with shifted(timedelta(hours=attempt)):
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


def tries(job: Job, lasts: timedelta, every: timedelta = timedelta(seconds=10)) -> Iterator[timedelta]:
    """The moments at which a sweep finds the job due, for so long."""
    for step in range(int(lasts / every) + 1):
        with shifted(step * every):
            if job.pk in jobs.due_ids():
                jobs.run(job.pk)
                yield step * every


@pytest.mark.parametrize(("cause", "longest"), [pytest.param("disk", 70, marks=pytest.mark.drill), ("program", 910)])
def test_a_job_is_tried_until_its_cause_is_gone_and_told_once(cause: str, longest: int) -> None:
    job = jobs.request("test_meet", key="k")
    LASTING.append(cause)
    moments = list(tries(job, timedelta(hours=6)))
    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(moments)]
    assert max(pauses) <= longest and moments[-1] > timedelta(hours=5.7)
    assert OutboxEvent.objects.filter(name=Event.JOB_FAILED).count() == 1
    LASTING.clear()
    with shifted(moments[-1] + timedelta(seconds=longest)):
        assert jobs.run(job.pk) == "done"
    job.refresh_from_db()
    assert (job.state, job.cause, job.told_at) == (JobState.DONE, "", None)


def test_the_next_outage_is_told_again() -> None:
    for _outage in range(2):
        job = jobs.request("test_meet", key="k")
        LASTING[:] = ["disk"]
        list(tries(job, timedelta(minutes=5)))
        LASTING.clear()
        with shifted(timedelta(minutes=7)):
            jobs.run(job.pk)
    assert OutboxEvent.objects.filter(name=Event.JOB_FAILED).count() == 2


@pytest.mark.parametrize("args", [{}, {"final": True}], ids=["outside", "final"])
def test_new_demand_reopens_a_failed_job_at_once_and_tells_nobody_anew(args: dict[str, bool]) -> None:
    job = jobs.request("test_break", key="k", args=args)
    list(tries(job, timedelta(minutes=30)))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    jobs.request("test_break", key="k")
    assert jobs.due_ids() == [job.pk]
    assert jobs.run(job.pk) == "failed"
    assert OutboxEvent.objects.filter(name=Event.JOB_FAILED).count() == 1


@pytest.mark.drill
def test_after_a_long_outage_one_dead_worker_is_no_crash_loop() -> None:
    job = jobs.request("test_meet", key="k")
    LASTING.append("disk")
    list(tries(job, timedelta(minutes=30)))
    LASTING.clear()
    with shifted(timedelta(hours=1)):
        assert jobs.claim(job.pk)
    with shifted(timedelta(hours=1, minutes=5)):
        assert jobs.run(job.pk) == "done"


def test_a_job_whose_worker_always_dies_is_told_and_then_tried_rarely() -> None:
    job, claims = jobs.request("test_work", key="k"), 0
    for step in range(120):
        with shifted(timedelta(minutes=step)):
            claims += jobs.claim(job.pk) is not None
    assert jobs.MAX_CRASHES <= claims <= jobs.MAX_CRASHES + 120 // 15 + 1
    assert OutboxEvent.objects.filter(name=Event.JOB_FAILED).count() == 1


def test_giving_up_ends_the_tries_also_of_one_under_way(django_user_model) -> None:
    job = jobs.request("test_meet", key="k")
    LASTING.append("disk")
    list(tries(job, timedelta(minutes=5)))
    with shifted(timedelta(minutes=10)):
        held = jobs.claim(job.pk)
        jobs.give_up(user=django_user_model.objects.create_user("o", display_name="運用"), job_id=job.pk, reason="不要")
        assert held and not jobs.renew(held) and jobs.due_ids() == []


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING, JobState.FAILED])
def test_times_that_a_wrong_clock_wrote_hold_no_job_back(state: JobState) -> None:
    job = jobs.request("test_work", key="k")
    assert jobs.claim(job.pk)
    ahead = clock.now() + timedelta(days=20)
    Job.objects.filter(pk=job.pk).update(state=state, not_before=ahead, leased_until=ahead)
    assert jobs.run(job.pk) == "done"


def test_an_event_is_delivered_once_its_reaction_works_however_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    event = outbox.announce(Event.DELIVERY_LATE, key="k")
    lasts = [True]

    def react(row: OutboxEvent) -> None:
        if lasts:
            raise KeyError("x")

    monkeypatch.setattr(tables, "_installed", {"test": tables.Tables(always=[react])})
    for minute in range(24 * 60):
        with shifted(timedelta(minutes=minute)):
            assert not any(map(outbox.deliver, outbox.undelivered_ids()))
    event.refresh_from_db()
    assert event.parked_at and event.attempts > 90
    lasts.clear()
    with shifted(timedelta(hours=24, seconds=causes.OTHER_PAUSE)):
        assert outbox.undelivered_ids() == [event.pk] and outbox.deliver(event.pk)
    event.refresh_from_db()
    assert event.parked_at is None and event.cause == ""
