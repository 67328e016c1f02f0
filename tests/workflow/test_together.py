"""Many sheets by one press of a button: at once where it is short, else a job with its progress, its refusals by name, and no
decision twice, whatever kills it."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.urls import reverse

from review import clock
from review.background.services import jobs, outbox
from review.books.services import workbooks
from review.models import Appointment, AuditEntry, Decision, Job, JobState, MeasureReview, ReviewState, Role
from review.trail.services import audit, audit_chain
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from tests.workflow.test_in_sets import chosen_of, confirmed_of, tables, undone
from workflow import rows, steps, together


def submitted(cast: Cast, count: int, *, own: int = 0) -> None:
    """So many wait; that one was sent by the colleague, who is a reviewer as well."""
    cast.open(count)
    for number in set(range(1, count + 1)) - {own}:
        cast.submitted(number)
    if own:
        cast._appoint("colleague", Role.REVIEWER)
        steps.submit(user=cast.colleague, review_id=cast.fill(cast.sheet(own), user=cast.colleague).pk)


def job_of(cast: Cast, step: str = "confirm", **more: Any) -> Job:
    """The request, before anybody works on it."""
    user = cast.reviewer2 if step == "confirm" else cast.approver
    answer = together.ask(
        user=more.pop("user", user), step=step, chosen=chosen_of(*MeasureReview.objects.all()), cycle=cast.cycle, **more
    )
    return Job.objects.get(pk=answer.job)


@pytest.fixture
def for_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too much to wait for."""
    monkeypatch.setattr(together, "FEW", 0)


def send(cast: Cast, *sheets: MeasureReview) -> Any:
    values = [f"{sheet.pk}:{sheet.round}" for sheet in sheets]
    return as_(cast.reviewer2).post(reverse("meguri:confirm_many", args=["dx", YEAR]), {"chosen": values})


# --- what the person sees ------------------------------------------------------------------------------------------------


def test_few_sheets_are_decided_while_one_waits(cast: Cast) -> None:
    submitted(cast, 2)
    answer = send(cast, cast.sheet(1))
    assert answer.status_code == 303 and answer["Location"] == reverse("meguri:queue", args=["dx", YEAR])
    job = Job.objects.get(kind=together.KIND)
    assert job.state == JobState.DONE and job.args.keys() == {"user", "step"}, (
        "what was given to it is in the decisions"
    )


def test_many_return_at_once_and_show_how_far_they_are(cast: Cast, for_a_worker: None) -> None:
    submitted(cast, 3)
    first = cast.sheet(1)
    steps.confirm(user=cast.reviewer, review_id=first.pk, round=1)
    answer = send(cast, *MeasureReview.objects.all())
    job = Job.objects.get(kind=together.KIND)
    page = reverse("meguri:at_work", args=[job.pk])
    assert answer.status_code == 303 and answer["Location"] == page and Decision.objects.count() == 1
    assert "順番を待っています" in words(as_(cast.reviewer2).get(page))
    assert "まとめての確認" in words(as_(cast.reviewer2).get(reverse("meguri:queue", args=["dx", YEAR])))
    assert as_(cast.reviewer).get(page).status_code == 404, "nobody else's"
    held = jobs.claim(job.pk)
    assert held
    held.progress(1, 3, "確認しています")
    seen = as_(cast.reviewer2).get(page)
    assert "確認しています" in words(seen) and "1 / 3" in words(seen) and 'hx-trigger="every' in seen.content.decode()
    assert f'href="{page}"' in seen.content.decode(), "a way on without a script"
    together.work_on(held)
    shown = words(as_(cast.reviewer2).get(page))
    code = first.measure_year.measure.code
    assert "終わったもの: 2件" in shown and f"{code} {first.measure_year.name}" in shown and "と決めています" in shown
    assert set(MeasureReview.objects.values_list("state", flat=True)) == {ReviewState.REVIEWED}


def test_what_takes_too_long_goes_on_with_a_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A return is no set: after the first sheet the time is up."""
    submitted(cast, 3)
    for number in (1, 2, 3):
        steps.confirm(user=cast.reviewer2, review_id=cast.sheet(number).pk, round=1)
    monkeypatch.setattr(together, "SECONDS", 0)
    job = job_of(cast, "return_review", comment="確かめてください。")
    assert job.state == JobState.WAITING and len(job.outcome["done"]) == 1
    assert jobs.run(job.pk) == "done"
    assert Decision.objects.filter(comment="確かめてください。").count() == 3
    assert set(MeasureReview.objects.values_list("state", flat=True)) == {ReviewState.SUBMITTED}


def test_a_large_year_is_sent_by_one_press(cast: Cast) -> None:
    """More fields than Django takes of itself; what is no sheet of the year is left out."""
    submitted(cast, 1)
    values = [*chosen_of(cast.sheet(1)), *((10**6 + number, 1) for number in range(1100))]
    answer = as_(cast.reviewer2).post(
        reverse("meguri:confirm_many", args=["dx", YEAR]), {"chosen": [f"{pk}:{seen}" for pk, seen in values]}
    )
    assert answer.status_code == 303 and cast.sheet(1).state == ReviewState.REVIEWED


# --- in whose name ---------------------------------------------------------------------------------------------------------


def test_a_post_that_was_taken_away_meanwhile_decides_nothing(cast: Cast, for_a_worker: None) -> None:
    submitted(cast, 2)
    job = job_of(cast)
    Appointment.objects.filter(user=cast.reviewer2, role=Role.REVIEWER).update(ends_on=clock.today().replace(year=2023))
    assert jobs.run(job.pk) == "done"
    answer = together.answer_of(Job.objects.get(pk=job.pk))
    assert not answer.done and not answer.at_work and len(answer.refused) == 2 and not Decision.objects.exists()


def test_the_trail_names_the_person_and_the_place(cast: Cast, for_a_worker: None) -> None:
    submitted(cast, 1)
    with audit.origin(address="192.0.2.7", request_id="r-1"):
        job = job_of(cast)
    jobs.run(job.pk)
    entry = AuditEntry.objects.get(action="confirm")
    assert (entry.actor_key, entry.address, entry.request_id) == (cast.reviewer2.key, "192.0.2.7", "r-1")


# --- killed ----------------------------------------------------------------------------------------------------------------


def killed(work: Callable[[], object], place: Any, name: str, call: int, *, after: bool) -> None:
    """Do the work in a process of its own, which SIGKILL ends before or behind the so-many-th call of `place.name`."""
    child = os.fork()
    if not child:
        # None of the parent's: beside a browser's event loop, which ends with the fork, even another than it uses now.
        connections["default"] = connections.create_connection("default")
        real, calls = getattr(place, name), iter(range(1, 1000))

        def dying(*args: Any, **more: Any) -> Any:
            fatal = next(calls) == call
            if fatal and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(*args, **more)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        setattr(place, name, dying)
        try:
            work()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "it was not where it should have died"


def rows_now() -> dict[str, Counter[str]]:
    connection.check_constraints()
    assert audit_chain.verify().intact
    return tables()


@pytest.mark.drill
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("place", "name", "call", "after"),
    [
        (rows, "complete_all", 1, False),  # the first set is decided, its processes have not moved
        (rows, "complete_all", 2, True),  # the second set is whole but for what is kept of it
        (jobs.Claim, "progress", 3, False),  # a set is whole, and nothing of it is kept
        (jobs.Claim, "progress", 3, True),  # kept, not committed
        (steps, "approve", 1, True),  # in a single step: a request for the next year
    ],
)
def test_after_a_kill_each_sheet_is_decided_once_and_as_without_it(
    transactional_db: None, cast: Cast, for_a_worker: None, monkeypatch: pytest.MonkeyPatch, place: Any, name: str,
    call: int, after: bool,
) -> None:  # fmt: skip
    confirmed_of(cast)
    monkeypatch.setattr(rows, "SET", 2)
    job = job_of(cast, "approve")
    with undone():
        assert jobs.run(job.pk) == "done"
        whole = rows_now()
    killed(lambda: jobs.run(job.pk), place, name, call, after=after)
    held = Job.objects.get(pk=job.pk)
    assert held.state == JobState.RUNNING
    decided = set(Decision.objects.filter(step="approve").values_list("review", flat=True))
    assert decided == set(held.outcome["done"]) and len(decided) < 6, "what was decided is kept with it, and only that"
    assert jobs.run(job.pk) == "nothing", "its lease still runs"
    Job.objects.filter(pk=job.pk).update(leased_until=clock.now())
    assert jobs.run(job.pk) == "done"
    assert rows_now() == whole
    assert Decision.objects.filter(step="approve").count() == 6


@pytest.mark.drill
@pytest.mark.postgres
@pytest.mark.parametrize(("call", "after"), [(1, False), (1, True), (3, True)])
def test_after_a_kill_each_event_is_delivered_once_and_as_without_it(
    transactional_db: None, cast: Cast, monkeypatch: pytest.MonkeyPatch, call: int, after: bool
) -> None:
    confirmed_of(cast)
    monkeypatch.setattr(outbox, "SET", 5)

    def deliver() -> None:
        while outbox.deliver_waiting():
            pass

    with undone():
        deliver()
        whole = tables()
    killed(deliver, workbooks.jobs, "request_all", call, after=after)
    deliver()
    assert tables() == whole


def test_who_was_taken_for_dead_writes_nothing(cast: Cast, for_a_worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another takes the job over while a set is being decided: what was decided is undone with the claim."""
    submitted(cast, 2)
    job, real = job_of(cast), rows.complete_all
    held = jobs.claim(job.pk)
    assert held

    def slow(*args: Any) -> None:
        real(*args)
        Job.objects.filter(pk=job.pk).update(token=uuid4())

    monkeypatch.setattr(rows, "complete_all", slow)
    with pytest.raises(jobs.LeaseLost):
        together.work_on(held)
    assert not Decision.objects.exists() and cast.sheet(1).state != ReviewState.REVIEWED
