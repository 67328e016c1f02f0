"""More sheets in an open year, in the states that lists show."""

from __future__ import annotations

from collections.abc import Callable

from review.assessment.services import binding
from review.domain.plain_data import digest
from review.models import Decision, MeasureReview, MeasureYear, PlanField, ReviewState, Step, Submission, Verdict
from review.sheet.services import submission
from review.trail.services import audit, sealed_rows
from review.year.services import cycles
from tests.cast import Cast
from workflow.flows import MeasureReviewFlow


def more_sheets(cast: Cast, count: int, *, before_sealing: Callable[[], object] | None = None) -> None:
    """`count` more sheets beside those that are, with processes; half submitted, half reviewed, as the acts leave them.

    What is to be changed in the rows past the services is changed in `before_sealing`: later it would stop decisions.
    """
    made = []
    part = PlanField.objects.get(plan=cast.plan)
    first = MeasureReview.objects.count() + 1
    for number in range(first, first + count):
        cast._measure(part, number, cast.departments["産業振興課"], 2)
    for place, year in enumerate(MeasureYear.objects.filter(review=None).order_by("pk")):
        review = cycles.make_review(cast.cycle, year)
        MeasureReviewFlow.start.run(review=review)
        review.state = (ReviewState.SUBMITTED, ReviewState.REVIEWED)[place % 2]
        review.round = 1
        review.submitted_by = cast.contributor
        review.submitted_at = review.state_since
        review.save()
        made.append(review)
    cycles.judge_year(cast.cycle)
    if before_sealing:
        before_sealing()
    _seal(cast, made)


def _seal(cast: Cast, sheets: list[MeasureReview]) -> None:
    """The submissions and 確認 by which the sheets stand where they stand, sealed, and vouched for by the trail."""
    seals = binding.parts_of(sheets)
    sent, decided = [], []
    for review in sheets:
        common = {"review": review, "round": review.round, "seal": seals[review.pk]}
        at = review.state_since
        content = submission.content_of(review)
        sent.append(
            Submission(
                **common, content=content, sha256=digest(content), submitted_by=review.submitted_by, submitted_at=at
            )
        )
        if review.state == ReviewState.REVIEWED:
            by = {"decided_by": cast.reviewer2, "decided_at": at}
            decided.append(Decision(**common, step=Step.REVIEW, verdict=Verdict.ACCEPT, **by))
    Submission.objects.bulk_create(sent)
    Decision.objects.bulk_create(decided)
    acts = [("submit", row.submitted_by, row) for row in sent] + [("confirm", row.decided_by, row) for row in decided]
    for action, actor, row in acts:
        after = {"state": row.review.state, "round": row.round, sealed_rows.NAME: sealed_rows.mark(row)}
        audit.write(actor=actor, action=action, subject=f"review:{row.review_id}", after=after)
