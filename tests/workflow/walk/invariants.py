"""What must hold after each step of a walk: the sheet's state, its flow, its decisions, the queue and the notices agree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from review.mail.services import mailing
from review.models import (
    Cycle,
    CycleState,
    Decision,
    Job,
    JobState,
    MeasureReview,
    OutboxEvent,
    ReviewState,
    Submission,
    Verdict,
)
from review.models import Step as At
from review.trail.services import sealed_rows
from tests.asked import assert_asked
from tests.review.acting import as_
from tests.workflow.walk.world import World

RUNNING = (CycleState.OPEN, CycleState.DECIDING)

#: state of a sheet -> where its flow waits
WAITS_AT = {
    ReviewState.NOT_STARTED: ["submit"],
    ReviewState.EDITING: ["submit"],
    ReviewState.RETURNED: ["submit"],
    ReviewState.ENDORSING: ["endorse"],
    ReviewState.SUBMITTED: ["review"],
    ReviewState.REVIEWED: ["approve"],
    ReviewState.APPROVED: ["settled"],
    ReviewState.PUBLISHED: [],
}
SENT = (ReviewState.ENDORSING, ReviewState.SUBMITTED, ReviewState.REVIEWED, ReviewState.APPROVED)
#: state -> (step, verdict) of the decision that led to it; None: no decision but those that sent it here
LED_BY = {
    ReviewState.REVIEWED: {(At.REVIEW, Verdict.ACCEPT), (At.WITHDRAW, Verdict.WITHDRAW_APPROVAL)},
    ReviewState.APPROVED: {(At.APPROVE, Verdict.ACCEPT)},
    ReviewState.RETURNED: {(At.REVIEW, Verdict.RETURN), (At.APPROVE, Verdict.RETURN), (At.YEAR, Verdict.RETURN)},
}


def hold(world: World) -> None:
    """Raise AssertionError where something does not agree."""
    # Whatever decides or submits leaves its row with the trail.
    wrong = [*_background(), *(what for _entry, what in sealed_rows.faults())]
    for review in MeasureReview.objects.select_related("process", "cycle"):
        wrong += _of_sheet(review)
    assert not wrong, wrong
    for cycle in Cycle.objects.filter(state__in=RUNNING):
        assert_asked(cycle)
        _queue(world, cycle)


def _background() -> Iterator[str]:
    yield from (f"{row.key} was not delivered: {row.cause}" for row in OutboxEvent.objects.filter(delivered_at=None))
    for job in Job.objects.exclude(state=JobState.DONE):
        yield f"{job.key} is {job.state}: {job.cause}"
    if mailing.anything_due():
        yield "a mail that is due was not sent"


def _of_sheet(review: MeasureReview) -> Iterator[str]:
    named = f"sheet {review.pk} is {review.state}"
    waits = [task.flow_task.name for task in review.process.task_set.filter(finished=None)]
    if waits != WAITS_AT[ReviewState(review.state)]:
        yield f"{named}, its flow waits at {waits}"
    last = Submission.objects.filter(review=review).order_by("-pk").first()
    if review.state in SENT and not review.outcome and (last is None or last.recalled_at):
        yield f"{named} without a submission that stands"
    if review.state == ReviewState.EDITING and last and not last.recalled_at:
        yield f"{named}, its submission was never recalled"
    taken = Decision.objects.filter(review=review).order_by("-pk").first()
    led = LED_BY.get(ReviewState(review.state))
    if led and not review.outcome and (taken is None or (taken.step, taken.verdict) not in led):
        yield f"{named} after {taken and (taken.step, taken.verdict)}"
    if review.outcome and (taken is None or taken.verdict != review.outcome):
        yield f"{named} as {review.outcome} after {taken and taken.verdict}"


def _queue(world: World, cycle: Cycle) -> None:
    """The 確認者's list names exactly the sheets that wait for a 確認."""
    page = as_(world.person(("reviewer2",), 1)).get(f"/plans/dx/{cycle.fiscal_year}/queue/").content.decode()
    shown = {int(pk) for pk in re.findall(r'href="/sheets/(\d+)/review/', page)}
    waiting = MeasureReview.objects.filter(cycle=cycle, state=ReviewState.SUBMITTED)
    assert shown == set(waiting.values_list("pk", flat=True)), f"the queue shows {shown}"
