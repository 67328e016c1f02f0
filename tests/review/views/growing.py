"""More sheets in an open year, in the states that lists show."""

from __future__ import annotations

from review.models import MeasureReview, MeasureYear, PlanField, ReviewState
from review.services import cycles
from tests.cast import Cast
from workflow.flows import MeasureReviewFlow


def more_sheets(cast: Cast, count: int) -> None:
    """`count` more sheets beside those that are, with processes; half submitted, half reviewed."""
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
    cycles.judge_year(cast.cycle)
