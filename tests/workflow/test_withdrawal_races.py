"""取消し against whoever comes next at the same moment: one winner, one clear sentence, on PostgreSQL and on SQLite."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from django.db import connection
from viewflow.workflow.models import Task

from review import clock
from review.assessment.services.approval import TO_DEPARTMENT, YearReturn
from review.background.services import jobs, outbox
from review.models import (
    AuditEntry,
    Cycle,
    CycleState,
    Decision,
    Job,
    JobState,
    MeasureReview,
    OutboxEvent,
    ReviewState,
)
from tests.asked import assert_asked
from tests.at_once import at_once
from tests.cast import Cast, settle_background
from workflow import advance, steps
from workflow.flows import AnnualCycleFlow

ROUNDS = int(os.environ.get("MEGURI_RACES", "5"))
WHY = "確かめ直します。"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900 + 30 * ROUNDS)]


def one_task(review: MeasureReview) -> str:
    """The one thing that the sheet waits for."""
    return Task.objects.get(process=review.process, finished=None).flow_task.name


@pytest.mark.drill
def test_a_confirmation_withdrawn_against_its_approval(cast: Cast) -> None:
    cast.open(ROUNDS, indicators=1)
    won: Counter[str] = Counter()
    for number in range(1, ROUNDS + 1):
        review = cast.reviewed(number)
        args = {"review_id": review.pk, "round": review.round}
        refused = at_once(
            lambda args=args: steps.withdraw_review(user=cast.reviewer2, **args, comment=WHY),
            lambda args=args: steps.approve(user=cast.approver, **args),
        )
        assert len(refused) == 1, refused
        review = cast.sheet(number)
        if review.state == ReviewState.APPROVED:
            assert "承認 六郎さんが" in refused[0] and "「承認」と決めています" in refused[0], refused
            assert (review.round, one_task(review)) == (1, "settled")
        else:
            assert "確認 五月さんが" in refused[0] and "「確認の取消し」を行っています" in refused[0], refused
            assert (review.state, review.round, one_task(review)) == (ReviewState.SUBMITTED, 2, "review")
        won[review.state] += 1
        assert Decision.objects.filter(review=review).count() == 2
        trail = AuditEntry.objects.filter(subject=f"review:{review.pk}", action__in=["approve", "confirm.withdraw"])
        assert trail.count() == 1
        assert OutboxEvent.objects.filter(review=review, name__in=["MeasureApproved", "ReviewWithdrawn"]).count() == 1
    settle_background()
    assert_asked(cast.cycle)
    print(f"\n{connection.vendor}: {ROUNDS} races of withdrawal against approval: {dict(won)}")


def test_a_withdrawal_pressed_six_times_is_one(cast: Cast) -> None:
    cast.open(1)
    review = cast.approved(1)
    args = {"review_id": review.pk, "round": review.round, "comment": WHY}
    refused = at_once(*[lambda: steps.withdraw_approval(user=cast.approver, **args)] * 6)
    assert len(refused) == 5 and all("「承認の取消し」を行っています" in sentence for sentence in refused), refused
    assert Decision.objects.filter(step="withdraw").count() == 1


@pytest.mark.drill
@pytest.mark.parametrize("returning", [False, True])
def test_an_approval_withdrawn_against_the_years_decision(cast: Cast, returning: bool) -> None:
    """Each round begins with a year that waits for its decision; who wins is told from what became of it."""
    cast.open(2, indicators=1)
    first, other = cast.approved(1), cast.approved(2)
    settle_background()
    returns = [YearReturn(review_id=first.pk, to=TO_DEPARTMENT, comment="図を直す")] if returning else []
    won: Counter[str] = Counter()
    for _number in range(ROUNDS):
        review = cast.sheet(1)
        args = {"review_id": review.pk, "round": review.round, "comment": WHY}
        refused = at_once(
            lambda args=args: steps.withdraw_approval(user=cast.approver, **args),
            lambda: steps.decide_year(user=cast.approver2, cycle_id=first.cycle_id, returns=returns),
        )
        assert len(refused) == 1, refused
        if cast.sheet(1).state == ReviewState.APPROVED:
            won["year"] += 1
            assert "承認 七海さんが" in refused[0] or "差戻しを処理しています" in refused[0], refused
            break
        won["withdrawal"] += 1
        assert "承認 六郎さんが" in refused[0] and "01-01 の承認を取り消した" in refused[0], refused
        assert Cycle.objects.get(pk=first.cycle_id).state == CycleState.OPEN
        steps.approve(user=cast.approver, review_id=first.pk, round=cast.sheet(1).round)
        settle_background()
        assert Cycle.objects.get(pk=first.cycle_id).state == CycleState.DECIDING
    settle_background()
    assert_asked(cast.cycle)
    state = Cycle.objects.get(pk=first.cycle_id).state
    expected = (CycleState.OPEN if returning else CycleState.PUBLISHED) if won["year"] else CycleState.DECIDING
    assert state == expected
    assert MeasureReview.objects.get(pk=other.pk).decisions.filter(step="withdraw").count() == 0
    print(f"\n{connection.vendor}: withdrawal against the year's decision: {dict(won)}")


@pytest.mark.drill
def test_an_approval_withdrawn_against_the_year_that_goes_on(cast: Cast) -> None:
    """The worker fires the year's condition, and makes the draft, while an approval is taken back: never a decision that
    waits while a sheet does not stand approved."""
    cast.open(1, indicators=1)
    cast.approved(1)
    for _number in range(ROUNDS):
        review = cast.sheet(1)
        args = {"review_id": review.pk, "round": review.round, "comment": WHY}
        at_once(lambda args=args: steps.withdraw_approval(user=cast.approver, **args), advance.advance_all)
        settle_background()
        assert cast.sheet(1).state == ReviewState.REVIEWED
        assert Cycle.objects.get(pk=review.cycle_id).state == CycleState.OPEN
        assert not Task.objects.filter(flow_task=AnnualCycleFlow.decide, finished=None).exists()
        steps.approve(user=cast.approver, review_id=review.pk, round=cast.sheet(1).round)
    settle_background()
    assert Cycle.objects.get(pk=cast.cycle.pk).state == CycleState.DECIDING


@pytest.mark.drill
def test_an_approval_withdrawn_against_the_finish_of_the_draft(cast: Cast) -> None:
    cast.open(1, indicators=1)
    cast.approved(1)
    for _number in range(ROUNDS):
        settled_but_for_the_draft()
        review = cast.sheet(1)
        args = {"review_id": review.pk, "round": review.round, "comment": WHY}
        work = Job.objects.get(kind="flow_job", state=JobState.WAITING, args__step__endswith="consolidate")
        Job.objects.filter(pk=work.pk).update(not_before=clock.now())
        refused = at_once(
            lambda args=args: steps.withdraw_approval(user=cast.approver, **args), lambda work=work: jobs.run(work.pk)
        )
        assert refused == []
        settle_background()
        assert Cycle.objects.get(pk=review.cycle_id).state == CycleState.OPEN
        assert not Task.objects.filter(flow_task=AnnualCycleFlow.decide, finished=None).exists()
        steps.approve(user=cast.approver, review_id=review.pk, round=cast.sheet(1).round)


def settled_but_for_the_draft() -> None:
    """The events delivered and the year's condition fired: the making of the 公表案 is what comes next."""
    for event_id in outbox.undelivered_ids():
        outbox.deliver(event_id)
    advance.advance_all()
