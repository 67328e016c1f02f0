"""Whom a notice is for: those who hold the post today and can take the step, and nobody who left."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from review.domain.events import Event
from review.models import ItemComment, MeasureReview, OutboxEvent, User
from review.notices.services import notice_audiences as audiences
from tests.cast import Cast
from workflow import steps


def names(people: Iterable[User]) -> set[str]:
    return {user.username for user in people}


def event_of(cast: Cast, sheet: MeasureReview, **payload: object) -> OutboxEvent:
    return OutboxEvent(name=Event.SUBMISSION_RETURNED, review=sheet, cycle=cast.cycle, payload=payload)


def test_a_sheet_s_department_is_its_contributors_and_heads(cast: Cast) -> None:
    cast.open(1)
    row = event_of(cast, cast.sheet())
    assert names(audiences.department(row)) == {"contributor", "colleague", "head"}
    assert names(audiences.heads(row)) == {"head"}
    with pytest.raises(ValueError, match="names none"):
        audiences.department(OutboxEvent(name="X", payload={}))


def test_a_return_goes_to_whom_the_sheet_was_handed_else_to_who_sent_it_else_to_all(cast: Cast) -> None:
    cast.open(1)
    sheet = cast.submitted(1)
    assert names(audiences.sender(event_of(cast, sheet))) == {"contributor"}
    sheet.assigned_to = cast.colleague
    assert names(audiences.sender(event_of(cast, sheet))) == {"colleague"}
    sheet.assigned_to = cast.other
    assert names(audiences.sender(event_of(cast, sheet))) == {"contributor", "colleague", "head"}


def test_only_those_who_may_take_the_step_are_asked_while_the_sheet_waits_for_it(cast: Cast) -> None:
    cast.open(1, owners=("情報経営課",))
    draft = cast.fill(cast.sheet(), user=cast.reviewer)
    sheet = steps.submit(user=cast.reviewer, review_id=draft.pk)
    assert names(audiences.reviewers(event_of(cast, sheet))) == {"reviewer2"}
    assert names(audiences.reviewing_office(event_of(cast, sheet))) == {"reviewer", "reviewer2"}
    sheet.state = "editing"
    assert names(audiences.reviewers(event_of(cast, sheet))) == {"reviewer", "reviewer2"}, "to know"


def test_the_year_s_decision_is_asked_anew_only_of_those_it_names(cast: Cast) -> None:
    cast.open(1)
    row = OutboxEvent(name=Event.CYCLE_READY, cycle=cast.cycle, payload={"people": [cast.approver2.pk]})
    assert names(audiences.approvers(row)) == {"approver2"}
    row.payload = {}
    assert names(audiences.approvers(row)) == {"approver", "approver2"}


def test_owners_are_asked_while_a_sheet_of_theirs_is_open(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    row = OutboxEvent(name=Event.CYCLE_OPENED, cycle=cast.cycle, payload={})
    assert names(audiences.owners_of_open_sheets(row)) == {"contributor", "colleague", "head", "other"}
    cast.submitted(1)
    assert names(audiences.owners_of_open_sheets(row)) == {"other"}


def test_named_people_are_left_out_once_they_are_gone(cast: Cast) -> None:
    row = OutboxEvent(payload={"people": [cast.head.pk, cast.other.pk], "offices": [cast.departments["農林水産課"].pk]})
    assert names(audiences.named(row)) == {"head", "other"}
    assert names(audiences.offices(row)) == {"other"}
    User.objects.filter(pk=cast.other.pk).update(is_active=False)
    assert names(audiences.named(row)) == {"head"}
    assert names(audiences.named(OutboxEvent(payload={}))) == set()


def test_a_conversation_reaches_who_took_part_and_may_still_read(cast: Cast) -> None:
    cast.open(1)
    sheet = cast.submitted(1)
    for author in (cast.reviewer, cast.other):
        ItemComment.objects.create(
            review=sheet, round=1, kind="comment", body="一言", author=author, created_at=sheet.submitted_at
        )
    assert names(audiences.conversation(event_of(cast, sheet))) == {"contributor", "colleague", "head", "reviewer"}


def test_a_correction_comes_back_to_its_sender_while_they_review(cast: Cast) -> None:
    row = OutboxEvent(name="X", payload={"sender": cast.reviewer.pk})
    assert names(audiences.correction_sender(row)) == {"reviewer"}
    row.payload["sender"] = cast.contributor.pk
    assert names(audiences.correction_sender(row)) == {"reviewer", "reviewer2"}
