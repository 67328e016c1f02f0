"""取消し of a 確認 and of an 承認: from submission to publication with withdrawals in between, who may, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from viewflow.workflow.models import Task

from review import clock, permissions, queries
from review.assessment.services import approval, binding, meetings, ratings
from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW, YearReturn
from review.assessment.services.ratings import Overall
from review.background.services import outbox
from review.domain.refusals import AlreadyDecided, Changed, Invalid, NotAllowed
from review.models import (
    AuditEntry,
    Cycle,
    CycleState,
    Decision,
    IndicatorYear,
    Job,
    MeasureReview,
    Meeting,
    Notification,
    OutboxEvent,
    Outcome,
    Rating,
    RecordedDecision,
    ReviewState,
    Role,
    User,
    Verdict,
)
from review.people.services import people
from review.screens.views import step_times
from tests.asked import assert_asked
from tests.cast import Cast, settle_background
from tests.review.notices.test_asked import deputy, names, to_act
from workflow import steps
from workflow.flows import AnnualCycleFlow
from workflow.models import SheetProcess, YearProcess

WHY = "添付の資料を確かめ直します。"


def undo_review(cast: Cast, number: int = 1, *, by: User | None = None) -> MeasureReview:
    """The 確認 taken back by whoever gave it in `cast.reviewed`."""
    sheet = cast.sheet(number)
    return steps.withdraw_review(user=by or cast.reviewer2, review_id=sheet.pk, round=sheet.round, comment=WHY)


def undo_approval(cast: Cast, number: int = 1, *, by: User | None = None) -> MeasureReview:
    """The 承認 taken back by whoever gave it in `cast.approved`."""
    sheet = cast.sheet(number)
    return steps.withdraw_approval(user=by or cast.approver, review_id=sheet.pk, round=sheet.round, comment=WHY)


def confirm(cast: Cast, number: int = 1) -> MeasureReview:
    sheet = cast.sheet(number)
    return steps.confirm(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round)


def approve(cast: Cast, number: int = 1, overall: Overall | None = None) -> MeasureReview:
    sheet = cast.sheet(number)
    return steps.approve(user=cast.approver, review_id=sheet.pk, round=sheet.round, overall=overall)


def settled(cast: Cast) -> None:
    """The background's work done, and the invariant of who is asked held."""
    settle_background()
    assert_asked(Cycle.objects.get(pk=cast.cycle.pk))


def year_now(cast: Cast) -> str:
    return Cycle.objects.get(pk=cast.cycle.pk).state


def waits_for() -> list[str]:
    """The unfinished tasks of the year, by name."""
    year = YearProcess.objects.get()
    return [task.flow_task.name for task in Task.objects.filter(process=year, finished=None)]


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


@given(choices=st.lists(st.integers(0, 2), min_size=4, max_size=14))
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
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


# --- who may -----------------------------------------------------------------------------------------------------


def everybody(cast: Cast, review: MeasureReview) -> tuple[set[str], set[str]]:
    """Who may take back the 確認 and who the 承認 of the sheet as it stands."""
    users = User.objects.filter(is_active=True)
    return (
        {user.username for user in users if permissions.may_withdraw_review(user, review)},
        {user.username for user in users if permissions.may_withdraw_approval(user, review)},
    )


def test_only_whose_decision_it_is_takes_it_back_and_only_while_it_is_the_last(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    assert everybody(cast, cast.sheet()) == (set(), set())
    confirm(cast)
    assert everybody(cast, cast.sheet()) == ({"reviewer2"}, set())
    with pytest.raises(NotAllowed, match="確認 五月さんの決定です"):
        undo_review(cast, by=cast.reviewer)
    with pytest.raises(NotAllowed, match="情報経営課の確認者"):
        undo_review(cast, by=cast.approver)
    approve(cast)
    assert everybody(cast, cast.sheet()) == (set(), {"approver"})
    with pytest.raises(NotAllowed, match="承認 六郎さんの決定です"):
        undo_approval(cast, by=cast.approver2)
    settle_background()
    assert everybody(cast, cast.sheet()) == (set(), {"approver"})
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    assert everybody(cast, cast.sheet()) == (set(), set())


def test_the_proxy_of_whose_decision_it_is_may_while_it_runs(cast: Cast) -> None:
    cast.open(1)
    cast.reviewed(1)
    deputy(cast, cast.reviewer2, Role.REVIEWER, cast.other)
    assert everybody(cast, cast.sheet())[0] == {"reviewer2", "other"}
    review = undo_review(cast, by=User.objects.get(pk=cast.other.pk))
    row = Decision.objects.get(step="withdraw")
    assert (row.decided_by, row.on_behalf_of) == (cast.other, cast.reviewer2)
    assert AuditEntry.objects.filter(action="proxy.decide", subject=f"review:{review.pk}").count() == 1
    settled(cast)
    confirm(cast)
    deputy(cast, cast.approver, Role.APPROVER, cast.other)
    stands_in = User.objects.get(pk=cast.other.pk)
    assert not permissions.may_approve(stands_in, cast.sheet()), "who took a 確認 back had a hand in the review"


def test_of_a_decision_by_proxy_the_represented_may_and_the_proxy_no_more_afterwards(cast: Cast) -> None:
    cast.open(1)
    deputy(cast, cast.approver, Role.APPROVER, cast.other)
    review = cast.reviewed(1)
    steps.approve(user=User.objects.get(pk=cast.other.pk), review_id=review.pk, round=review.round)
    assert everybody(cast, cast.sheet())[1] == {"approver", "other"}
    clock_ahead = clock.today() + timedelta(days=60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "today", lambda: clock_ahead)
        assert everybody(cast, cast.sheet())[1] == {"approver"}


def test_of_somebody_who_left_another_takes_it_back(cast: Cast) -> None:
    cast.open(1)
    cast.reviewed(1)
    people.deactivate(by=cast.administrator, user_id=cast.reviewer2.pk, reason="退職")
    assert everybody(cast, cast.sheet())[0] == {"reviewer"}
    undo_review(cast, by=cast.reviewer)
    settled(cast)
    assert cast.sheet().state == ReviewState.SUBMITTED


def test_a_reason_is_asked_for_and_may_not_be_endless(cast: Cast) -> None:
    cast.open(1)
    review = cast.reviewed(1)
    for comment in ("", " \n ", "あ" * 100_001):
        with pytest.raises(Invalid):
            steps.withdraw_review(user=cast.reviewer2, review_id=review.pk, round=1, comment=comment)
    assert not Decision.objects.filter(step="withdraw").exists()
    approve(cast)
    with pytest.raises(Invalid, match="取り消す理由"):
        steps.withdraw_approval(user=cast.approver, review_id=review.pk, round=1, comment="")
    assert (cast.sheet().state, year_now(cast)) == (ReviewState.APPROVED, CycleState.OPEN)


# --- too late ----------------------------------------------------------------------------------------------------


def test_what_was_overtaken_is_refused_with_who_was_first(cast: Cast) -> None:
    cast.open(1)
    review = cast.reviewed(1)
    approve(cast)
    with pytest.raises(AlreadyDecided, match=r"承認 六郎さんが.*「承認」と決めています"):
        steps.withdraw_review(user=cast.reviewer2, review_id=review.pk, round=1, comment=WHY)
    undo_approval(cast)
    with pytest.raises(AlreadyDecided, match=r"承認 六郎さんが.*「承認の取消し」を行っています"):
        steps.withdraw_approval(user=cast.approver, review_id=review.pk, round=1, comment=WHY)
    undo_review(cast)
    with pytest.raises(AlreadyDecided, match=r"確認 五月さんが.*「確認の取消し」を行っています"):
        steps.approve(user=cast.approver, review_id=review.pk, round=2)


def test_once_the_year_is_decided_nothing_is_taken_back(cast: Cast) -> None:
    cast.open(1)
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    with pytest.raises(AlreadyDecided, match=r"承認 七海さんが.*に決定しました"):
        undo_approval(cast)
    settle_background()
    with pytest.raises(AlreadyDecided):
        undo_approval(cast)


def test_the_year_is_not_decided_on_a_page_opened_before_the_withdrawal(cast: Cast) -> None:
    cast.open(1)
    cast.approved(1)
    settle_background()
    undo_approval(cast)
    with pytest.raises(AlreadyDecided, match=r"承認 六郎さんが.*01-01 の承認を取り消した"):
        steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)


def test_what_the_years_decision_sends_back_is_not_taken_back_meanwhile(cast: Cast) -> None:
    cast.open(1)
    review = cast.approved(1)
    settle_background()
    back = YearReturn(review_id=review.pk, to=TO_DEPARTMENT, comment="図を直してください。")
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk, returns=[back])
    assert Task.objects.filter(flow_task=AnnualCycleFlow.apply_returns, finished=None).exists()
    with pytest.raises(AlreadyDecided, match="差戻しを処理しています"):
        undo_approval(cast)
    settled(cast)
    assert cast.sheet().state == ReviewState.RETURNED
    with pytest.raises(AlreadyDecided, match=r"承認 七海さんが.*「差戻し」と決めています"):
        undo_approval(cast)


def test_what_was_settled_without_a_report_is_not_taken_back_here(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    approval.propose_outcome(
        user=cast.reviewer, review_id=review.pk, outcome=Outcome.NOT_SUBMITTED, reason="提出がありません。"
    )
    steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)
    assert everybody(cast, cast.sheet()) == (set(), set())
    with pytest.raises(NotAllowed, match="公表の決定で差し戻してください"):
        undo_approval(cast)


def test_what_was_recorded_of_a_meeting_ends_with_the_confirmation(cast: Cast) -> None:
    """An approver cannot confirm it any more, and another can be recorded in the next pass."""
    cast.open(1)
    review = cast.reviewed(1)
    held = Meeting.objects.create(
        cycle=review.cycle, held_on=clock.today(), attendees="本部長", minute="議事", document_number="第1号",
        decided_on=clock.today(), recorded_by=cast.reviewer,
    )  # fmt: skip
    verdicts = meetings.Verdicts(verdict=Verdict.ACCEPT)
    meetings.record(user=cast.reviewer, chosen=[(review.pk, 1)], meeting=held, verdicts=verdicts)
    before = RecordedDecision.objects.get()
    undo_review(cast)
    with pytest.raises(AlreadyDecided):
        steps.confirm_record(user=cast.approver, record=before)
    before.refresh_from_db()
    assert before.closed_at
    confirm(cast)
    meetings.record(user=cast.reviewer, chosen=[(review.pk, 2)], meeting=held, verdicts=verdicts)
    steps.confirm_record(user=cast.approver, record=RecordedDecision.objects.get(closed_at=None))
    assert everybody(cast, cast.sheet())[1] == {"approver"}
    settled(cast)
    assert year_now(cast) == CycleState.DECIDING


def test_a_withdrawn_confirmation_does_not_ask_the_head_again(cast: Cast) -> None:
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    review = cast.submitted(1)
    steps.endorse(user=cast.head, review_id=review.pk)
    confirm(cast)
    undo_review(cast)
    settled(cast)
    assert cast.sheet().state == ReviewState.SUBMITTED
    steps.recall(user=cast.contributor, review_id=review.pk)
    settled(cast)
    assert cast.sheet().state == ReviewState.EDITING
