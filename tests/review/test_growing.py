"""The sheets that lists and benches are filled with stand as the acts leave them, so that they can be decided on."""

from review.assessment.services import binding
from review.models import MeasureReview, ReviewState
from review.trail.services import sealed_rows
from tests.bench.test_bench_desk import doubted
from tests.cast import Cast
from tests.review.growing import more_sheets
from workflow import steps


def test_the_sheets_are_sealed_and_can_be_decided_on(cast: Cast) -> None:
    cast.open(1)
    more_sheets(cast, 6, before_sealing=doubted)
    assert not binding.changed_among(MeasureReview.objects.all()) and not list(sealed_rows.faults())
    waiting = MeasureReview.objects.filter(state=ReviewState.SUBMITTED)
    assert len(waiting) == 3
    for review in waiting:
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
