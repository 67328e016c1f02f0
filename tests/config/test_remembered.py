"""What a file's own fixture plays is put back like what the cast plays, each under its own name, and changes nothing for the test."""

from __future__ import annotations

import pytest
from django.db import transaction

from review.models import Department, MeasureReview, ReviewState
from tests.cast import Cast
from tests.remembered import remembered
from workflow import steps

PLAYED: list[str] = []


@remembered
def ready(cast: Cast, actual: str) -> Cast:
    """Its sheet is submitted; each time that it is really played is noted."""
    PLAYED.append(actual)
    cast.open(1)
    cast.submitted(1, actual)
    return cast


class Another:
    @staticmethod
    @remembered
    def ready(cast: Cast, actual: str) -> str:
        """Of the same name, and leaves something else."""
        cast.open(1)
        return f"open, without {actual}"


@pytest.mark.parametrize("time", range(3))
def test_a_world_is_played_once_and_stands_for_every_test(cast: Cast, time: int) -> None:
    assert ready(cast, "120件") is cast
    assert MeasureReview.objects.get().state == cast.sheet().state == ReviewState.SUBMITTED
    assert cast.sheet().cycle == cast.cycle and PLAYED.count("120件") == 1
    MeasureReview.objects.update(state=ReviewState.APPROVED)  # what a test changes is its own


def test_an_act_of_the_same_name_elsewhere_is_another(cast: Cast) -> None:
    assert Another.ready(cast, "120件") == "open, without 120件"
    assert MeasureReview.objects.get().state == ReviewState.NOT_STARTED


def test_where_other_rows_stand_it_is_played_upon_them(cast: Cast) -> None:
    Department.objects.create(name="新しい課", order=9)
    ready(cast, "80件")
    assert Department.objects.filter(name="新しい課").exists() and PLAYED.count("80件") == 1
    assert MeasureReview.objects.get().state == ReviewState.SUBMITTED


@remembered
def failing(cast: Cast) -> None:
    cast.open(1)
    raise ValueError("after it wrote")


def test_what_an_act_wrote_until_it_failed_stays(cast: Cast) -> None:
    with pytest.raises(ValueError, match="after it wrote"):
        failing(cast)
    assert MeasureReview.objects.get().state == ReviewState.NOT_STARTED and cast.sheet()


@remembered
def further(cast: Cast) -> str:
    ready(cast, "70件")
    review = cast.sheet()
    return steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round).state


def test_an_act_within_an_act_is_put_back_if_it_was_played_before(db: None) -> None:
    for act, state in (
        (lambda cast: ready(cast, "70件").sheet().state, ReviewState.SUBMITTED),
        (further, ReviewState.REVIEWED),
    ):
        with transaction.atomic():
            assert act(Cast.build()) == MeasureReview.objects.get().state == state
            transaction.set_rollback(True)
    assert PLAYED.count("70件") == 1
