"""How far a year has come: each sheet counted once, and a settled one never by its state."""

from __future__ import annotations

import pytest

from review.assessment.services.tallies import Tally, tallies, tally_of
from review.models import MeasureReview, Outcome, ReviewState
from tests.cast import Cast


@pytest.mark.parametrize(
    ("state", "outcome", "expected"),
    [
        (ReviewState.NOT_STARTED, "", {"due": 1, "waiting": 1, "unapproved": 1}),
        (ReviewState.RETURNED, "", {"due": 1, "waiting": 1, "unapproved": 1}),
        (ReviewState.SUBMITTED, "", {"submitted": 1, "due": 1, "waiting": 0, "unapproved": 1}),
        (ReviewState.APPROVED, "", {"submitted": 1, "approved": 1, "due": 1, "waiting": 0, "unapproved": 0}),
        (ReviewState.PUBLISHED, "", {"submitted": 1, "approved": 1, "due": 1, "unapproved": 0}),
        (
            ReviewState.APPROVED,
            Outcome.EXCLUDED,
            {"submitted": 0, "approved": 0, "excluded": 1, "due": 0, "waiting": 0},
        ),
        (
            ReviewState.APPROVED,
            Outcome.NOT_SUBMITTED,
            {"submitted": 0, "approved": 0, "not_submitted": 1, "due": 1, "waiting": 0, "unapproved": 0},
        ),
    ],
)
def test_one_sheet_counts_by_outcome_before_state(state: str, outcome: str, expected: dict[str, int]) -> None:
    tally = tally_of([(state, outcome)])
    assert tally.sheets == 1
    assert {name: getattr(tally, name) for name in expected} == expected


def test_a_year_without_sheets_has_its_plan_s_measures(cast: Cast) -> None:
    cycle = cast.draft(3)
    assert tallies() == {cycle.pk: Tally(sheets=3)}


def test_every_year_is_counted_in_three_queries(cast: Cast, django_assert_num_queries) -> None:
    cycle = cast.open(3)
    cast.submitted(1)
    MeasureReview.objects.filter(pk=cast.sheet(2).pk).update(
        state="approved", outcome="excluded", outcome_reason="対象外のため。"
    )
    with django_assert_num_queries(3):
        assert tallies() == {cycle.pk: Tally(sheets=3, submitted=1, excluded=1)}
