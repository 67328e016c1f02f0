"""A proposal of 未提出 or 対象外 beside the sheet's own way: it never outlives what makes it moot, and none is lost."""

from __future__ import annotations

import pytest

from review.assessment.services import approval
from review.domain.refusals import AlreadyDecided
from review.models import AuditEntry, Cycle, Notification, Outcome
from tests.cast import Cast, settle_background
from workflow import steps


def proposed(cast: Cast, outcome: Outcome) -> None:
    approval.propose_outcome(user=cast.reviewer2, review_id=cast.sheet().pk, outcome=outcome, reason="見込みがない")


@pytest.mark.parametrize(("outcome", "stands"), [(Outcome.NOT_SUBMITTED, ""), (Outcome.EXCLUDED, "excluded")])
def test_a_submission_answers_a_proposal_of_not_submitted(cast: Cast, outcome: Outcome, stands: str) -> None:
    cast.open(1)
    proposed(cast, outcome)
    assert cast.submitted().proposed_outcome == cast.sheet().proposed_outcome == stands
    settle_background()
    notices = Notification.objects.filter(event="OutcomeRefused", recipient=cast.reviewer2)
    assert notices.exists() is (stands == "")


def test_an_approval_answers_any_proposal(cast: Cast) -> None:
    cast.open(1)
    proposed(cast, Outcome.EXCLUDED)
    review = cast.approved()
    assert (review.state, review.outcome, review.proposed_outcome) == ("approved", "", "")
    assert "承認されたため" in AuditEntry.objects.get(action="outcome.refuse").after["comment"]
    with pytest.raises(AlreadyDecided):
        steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=review.cycle_id)
    settle_background()
    assert Cycle.objects.get(pk=review.cycle_id).state == "published", (
        "what was dropped is no change of what was approved"
    )


def test_a_second_proposal_does_not_replace_the_first(cast: Cast) -> None:
    cast.open(1)
    proposed(cast, Outcome.EXCLUDED)
    with pytest.raises(AlreadyDecided):
        proposed(cast, Outcome.NOT_SUBMITTED)
    assert cast.sheet().proposed_outcome == Outcome.EXCLUDED
