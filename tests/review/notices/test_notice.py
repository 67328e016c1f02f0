"""A line of the table of notices fits an event of its step, or any where it asks for none."""

from __future__ import annotations

import pytest

from review.domain.events import Event
from review.domain.reminding import Step
from review.models import OutboxEvent, ReviewState
from review.notices.services.notice import Notice


def line(step: Step | None) -> Notice:
    return Notice(Event.CYCLE_OPENED, lambda row: [], title="件名", link=lambda row: "/", step=step)


@pytest.mark.parametrize(
    ("step", "state", "fits"),
    [
        (None, ReviewState.SUBMITTED, True),
        (Step.REVIEW, ReviewState.SUBMITTED, True),
        (Step.REVIEW, ReviewState.ENDORSING, False),
        (Step.ENDORSE, ReviewState.ENDORSING, True),
        (Step.DECIDE, ReviewState.SUBMITTED, False),
    ],
)
def test_a_line_fits_the_step_that_the_sheet_came_to(step: Step | None, state: str, fits: bool) -> None:
    assert line(step).fits(OutboxEvent(payload={"state": state})) is fits


def test_an_event_without_a_state_fits_every_line() -> None:
    assert line(Step.REVIEW).fits(OutboxEvent(payload={}))
