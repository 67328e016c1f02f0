"""The same act on the same sheet any number of times: each has its event, and nothing is refused as done already."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW, YearReturn
from review.models import Cycle, Decision, MeasureReview, OutboxEvent, ReviewState, Submission
from tests.cast import Cast, settle_background
from workflow import steps

ROOT = Path(__file__).resolve().parents[2]
WAYS = {"review": TO_REVIEW, "department": TO_DEPARTMENT}


def forward(cast: Cast) -> MeasureReview:
    """The sheet taken on to the approver, from wherever it stands."""
    review = cast.sheet()
    if review.state in (ReviewState.RETURNED, ReviewState.NOT_STARTED, ReviewState.EDITING):
        review = cast.submitted()
    if review.state == ReviewState.SUBMITTED:
        review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    return review


def returned(cast: Cast, by: str, to: str) -> None:
    """Sent back by the approver from the screen, or by the year's decision after all was approved."""
    review = forward(cast)
    if by == "screen":
        steps.return_from_approval(
            user=cast.approver, review_id=review.pk, round=review.round, to=WAYS[to], comment="見直し"
        )
        return
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    back = YearReturn(review_id=review.pk, to=WAYS[to], comment="見直し")
    steps.decide_year(user=cast.approver2, cycle_id=review.cycle_id, returns=[back])
    settle_background()


@pytest.mark.drill
@pytest.mark.parametrize("second", [("screen", "department"), ("year", "department"), ("year", "review")])
def test_a_sheet_sent_back_to_review_can_be_sent_back_again(cast: Cast, second: tuple[str, str]) -> None:
    cast.open(1)
    returned(cast, "screen", "review")
    returned(cast, *second)
    assert cast.sheet().state == (ReviewState.SUBMITTED if second[1] == "review" else ReviewState.RETURNED)
    assert OutboxEvent.objects.filter(name="ApprovalReturned").count() == 2
    steps.approve(user=cast.approver, review_id=cast.sheet().pk, round=forward(cast).round)
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    settle_background()
    assert Cycle.objects.get(pk=cast.cycle.pk).state == "published"


ACTS = st.lists(st.tuples(st.sampled_from(["screen", "year"]), st.sampled_from(sorted(WAYS))), min_size=1, max_size=5)


@pytest.mark.drill
@given(ways=ACTS)
@settings(
    max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_the_order_of_returns_each_is_told_once(cast: Cast, ways: list[tuple[str, str]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        cast.open(1)
        for by, to in ways:
            returned(cast, by, to)
        assert OutboxEvent.objects.filter(name="ApprovalReturned").count() == len(ways)
        assert Decision.objects.filter(verdict__startswith="return").count() == len(ways)
        transaction.set_rollback(True)


def test_a_recall_after_a_return_to_review_marks_the_submission(cast: Cast) -> None:
    cast.open(1)
    returned(cast, "screen", "review")
    steps.recall(user=cast.contributor, review_id=cast.sheet().pk)
    sent = Submission.objects.get(review=cast.sheet())
    assert sent.recalled_at is not None and sent.recalled_by == cast.contributor


def test_no_key_of_an_event_is_made_of_a_round_or_of_a_time() -> None:
    """What counts passes or reads the clock does not tell two acts apart: the row of the act does."""
    wrong = []
    for path in [*(ROOT / "review").rglob("*.py"), *(ROOT / "workflow").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("announce"):
                key = next((ast.unparse(one.value) for one in node.keywords if one.arg == "key"), "")
                if ".round" in key or "clock" in key:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {key}")
    assert not wrong, wrong
