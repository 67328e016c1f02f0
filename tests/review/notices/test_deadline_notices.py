"""Notices about deadlines: the words of a distance, the sheets that still wait, whom they call and where they lead."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.domain.events import Event
from review.domain.reminding import Kind, Step
from review.models import OutboxEvent
from review.notices.services import deadline_notices
from tests.cast import YEAR, Cast


def row_of(cast: Cast, *numbers: int, step: Step = Step.SUBMIT, **payload: object) -> OutboxEvent:
    sheets = [cast.sheet(number).pk for number in numbers]
    return OutboxEvent(
        name=Event.DEADLINE_NEAR,
        cycle=cast.cycle,
        payload={"step": step, "sheets": sheets, "kind": Kind.NEAR, **payload},
    )


@pytest.mark.parametrize(
    ("distance", "words"), [(-5, "あと5開庁日"), (-1, "あと1開庁日"), (0, "本日まで"), (3, "3開庁日超過")]
)
def test_a_distance_in_words(distance: int, words: str) -> None:
    assert deadline_notices.when(distance) == words


def test_only_sheets_that_still_wait_are_called_to_mind(cast: Cast) -> None:
    cast.open(2)
    row = row_of(cast, 1, 2)
    cast.submitted(1)
    assert [one.pk for one in deadline_notices.sheets(row)] == [cast.sheet(2).pk]
    assert {one.username for one in deadline_notices.called(row)} == {"contributor", "colleague"}
    words = deadline_notices.words(row)
    assert (words["count"], words["step"]) == ("1", "実績の提出") and words["sheets"].startswith("・01-02 ")


def test_nobody_is_called_when_no_sheet_waits(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    row = row_of(cast, 1, people=[cast.head.pk], fallen=[])
    assert list(deadline_notices.called(row)) == list(deadline_notices.newly_able(row)) == []
    assert list(deadline_notices.late_heads(row)) == list(deadline_notices.office(row)) == []


def test_a_step_is_asked_of_the_newly_able_else_of_the_office(cast: Cast) -> None:
    cast.open(1)
    row = row_of(cast, 1, people=[cast.colleague.pk], fallen=False)
    assert list(deadline_notices.newly_able(row)) == [cast.colleague] and not deadline_notices.office_in_place(row)
    row = row_of(cast, 1, people=[cast.reviewer.pk], fallen=True)
    assert list(deadline_notices.office_in_place(row)) == [cast.reviewer] and not deadline_notices.newly_able(row)


def test_one_sheet_is_opened_at_once_and_several_as_their_list(cast: Cast) -> None:
    cast.open(2)
    assert deadline_notices.link(row_of(cast, 1)) == reverse("meguri:resume", args=[cast.sheet(1).pk])
    assert deadline_notices.link(row_of(cast, 1, 2)) == reverse("meguri:mine")
    assert deadline_notices.link(row_of(cast, 1, 2, kind=Kind.TO_HEAD)) == reverse("meguri:progress", args=["dx", YEAR])
    for number in (1, 2):
        cast.submitted(number)
    assert deadline_notices.link(row_of(cast, 1, 2, step=Step.REVIEW)) == reverse("meguri:queue", args=["dx", YEAR])
    assert deadline_notices.link(row_of(cast, 1, step=Step.REVIEW)) == reverse("meguri:sheet", args=[cast.sheet(1).pk])


def test_a_long_list_is_cut_and_says_so(cast: Cast) -> None:
    cast.open(1)
    lines = list(deadline_notices._lines([cast.sheet(1)] * (deadline_notices.MOST_LINES + 3)))
    assert len(lines) == deadline_notices.MOST_LINES + 1 and lines[-1] == "ほか3件"


def test_each_event_says_what_it_asks_for(cast: Cast) -> None:
    cast.open(1)
    row = row_of(cast, 1)
    assert deadline_notices.asks(row) == {"step": Step.SUBMIT, "sheets": [cast.sheet(1).pk]}
    row.name = Event.DECISION_CALLED
    assert deadline_notices.asks(row) == {"year": cast.cycle.pk}
    assert set(deadline_notices.words(row)) == {"due", "when"}
    row.name = Event.EXTENSION_ASKED
    assert deadline_notices.asks(row) == {}
