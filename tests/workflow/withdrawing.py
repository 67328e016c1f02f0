"""Acts of the tests on decisions that are taken back."""

from __future__ import annotations

from viewflow.workflow.models import Task

from review.assessment.services.ratings import Overall
from review.models import Cycle, MeasureReview, User
from tests.asked import assert_asked
from tests.cast import Cast, settle_background
from workflow import steps
from workflow.models import YearProcess

WHY = "添付の資料を確かめ直します。"


def undo_review(cast: Cast, number: int = 1, *, by: User | None = None) -> MeasureReview:
    """The 確認 taken back by whoever gave it in `cast.reviewed`."""
    sheet = cast.sheet(number)
    return steps.withdraw_review(user=by or cast.reviewer2, review_id=sheet.pk, round=sheet.round, comment=WHY)


def undo_approval(cast: Cast, number: int = 1, *, by: User | None = None) -> MeasureReview:
    """The 承認 taken back by whoever gave it in `cast.approved`."""
    sheet = cast.sheet(number)
    return steps.withdraw_approval(user=by or cast.approver, review_id=sheet.pk, round=sheet.round, comment=WHY)


def confirm(cast: Cast, number: int = 1) -> MeasureReview:
    sheet = cast.sheet(number)
    return steps.confirm(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round)


def approve(cast: Cast, number: int = 1, overall: Overall | None = None) -> MeasureReview:
    sheet = cast.sheet(number)
    return steps.approve(user=cast.approver, review_id=sheet.pk, round=sheet.round, overall=overall)


def settled(cast: Cast) -> None:
    """The background's work done, and the invariant of who is asked held."""
    settle_background()
    assert_asked(Cycle.objects.get(pk=cast.cycle.pk))


def year_now(cast: Cast) -> str:
    return Cycle.objects.get(pk=cast.cycle.pk).state


def waits_for() -> list[str]:
    """The unfinished tasks of the year, by name."""
    year = YearProcess.objects.get()
    return [task.flow_task.name for task in Task.objects.filter(process=year, finished=None)]
