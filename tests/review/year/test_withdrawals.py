"""取消し as the service decides it: by whom, with which reason, until when, and what becomes of the sheet."""

from __future__ import annotations

import pytest

from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import Decision, MeasureReview, ReviewState
from review.year.services import withdrawals
from tests.cast import Cast
from workflow import steps


@pytest.fixture
def review(cast: Cast) -> MeasureReview:
    """A sheet that reviewer2 confirmed."""
    cast.open(1)
    return cast.reviewed(1)


def withdraw(user: object, review: MeasureReview, comment: str = "見落としのため。", ahead: int = 0) -> MeasureReview:
    return withdrawals.withdraw_review(user=user, review_id=review.pk, round=review.round + ahead, comment=comment)


def test_a_withdrawal_is_a_decision_of_its_own_and_ends_the_pass(cast: Cast, review: MeasureReview) -> None:
    after = withdraw(cast.reviewer2, review, "  見落とし\r\nのため。 ")
    made = Decision.objects.get(step="withdraw")
    assert (made.verdict, made.round, made.comment) == ("withdraw_review", review.round, "見落とし\nのため。")
    assert (after.state, after.round) == (ReviewState.SUBMITTED, review.round + 1)


@pytest.mark.parametrize("comment", ["", " \n　"])
def test_it_needs_a_reason(cast: Cast, review: MeasureReview, comment: str) -> None:
    with pytest.raises(Invalid) as refusal:
        withdraw(cast.reviewer2, review, comment)
    assert list(refusal.value.fields) == ["comment"]
    assert MeasureReview.objects.get(pk=review.pk).state == ReviewState.REVIEWED


def test_it_is_the_decider_s_own(cast: Cast, review: MeasureReview) -> None:
    for person, words in (
        (cast.contributor, "情報経営課の確認者が行います"),
        (cast.reviewer, "確認 五月さんの決定です"),
    ):
        with pytest.raises(NotAllowed, match=words):
            withdraw(person, review)


def test_an_approver_or_another_pass_was_first(cast: Cast, review: MeasureReview) -> None:
    with pytest.raises(AlreadyDecided):
        withdraw(cast.reviewer2, review, ahead=1)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    with pytest.raises(AlreadyDecided):
        withdraw(cast.reviewer2, review)


def test_an_approval_goes_back_to_its_approver(cast: Cast, review: MeasureReview) -> None:
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    here = {"review_id": review.pk, "round": review.round, "comment": "数値を確かめるため。"}
    with pytest.raises(NotAllowed, match="承認 六郎さんの決定です"):
        withdrawals.withdraw_approval(user=cast.approver2, **here)
    after = withdrawals.withdraw_approval(user=cast.approver, **here)
    assert (after.state, after.round) == (ReviewState.REVIEWED, review.round + 1)


def test_whose_it_is_stands_in_the_refusal(cast: Cast, review: MeasureReview) -> None:
    assert "確認 五月さん" in withdrawals.not_yours(review)
    review.outcome = "excluded"
    assert "公表の決定で差し戻してください" in withdrawals.not_yours(review)
