"""Whatever the 本部's meeting decides names the meeting: 未提出・対象外, changes of the plan, and returns by the year."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import approval
from review.models import AuditEntry, Decision, Meeting, Outcome, PlanChange, Step
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.plan.test_measures import PAGE, typed

BOARD = f"/plans/dx/{YEAR}/board/"


@pytest.fixture
def meeting(cast: Cast) -> Meeting:
    """Two sheets in work, and a meeting that takes place today."""
    cast.open(2)
    return Meeting.objects.create(
        cycle=cast.cycle, held_on=clock.today(), document_number="本部第3号", recorded_by=cast.reviewer
    )


def propose_change(cast: Cast) -> PlanChange:
    as_(cast.reviewer2).post(PAGE, typed(cast, name="新しい名前", reason="改称のため", sure="1"))
    return PlanChange.objects.get()


@pytest.mark.parametrize("accept", ["1", "0"])
def test_a_settled_sheet_names_the_meeting(cast: Cast, meeting: Meeting, accept: str) -> None:
    review = cast.sheet()
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome=Outcome.EXCLUDED, reason="制度の廃止")
    address = reverse("meguri:decide_outcome", args=[review.pk])
    assert as_(cast.approver).post(address, {"accept": accept, "meeting": meeting.pk}).status_code == 303
    if accept == "1":
        assert Decision.objects.get(review=review, step=Step.SETTLE).meeting == meeting
        assert "本部第3号" in words(as_(cast.approver).get(reverse("meguri:sheet", args=[review.pk])))
    else:
        assert AuditEntry.objects.get(action="outcome.refuse").after["meeting"] == meeting.pk


def test_a_change_of_the_plan_names_the_meeting_and_stands_on_the_board(cast: Cast, meeting: Meeting) -> None:
    change = propose_change(cast)
    shown = words(as_(cast.approver).get(BOARD))
    assert "決定を待つ計画の変更 (1)" in shown and "改称のため" in shown
    page = reverse("meguri:plan_change", args=[change.pk])
    assert f'<option value="{meeting.pk}" selected>' in as_(cast.approver).get(page).content.decode()
    as_(cast.approver).post(page, {"accept": "1", "meeting": meeting.pk})
    change.refresh_from_db()
    assert change.meeting == meeting
    assert "本部第3号" in words(as_(cast.approver).get(page))
    assert "決定を待つ計画の変更はありません" in words(as_(cast.approver).get(BOARD))


def test_a_return_by_the_year_names_the_meeting(cast: Cast, meeting: Meeting) -> None:
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    first = cast.sheet()
    typed = {
        "action": "return",
        "meeting": meeting.pk,
        f"to-{first.pk}": "department",
        f"comment-{first.pk}": "根拠を確かめる",
    }
    assert as_(cast.approver).post(f"{BOARD}decide/", typed).status_code == 303
    settle_background()
    assert Decision.objects.get(review=first, step=Step.YEAR).meeting == meeting


def test_on_the_day_of_a_meeting_it_is_chosen_beforehand(cast: Cast, meeting: Meeting) -> None:
    review = cast.reviewed(1)
    for page in (BOARD, reverse("meguri:approve", args=[review.pk])):
        assert f'<option value="{meeting.pk}" selected>' in as_(cast.approver).get(page).content.decode()
    Meeting.objects.update(held_on="2020-01-01")
    assert f'<option value="{meeting.pk}" selected>' not in as_(cast.approver).get(BOARD).content.decode()
