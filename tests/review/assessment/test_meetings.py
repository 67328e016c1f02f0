"""A meeting's record that decisions rest on: amended in sight, and not at all once the year is decided."""

from __future__ import annotations

from datetime import date

import pytest

from review.assessment.services import meetings
from review.assessment.services.meetings import MeetingWords
from review.domain.refusals import Invalid
from tests.cast import Cast
from workflow import steps

WORDS = MeetingWords(held_on=date(2025, 5, 1), document_number="見本第1号")
AMENDED = MeetingWords(held_on=date(2025, 5, 1), document_number="見本第999号")


def test_an_amendment_after_an_approval_shows_old_and_new_and_who(cast: Cast, client) -> None:
    cycle = cast.open(1)
    meeting = meetings.record_meeting(user=cast.reviewer, cycle=cycle, words=WORDS)
    review = cast.reviewed(1)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round, meeting=meeting)
    meetings.amend_meeting(user=cast.reviewer2, meeting_id=meeting.pk, words=AMENDED)
    client.force_login(cast.approver)
    for address in (f"/plans/dx/{cycle.fiscal_year}/board/", f"/plans/dx/{cycle.fiscal_year}/meeting/"):
        shown = " ".join(client.get(address).content.decode().split())
        assert "旧 見本第1号 → 新 見本第999号" in shown
        assert "確認 五月さん" in shown


def test_completing_a_record_before_any_decision_is_no_amendment(cast: Cast) -> None:
    cycle = cast.open(1)
    meeting = meetings.record_meeting(user=cast.reviewer, cycle=cycle, words=WORDS)
    meetings.amend_meeting(user=cast.reviewer2, meeting_id=meeting.pk, words=AMENDED)
    assert meetings.amended_later(cycle) == {}


def test_the_record_of_a_published_year_stays(cast: Cast) -> None:
    cycle = cast.published(1)
    meeting = meetings.record_meeting(user=cast.reviewer, cycle=cycle, words=WORDS)
    with pytest.raises(Invalid, match="公表の決定の後"):
        meetings.amend_meeting(user=cast.reviewer, meeting_id=meeting.pk, words=AMENDED)
    meeting.refresh_from_db()
    assert meeting.document_number == "見本第1号"
