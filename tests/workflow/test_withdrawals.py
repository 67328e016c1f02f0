"""取消し of a 確認 and of an 承認: from submission to publication with withdrawals in between, who may, and who is told."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review import clock, queries
from review.assessment.services import binding, ratings
from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW, YearReturn
from review.assessment.services.ratings import Overall
from review.background.services import outbox
from review.domain.refusals import Changed
from review.models import (
    AuditEntry,
    CycleState,
    Decision,
    IndicatorYear,
    Job,
    MeasureReview,
    Notification,
    OutboxEvent,
    Rating,
    ReviewState,
)
from review.screens.views import step_times
from tests.cast import Cast, settle_background
from tests.review.notices.test_asked import names, to_act
from tests.workflow.withdrawing import WHY, approve, confirm, settled, undo_approval, undo_review, waits_for, year_now
from workflow import steps
from workflow.models import SheetProcess

# --- the way -----------------------------------------------------------------------------------------------------


def test_a_withdrawn_confirmation_asks_the_reviewers_anew(cast: Cast) -> None:
    cast.open(1)
    before = cast.reviewed(1)
    settled(cast)
    assert to_act(cast, "SubmissionReviewed") == names(cast.approver, cast.approver2)
    review = undo_review(cast)
    settled(cast)
    assert (review.state, review.round) == (ReviewState.SUBMITTED, before.round + 1)
    row = Decision.objects.get(review=review, step="withdraw")
    assert (row.round, row.verdict, row.comment, row.decided_by) == (1, "withdraw_review", WHY, cast.reviewer2)
    assert to_act(cast, "SubmissionReviewed") == set()
    assert to_act(cast, "ReviewWithdrawn") == names(cast.reviewer, cast.reviewer2)
    notices = Notification.objects.filter(event="ReviewWithdrawn", to_act=False)
    assert set(notices.values_list("recipient__username", flat=True)) == names(
        cast.approver, cast.approver2, cast.contributor
    )
    assert all(WHY in one.body for one in Notification.objects.filter(event="ReviewWithdrawn"))
    assert AuditEntry.objects.get(action="confirm.withdraw").after["comment"] == WHY
    confirm(cast)
    settled(cast)
    assert to_act(cast, "ReviewWithdrawn") == set()
    assert cast.sheet().state == ReviewState.REVIEWED


def test_a_withdrawn_approval_takes_the_year_out_of_its_decision_and_the_draft_is_made_anew(cast: Cast) -> None:
    cast.open(2)
    cast.approved(1), cast.approved(2)
    settled(cast)
    assert (year_now(cast), waits_for()) == (CycleState.DECIDING, ["decide"])
    books = Job.objects.filter(kind="year_workbook").count() + Job.objects.get(kind="year_workbook").wanted
    review = undo_approval(cast)
    assert (review.state, review.round) == (ReviewState.REVIEWED, 2)
    assert (year_now(cast), waits_for()) == (CycleState.OPEN, ["wait_settled"])
    settled(cast)
    assert to_act(cast, "CycleReady") == set(), "the decision that was asked for is asked no more"
    assert to_act(cast, "ApprovalWithdrawn") == names(cast.approver, cast.approver2)
    notices = Notification.objects.filter(event="ApprovalWithdrawn", to_act=False)
    assert set(notices.values_list("recipient__username", flat=True)) == names(
        cast.reviewer, cast.reviewer2, cast.contributor
    )
    assert AuditEntry.objects.get(action="cycle.wait_again").after["code"] == "01-01"
    approve(cast)
    settled(cast)
    assert (year_now(cast), waits_for()) == (CycleState.DECIDING, ["decide"])
    assert OutboxEvent.objects.filter(name="CycleReady").count() == 2
    assert to_act(cast, "CycleReady") == names(cast.approver, cast.approver2)
    assert Job.objects.filter(kind="year_workbook").count() + Job.objects.get(kind="year_workbook").wanted > books
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    settle_background()
    assert year_now(cast) == CycleState.PUBLISHED
    assert not SheetProcess.objects.filter(finished=None).exists()


def test_after_a_withdrawn_approval_the_confirmation_can_be_withdrawn_too(cast: Cast) -> None:
    cast.open(1)
    cast.approved(1)
    undo_approval(cast)
    settled(cast)
    review = undo_review(cast)
    settled(cast)
    assert (review.state, review.round) == (ReviewState.SUBMITTED, 3)
    confirm(cast), approve(cast)
    settled(cast)
    assert year_now(cast) == CycleState.DECIDING


def test_a_withdrawal_while_the_draft_is_being_made_leaves_no_decision_waiting(cast: Cast) -> None:
    cast.open(1)
    cast.approved(1)
    for event in outbox.undelivered_ids():
        outbox.deliver(event)
    from workflow import advance

    advance.advance_all()
    assert waits_for() == ["consolidate"]
    undo_approval(cast)
    settled(cast)
    assert (year_now(cast), waits_for()) == (CycleState.OPEN, ["wait_settled"])
    assert not OutboxEvent.objects.filter(name="CycleReady").exists()
    approve(cast)
    settled(cast)
    assert (year_now(cast), waits_for()) == (CycleState.DECIDING, ["decide"])


WALK = {
    ReviewState.SUBMITTED: ["confirm", "return"],
    ReviewState.REVIEWED: ["approve", "undo_review", "return_to_review"],
    ReviewState.APPROVED: ["undo_approval", "year_return"],
}


def walk(cast: Cast, choice: int) -> None:
    """One act of those that the sheet's state allows."""
    review = cast.sheet()
    if review.state not in WALK:
        cast.submitted(1)
        return
    act = WALK[review.state][choice % len(WALK[review.state])]
    args = {"review_id": review.pk, "round": review.round}
    if act == "return":
        steps.return_to_department(user=cast.reviewer2, **args, comment="見直し")
    elif act == "return_to_review":
        steps.return_from_approval(user=cast.approver, **args, to=TO_REVIEW, comment="見直し")
    elif act == "year_return":
        back = YearReturn(review_id=review.pk, to=TO_DEPARTMENT, comment="見直し")
        steps.decide_year(user=cast.approver2, cycle_id=review.cycle_id, returns=[back])
    else:
        {"confirm": confirm, "approve": approve, "undo_review": undo_review, "undo_approval": undo_approval}[act](cast)


@pytest.mark.drill
@pytest.mark.once
@given(choices=st.lists(st.integers(0, 2), min_size=4, max_size=14))
@settings(
    max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_number_of_withdrawals_and_returns_still_leads_to_the_publication(cast: Cast, choices: list[int]) -> None:
    from django.db import transaction

    with transaction.atomic():
        cast.open(1)
        for choice in choices:
            walk(cast, choice)
            settled(cast)
            assert binding.changed_among([cast.sheet()]) == {}, "nobody changed anything"
            assert (year_now(cast) == CycleState.DECIDING) == (cast.sheet().state == ReviewState.APPROVED)
        while cast.sheet().state != ReviewState.APPROVED:
            walk(cast, 0)
        settled(cast)
        withdrawn = Decision.objects.filter(step="withdraw").count()
        assert OutboxEvent.objects.filter(name__endswith="Withdrawn", review__isnull=False).count() == withdrawn
        steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
        settle_background()
        assert year_now(cast) == CycleState.PUBLISHED
        transaction.set_rollback(True)


# --- what counts -------------------------------------------------------------------------------------------------


def test_a_withdrawn_overall_rating_counts_no_more(cast: Cast) -> None:
    cast.open(1)
    review = cast.reviewed(1)
    rule = Rating.objects.get(review=review, hand="reviewer").grade
    approve(cast, overall=Overall(grade="C", reason="本部の判断"))
    assert ratings.standing(rule, queries.ratings_of(cast.sheet())).grade == "C"
    undo_approval(cast)
    assert ratings.standing(rule, queries.ratings_of(cast.sheet())).grade == rule
    approve(cast)
    assert ratings.standing(rule, queries.ratings_of(cast.sheet())).grade == rule
    assert binding.changed_among([cast.sheet()]) == {}
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    settle_background()
    assert year_now(cast) == CycleState.PUBLISHED


def test_what_changes_after_a_withdrawal_behind_the_systems_back_stops_the_next_approval(cast: Cast) -> None:
    cast.open(1)
    cast.approved(1)
    undo_approval(cast)
    IndicatorYear.objects.filter(fiscal_year=cast.cycle.fiscal_year).update(actual="999件")
    with pytest.raises(Changed, match="成果目標① 実績"):
        approve(cast)


def test_a_rating_slipped_in_after_a_withdrawal_is_noticed(cast: Cast) -> None:
    cast.open(1)
    review = cast.approved(1)
    undo_approval(cast)
    Rating.objects.create(
        review=review, hand="approver", grade="D", proposed_grade="D", given_by=cast.approver, given_at=clock.now()
    )
    assert binding.changed_among([cast.sheet()]) == {review.pk: ["rating:approver"]}


@pytest.mark.parametrize("state", [ReviewState.REVIEWED, ReviewState.APPROVED])
def test_a_withdrawn_decision_brings_the_sheet_nowhere(cast: Cast, state: str) -> None:
    """Whoever sets the state back behind the system's back does not revive what was withdrawn."""
    cast.open(1)
    if state == ReviewState.REVIEWED:
        cast.reviewed(1)
        undo_review(cast)
    else:
        cast.approved(1)
        undo_approval(cast)
    MeasureReview.objects.update(state=state)
    review = cast.sheet()
    assert binding.changed_among([review]) == {review.pk: ["decision"]}


def test_the_days_of_each_step_follow_the_withdrawals(cast: Cast) -> None:
    cycle = cast.open(1)
    cast.approved(1)
    undo_approval(cast)
    undo_review(cast)
    confirm(cast), approve(cast)
    counted = {str(row["label"])[:2]: row["count"] for row in step_times.step_times(MeasureReview.objects.all(), cycle)}
    assert (counted["確認"], counted["承認"]) == (2, 3)
