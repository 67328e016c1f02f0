"""An approval counts for the rows of its time: any difference at the next step, or at publication, is detected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import models

from review import clock
from review.assessment.services import approval, assessment, binding
from review.assessment.services.ratings import Overall
from review.domain.fields import text_keys
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
    Plan,
    PlanChange,
    Rating,
    ReviewState,
    ScheduleItem,
    Submission,
    TargetChange,
)
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.trail.test_frozen_rows import another as another_row
from tests.trail import rewrite, tampering
from workflow import steps

#: Columns of these models that enter no edition, or that move in the middle of a review, each with the reason.
LEFT_OUT = {
    "Measure": {
        "plan": "another plan's sheet is none of this year",
        "field": "a name of the plan, not of the sheet",
        "sort_key": "the order of the 施策ID, which is bound itself",
        "first_year": "says in which years there is a sheet, not what it says",
        "last_year": "says in which years there is a sheet, not what it says",
        "continues": "leads to last years' values, which are bound themselves",
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
    "Plan": {
        "form": "with which form the first year began, which no sheet says",
        "short_name": "a name for commands, which no sheet and no edition says",
        "continues": "leads to last years' values, which are bound themselves",
        **dict.fromkeys(
            ("office", "office_en", "office_department", "body", "body_en"),
            "offices are renamed in the middle of a review; what is approved does not speak of them",
        ),
    },
    "Cycle": {
        "form": "stands from the opening on; each of its items is bound with its sheet",
        "plan": "another plan's year is none of this",
        "state": "the state of the year, which moves with the decision itself",
        "requires_endorsement": "which steps there are, not the sheet's content",
        "opened_at": "a moment of the year's course, shown in no edition",
        "published_at": "set by the publication itself",
        "publish_at": "chosen with the decision, after all approvals",
        "return_days": "how long a department has, not what it says",
        "reminders": "when deadlines are called to mind",
        **dict.fromkeys(
            ("due_at", "closes_at", "endorse_due_at", "review_due_at", "decide_due_at", "department_deadlines"),
            "deadlines are extended in the middle of a review, and stand in no edition",
        ),
    },
    "TargetChange": {
        "review": "what the row belongs to",
        "indicator": "what the row belongs to: it would be another goal's",
        "changed_by": "people are no part of what is approved",
    },
    "PlanChange": dict.fromkeys(
        (each.name for each in PlanChange._meta.concrete_fields),
        "decided on its own, also in the middle of a review, so no sheet's approval stands for it: the trail vouches for "
        "the row (test_sealed_rows)",
    ),
    "Decision": {"review": "what the row belongs to: without it its sheet has no decision, which is detected (below)"},
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
        "Plan": Plan.objects.get(),
        "Cycle": Cycle.objects.get(),
        "TargetChange": TargetChange.objects.get(review=review),
        "Decision": Decision.objects.get(review=review, step="approve"),
    }


BOUND = (
    Measure, MeasureYear, IndicatorYear, ScheduleItem, Rating, Plan, Cycle, TargetChange, PlanChange, Decision,
)  # fmt: skip


def columns() -> Iterator[tuple[str, str]]:
    for model in BOUND:
        left_out = LEFT_OUT[model.__name__]
        for column in model._meta.concrete_fields:
            if column.name == "texts":
                yield from ((model.__name__, f"texts.{key}") for key in text_keys())
            elif not column.primary_key and column.name not in left_out:
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
@remembered
def ready(cast: Cast) -> Cast:
    """A year whose two sheets are approved and that waits for its decision."""
    cast.open(2)
    sheet = cast.sheet(1)
    texts = {"indicator:1:next_target": "150件", "change_reason": "需要が増えたため"}
    submission.save_draft(user=cast.contributor, review_id=sheet.pk, version=sheet.version, texts=texts)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    return cast


@pytest.mark.parametrize("model, column", list(columns()))
def test_a_value_changed_behind_the_systems_back_is_found_before_publication(
    ready: Cast, model: str, column: str
) -> None:
    row = rows(ready)[model]
    column, _dot, key = column.partition(".")
    meta = row._meta.get_field(column)
    if isinstance(meta, models.ForeignKey):
        ready.cycle.meetings.create(held_on=clock.today(), recorded_by=ready.reviewer)
        values = {column: another_row(meta, getattr(row, meta.attname), {})}
    elif key:
        values = {column: {**row.texts, key: another(row.text(key))}}
    else:
        values = {column: another(getattr(row, column))}
    if column in ("given_grade", "grade"):
        values |= {"given_reason": "理由"} if model == "IndicatorYear" else {"reason": "理由"}
    if column == "verdict":
        values |= {"comment": "理由"}
    if column == "proposed_grade":
        values |= {"reason": "理由"}
    with tampering():
        type(row).objects.filter(pk=row.pk).update(**values)
    with pytest.raises(Changed):
        steps.decide_year(user=ready.approver, cycle_id=ready.cycle.pk)
    ready.cycle.refresh_from_db()
    assert ready.cycle.state == "deciding" and not Edition.objects.exists()


def submitted_columns() -> list[str]:
    """What a submission holds is compared at the next step; it enters no edition, whose decision has a seal of its own."""
    left_out = {
        "id": "another row's number",
        "review": "what the row belongs to: without it its sheet has no submission",
        "recalled_by": "filled by 取下げ, with recalled_at, which takes the submission out: that is detected",
    }
    return [each.name for each in Submission._meta.concrete_fields if each.name not in left_out]


@pytest.mark.parametrize("column", submitted_columns())
def test_a_submission_changed_behind_the_systems_back_is_found_at_the_next_step(cast: Cast, column: str) -> None:
    cast.open(1)
    review = cast.submitted(1)
    row, meta = Submission.objects.get(), Submission._meta.get_field(column)
    changed = another_row(meta, getattr(row, meta.attname), {})
    with tampering():
        Submission.objects.filter(pk=row.pk).update(**{column: changed})
    with pytest.raises(Changed):
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)


def test_a_seal_made_anew_to_fit_a_changed_sheet_is_found(cast: Cast) -> None:
    """Both the sheet and the digests that were stored with the act: the trail tells of the act as it was."""
    cast.open(1)
    review = cast.reviewed(1)
    rewrite(review, cause="書き換え")
    with tampering():
        Decision.objects.filter(review=review).update(seal=binding.seal(review))
    with pytest.raises(Changed, match="監査記録にあるもの"):
        steps.approve(user=cast.approver, review_id=review.pk, round=review.round)


@pytest.mark.parametrize("overall", [None, Overall(grade="B", reason="会議で説明を受けた")])
def test_a_confirmation_is_sealed_with_its_own_rating(cast: Cast, overall: Overall | None) -> None:
    """The rows are read once, before the 総合評価 is written: the seal is that of the rows as they stand behind it."""
    cast.open(1)
    steps.confirm(user=cast.reviewer2, review_id=cast.submitted(1).pk, round=1, overall=overall)
    (sealed,) = Decision.objects.values_list("seal", flat=True)
    assert sealed == binding.seal(cast.sheet()) and "rating:reviewer" in sealed


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
    rewrite(review, cause="書き換え")
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


def test_a_sheet_that_came_back_from_the_year_goes_on_with_the_targets_it_changed(ready: Cast) -> None:
    """Its 目標 of the year to come took effect with the first approval: that is no change of the sheet."""
    back = {"user": ready.approver, "comment": "もう一度確認してください", "to": approval.TO_REVIEW}
    approval.return_from_year(review_id=ready.sheet(1).pk, **back)
    review = ready.sheet(1)
    review = assessment.confirm(user=ready.reviewer2, review_id=review.pk, round=review.round)
    assert approval.approve(user=ready.approver, review_id=review.pk, round=review.round).state == ReviewState.APPROVED


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
