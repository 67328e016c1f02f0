"""The two flows: every way a sheet and a year can go. The background work is done in the test's own process."""

import pytest
from viewflow.workflow.models import Task

from review.assessment.services import approval
from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW, YearReturn
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import Cycle, Decision, Edition, IndicatorYear, MeasureReview, OutboxEvent, Outcome, ReviewState
from review.publication.services import publication
from review.sheet.services import submission
from review.year.services import cycles
from tests.cast import YEAR, Cast, settle_background
from workflow import steps
from workflow.flows import MeasureReviewFlow
from workflow.models import SheetProcess


def trail(review: MeasureReview) -> list[str]:
    """The names of the sheet's finished or waiting steps that a person or the year takes, in order."""
    steps = {"submit", "endorse", "review", "approve", "settled", "end"}
    rows = Task.objects.filter(process=review.process).order_by("pk")
    return [row.flow_task.name for row in rows if row.flow_task.name in steps]


def test_a_year_from_opening_to_the_next_draft(cast: Cast) -> None:
    cycle = cast.published(sheets=3)
    assert cycle.state == "published"
    assert set(MeasureReview.objects.values_list("state", flat=True)) == {ReviewState.PUBLISHED}
    edition = Edition.objects.get()
    assert publication.intact(edition)
    assert [row["code"] for row in edition.snapshot["measures"]] == ["01-01", "01-02", "01-03"]
    following = Cycle.objects.get(fiscal_year=YEAR + 1)
    assert following.state == "draft"
    assert following.plan.measures.first().years.get(fiscal_year=YEAR + 1).schedule.count() == 1
    assert not Task.objects.filter(finished=None).exists()
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()


def test_a_return_at_review_goes_round_and_keeps_the_trail(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.return_to_department(
        user=cast.reviewer,
        review_id=review.pk,
        round=review.round,
        comment="",
        remarks={"indicator:1:actual": "単位を確かめてください。"},
    )
    review = cast.sheet()
    assert (review.state, review.open_items) == (ReviewState.RETURNED, ["indicator:1:actual"])
    with pytest.raises(NotAllowed, match="成果目標② 実績"):
        submission.save_draft(
            user=cast.contributor, review_id=review.pk, version=review.version, texts={"indicator:2:actual": "1件"}
        )
    submission.save_draft(
        user=cast.contributor, review_id=review.pk, version=review.version, texts={"indicator:1:actual": "121件"}
    )
    steps.submit(user=cast.contributor, review_id=review.pk)
    assert trail(review) == ["submit", "review", "submit", "review"]
    assert review.submissions.count() == 2


def test_a_recall_brings_the_sheet_back_until_the_reviewer_acts(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.recall(user=cast.contributor, review_id=review.pk)
    assert cast.sheet().state == ReviewState.EDITING
    assert review.submissions.get().recalled_at
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer, review_id=review.pk, round=review.round)
    with pytest.raises(NotAllowed):
        steps.recall(user=cast.contributor, review_id=review.pk)
    assert trail(review) == ["submit", "review", "submit", "review", "approve"]


def test_an_endorsement_stands_between_where_the_cycle_asks_for_it(cast: Cast) -> None:
    cycle = cast.open(1)
    Cycle.objects.filter(pk=cycle.pk).update(requires_endorsement=True)
    review = cast.submitted()
    assert review.state == ReviewState.ENDORSING
    with pytest.raises(NotAllowed):
        steps.endorse(user=cast.contributor, review_id=review.pk)
    steps.endorse(user=cast.head, review_id=review.pk)
    assert cast.sheet().state == ReviewState.SUBMITTED
    assert trail(review) == ["submit", "endorse", "review"]


@pytest.mark.parametrize(
    ("to", "state", "steps_taken"),
    [
        (TO_DEPARTMENT, ReviewState.RETURNED, ["submit", "review", "approve", "submit"]),
        (TO_REVIEW, ReviewState.SUBMITTED, ["submit", "review", "approve", "review"]),
    ],
)
def test_a_return_at_approval(cast: Cast, to: approval.Destination, state: str, steps_taken: list[str]) -> None:
    cast.open(1)
    review = cast.reviewed()
    steps.return_from_approval(
        user=cast.approver, review_id=review.pk, round=review.round, to=to, comment="確かめてください。"
    )
    assert cast.sheet().state == state
    assert trail(review) == steps_taken
    settle_background()


def test_the_year_waits_for_the_last_sheet_and_returns_what_the_board_names(cast: Cast) -> None:
    cycle = cast.open(2)
    first = cast.approved(1)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "open"
    cast.approved(2)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "deciding"
    back = YearReturn(review_id=first.pk, to=TO_DEPARTMENT, comment="図を直してください。")
    steps.decide_year(user=cast.approver2, cycle_id=cycle.pk, returns=[back])
    settle_background()
    first.refresh_from_db()
    assert first.state == ReviewState.RETURNED
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cycle.pk)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "published"
    assert not SheetProcess.objects.filter(finished=None).exists()


def test_a_sheet_that_never_comes_is_settled_by_two_people(cast: Cast) -> None:
    cycle = cast.open(2)
    cast.approved(1)
    missing = cast.sheet(2)
    approval.propose_outcome(
        user=cast.reviewer, review_id=missing.pk, outcome=Outcome.NOT_SUBMITTED, reason="期限までに提出がありません。"
    )
    steps.decide_outcome(user=cast.approver, review_id=missing.pk, accept=True)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "deciding"
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    published = Edition.objects.get().snapshot["measures"][1]
    assert (published["outcome"], published["outcome_reason"]) == ("not_submitted", "期限までに提出がありません。")


def test_a_refused_proposal_leaves_the_sheet_with_the_department(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome=Outcome.EXCLUDED, reason="終了のため。")
    steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=False)
    assert cast.sheet().proposed_outcome == ""
    assert cast.submitted().state == ReviewState.SUBMITTED


def test_a_second_open_of_the_same_year_is_refused_with_a_sentence(cast: Cast) -> None:
    cycle = cast.open(1)
    with pytest.raises(AlreadyDecided, match="令和6年度はもう開始されています"):
        steps.open_year(user=cast.reviewer, cycle_id=cycle.pk)
    assert SheetProcess.objects.count() == 1


def test_a_year_needs_deadlines_before_it_opens(cast: Cast) -> None:
    cycle = cast.draft(1)
    Cycle.objects.filter(pk=cycle.pk).update(due_at=None)
    with pytest.raises(Invalid, match="提出期限"):
        steps.open_year(user=cast.reviewer, cycle_id=cycle.pk)


def test_nobody_decides_on_their_own_submission(cast: Cast) -> None:
    cast.open(1, owners=("情報経営課",))
    review = cast.fill(cast.sheet(), user=cast.reviewer)
    review = steps.submit(user=cast.reviewer, review_id=review.pk)
    with pytest.raises(NotAllowed, match="ご自分が提出した"):
        steps.confirm(user=cast.reviewer, review_id=review.pk, round=review.round)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    assert Decision.objects.get().decided_by == cast.reviewer2


def test_a_decision_on_something_decided_names_who_was_first(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.confirm(user=cast.reviewer, review_id=review.pk, round=review.round)
    with pytest.raises(AlreadyDecided, match="確認 四郎さん"):
        steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="遅れて")
    assert Decision.objects.count() == 1


def test_demo_values_enter_no_edition(cast: Cast) -> None:
    cycle = cast.open(1)
    review = cast.fill(cast.sheet(1), "120件")
    IndicatorYear.objects.filter(indicator__number=1, fiscal_year=YEAR).update(demo=True)
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    assert not Edition.objects.exists()
    failed = cycle.jobs.get(state="failed")
    assert "デモ値" in failed.cause and "01-01" in failed.cause


def test_the_next_year_is_drafted_once(cast: Cast) -> None:
    cycle = cast.published(1)
    cycles.draft_next(cycle)
    assert Cycle.objects.count() == 2
    assert OutboxEvent.objects.filter(name="NextCycleDrafted").count() == 1


def test_the_flow_locks_its_process_row() -> None:
    assert type(MeasureReviewFlow.lock_impl).__name__ == "SelectForUpdateLock"
