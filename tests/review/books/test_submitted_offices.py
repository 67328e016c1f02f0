"""Which office a sheet names: that of the day of its submission, today's for whoever still writes."""

from __future__ import annotations

from review import queries
from review.books.services.submitted_offices import _before, offices_of
from review.models import Department, MeasureReview, Reorganisation, Submission
from tests.cast import Cast


def full(cast: Cast) -> MeasureReview:
    (review,) = queries.full_reviews(cast.cycle, only=[cast.sheet().pk])
    return review


def move(review: MeasureReview, office: Department) -> None:
    review.measure_year.owner = office
    review.measure_year.save(update_fields=["owner"])


def test_a_sheet_under_way_names_today_s_office(cast: Cast) -> None:
    cast.open(1)
    move(cast.sheet(), cast.departments["市民課"])
    assert offices_of(full(cast)) == {"owner": "市民課", "related": ["市民課"]}


def test_a_submitted_sheet_names_the_office_that_sent_it_and_today_s_beside(cast: Cast) -> None:
    cast.open(1)
    move(cast.submitted(1), cast.departments["農林水産課"])
    assert offices_of(full(cast)) == {"owner": "産業振興課", "owner_now": "農林水産課", "related": ["市民課"]}


def test_the_office_before_is_the_trail_s_else_the_only_one_else_the_sender_s(cast: Cast) -> None:
    cast.open(1)
    sent = Submission.objects.get(review=cast.submitted(1))
    mine, others = cast.departments["産業振興課"], cast.departments["農林水産課"]
    plan = Reorganisation.objects.create(
        kind="merge", effective_on=sent.submitted_at, reason="統合", planned_by=cast.administrator, planned_at=sent.submitted_at
    )  # fmt: skip
    plan.before.add(others)
    assert _before(plan, None, sent) == others
    plan.before.add(mine)
    assert _before(plan, None, sent) == mine, "the sender's"
    assert _before(plan, "農林水産課", sent) == others
    assert _before(plan, "どこにもない課", sent) is None
    plan.before.add(cast.departments["市民課"])
    sent.submitted_by = cast.approver
    assert _before(plan, None, sent) is None
