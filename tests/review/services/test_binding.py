"""An approval stands for what was seen: whatever a row says otherwise at the next step, or at publication, is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import models

from review.domain.refusals import Changed
from review.models import (
    Cycle,
    Decision,
    Edition,
    IndicatorYear,
    Job,
    Measure,
    MeasureReview,
    MeasureYear,
    Rating,
    ReviewState,
    ScheduleItem,
)
from review.services import assessment, binding
from tests.cast import YEAR, Cast, settle_background
from tests.trail import tampering
from workflow import steps

#: Columns of these models that enter no edition, or that move in the middle of a review, each with the reason.
LEFT_OUT = {
    "Measure": {
        "plan": "another plan's sheet is none of this year",
        "field": "a name of the plan, not of the sheet",
        "first_year": "says in which years there is a sheet, not what it says",
        "last_year": "says in which years there is a sheet, not what it says",
    },
    "MeasureYear": {
        "measure": "what the sheet belongs to; it would be another sheet",
        "fiscal_year": "what the sheet belongs to; it would be another sheet",
        "owner": "departments move on 4月1日, in the middle of a review",
    },
    "IndicatorYear": {
        "indicator": "what the goal belongs to; it would be another goal",
        "fiscal_year": "what the goal belongs to; it would be another goal",
        "given_by": "people are no part of what is approved; the grade and its reason are",
    },
    "ScheduleItem": {
        "measure_year": "what the row belongs to",
        "position": "where the row stands: it would be another row",
    },
    "Rating": {
        "review": "what the row belongs to",
        "hand": "whose it is: it would be another row",
        "given_by": "people are no part of what is approved",
        "given_at": "a moment is no part of what is approved",
    },
}


def rows(cast: Cast) -> dict[str, models.Model]:
    """One row of each model of which an edition is made."""
    review = cast.sheet(1)
    year = MeasureYear.objects.get(pk=review.measure_year_id)
    return {
        "Measure": Measure.objects.get(pk=year.measure_id),
        "MeasureYear": year,
        "IndicatorYear": IndicatorYear.objects.get(
            indicator__measure=year.measure_id, indicator__number=1, fiscal_year=YEAR
        ),
        "ScheduleItem": ScheduleItem.objects.filter(measure_year=year).first(),
        "Rating": Rating.objects.filter(review=review, hand="approver").last(),
    }


def columns() -> Iterator[tuple[str, str]]:
    for model in (Measure, MeasureYear, IndicatorYear, ScheduleItem, Rating):
        left_out = LEFT_OUT[model.__name__]
        for column in model._meta.concrete_fields:
            if not column.primary_key and column.name not in left_out:
                yield model.__name__, column.name


def another(value: Any) -> Any:
    """A value of the same kind that says something else."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, list | dict):
        return {"changed": 1} if isinstance(value, dict) else [{"changed": 1}]
    if isinstance(value, date | datetime):
        return value.replace(year=value.year - 1)
    if isinstance(value, str):
        return "B" if value == "A" else "A" if len(value) == 1 else f"{value}改" if len(value) > 5 else "変"
    return (value or 0) + 1


@pytest.fixture
def ready(cast: Cast) -> Cast:
    """A year whose two sheets are approved and that waits for its decision."""
    cast.open(2)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    return cast


@pytest.mark.parametrize("model, column", list(columns()))
def test_a_value_changed_behind_the_systems_back_is_found_before_publication(
    ready: Cast, model: str, column: str
) -> None:
    row = rows(ready)[model]
    values = {column: another(getattr(row, column))}
    if column in ("given_grade", "grade"):
        values |= {"given_reason": "理由"} if model == "IndicatorYear" else {"reason": "理由"}
    if column == "proposed_grade":
        values |= {"reason": "理由"}
    with tampering():
        type(row).objects.filter(pk=row.pk).update(**values)
    with pytest.raises(Changed):
        steps.decide_year(user=ready.approver, cycle_id=ready.cycle.pk)
    ready.cycle.refresh_from_db()
    assert ready.cycle.state == "deciding" and not Edition.objects.exists()


def test_the_scale_is_bound_too(ready: Cast) -> None:
    Cycle.objects.filter(pk=ready.cycle.pk).update(scale=Cycle.objects.get(pk=ready.cycle.pk).scale[1:])
    with pytest.raises(Changed, match="達成区分の基準"):
        steps.decide_year(user=ready.approver, cycle_id=ready.cycle.pk)


def test_what_changes_after_the_decision_stops_the_publication(ready: Cast) -> None:
    steps.decide_year(user=ready.approver, cycle_id=ready.cycle.pk)
    IndicatorYear.objects.filter(fiscal_year=YEAR, indicator__number=1).update(actual="999件")
    settle_background()
    assert not Edition.objects.exists()
    assert "成果目標① 実績" in Job.objects.get(cause__contains="前の段階").cause


@pytest.mark.parametrize("state", ["submitted", "reviewed"])
def test_the_next_step_is_refused_and_the_way_back_is_open(cast: Cast, state: str) -> None:
    cast.open(1)
    review = getattr(cast, state)(1)
    MeasureYear.objects.filter(pk=review.measure_year_id).update(cause="書き換え")
    act = steps.confirm if state == "submitted" else steps.approve
    person = cast.reviewer2 if state == "submitted" else cast.approver
    with pytest.raises(Changed, match="要因"):
        act(user=person, review_id=review.pk, round=review.round)
    assert not Decision.objects.filter(review=review, step=act.__name__.replace("confirm", "review")).exists()
    back = steps.return_to_department if state == "submitted" else None
    if back:
        back(user=person, review_id=review.pk, round=review.round, comment="もう一度提出してください")
        assert cast.sheet().state == ReviewState.RETURNED


@pytest.mark.parametrize("state", [ReviewState.REVIEWED, ReviewState.APPROVED])
def test_a_state_without_its_decision_is_found(cast: Cast, state: ReviewState) -> None:
    cast.open(1)
    review = cast.submitted(1) if state == ReviewState.REVIEWED else cast.reviewed(1)
    MeasureReview.objects.filter(pk=review.pk).update(state=state)
    with pytest.raises(Changed, match="決定がありません"):
        binding.require_unchanged(MeasureReview.objects.select_related("measure_year__measure").get(pk=review.pk))


def test_what_the_desks_may_change_stops_nothing(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    assessment.give_grade(user=cast.reviewer2, review_id=review.pk, number=1, grade="B", reason="一部のため")
    review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    assessment.give_grade(user=cast.approver, review_id=review.pk, number=1, grade="B", reason="本部でも確かめました")
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round, opinion="よくできています")
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cast.cycle.pk)
    settle_background()
    assert Edition.objects.exists()
