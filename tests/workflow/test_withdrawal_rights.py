"""Who may take a decision back, in whose name, and when it is too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from viewflow.workflow.models import Task

from review import clock, permissions
from review.assessment.services import approval, meetings
from review.assessment.services.approval import TO_DEPARTMENT, YearReturn
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import (
    AuditEntry,
    Cycle,
    CycleState,
    Decision,
    MeasureReview,
    Meeting,
    Outcome,
    RecordedDecision,
    ReviewState,
    Role,
    User,
    Verdict,
)
from review.people.services import people
from tests.cast import Cast, settle_background
from tests.review.notices.test_asked import deputy
from tests.workflow.withdrawing import WHY, approve, confirm, settled, undo_approval, undo_review, year_now
from workflow import steps
from workflow.flows import AnnualCycleFlow

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
