"""Where notices lead: to addresses that exist, of the sheet, the year or the thing that the event tells of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import resolve

from review.models import Cycle, MeasureReview, MeasureYear, OutboxEvent, Plan
from review.notices.services import notice_links as links
from review.notices.services.notice_table import ROWS
from review.notices.services.waiting import STATES

OF_A_YEAR = ("meguri:board", "meguri:decide", "publication:year", "meguri:cycle", "meguri:definitions")
LEADING = sorted({row.link for row in ROWS if isinstance(row.link, str)})


@pytest.mark.parametrize("link", LEADING)
def test_every_link_leads_to_an_address(link: str) -> None:
    row = OutboxEvent(
        name="E",
        review=MeasureReview(pk=7),
        cycle=Cycle(fiscal_year=2024, plan=Plan(short_name="dx")),
        payload={"correction": 7, "change": 7},
    )
    name, sign, place = link.partition("#")
    path, hash_sign, fragment = links.address(link, row).partition("#")
    named = resolve(path)
    assert (named.view_name, hash_sign, fragment) == (name, sign, place)
    assert set(named.kwargs.values()) <= {7, 2024, "dx"}
    assert (2024 in named.kwargs.values()) == (link in OF_A_YEAR)


@pytest.mark.parametrize("link", OF_A_YEAR)
def test_a_link_of_a_year_needs_one(link: str) -> None:
    assert link in LEADING
    with pytest.raises(ValueError, match="CycleReady tells of a year but names none"):
        links.address(link, OutboxEvent(name="CycleReady", payload={}))


def test_without_a_year_there_is_no_day() -> None:
    assert links.due(OutboxEvent(payload={})) is None
    assert links.decide_due(OutboxEvent(payload={})) is None
    with pytest.raises(ValueError, match="tells of a sheet but names none"):
        links.sheet_due(OutboxEvent(name="NUDGED", payload={}))


@pytest.mark.parametrize("line", [row for row in ROWS if row.step and not row.due], ids=lambda row: row.key)
def test_a_step_of_a_sheet_is_due_when_the_sheet_is(line) -> None:
    """The table says a day only where it is another one."""
    day = datetime(2025, 5, 30, tzinfo=UTC)
    cycle = Cycle(fiscal_year=2024, due_at=day, closes_at=day, endorse_due_at=day, review_due_at=day, decide_due_at=day)
    year = MeasureYear(owner_id=1)
    sheet = MeasureReview(cycle=cycle, measure_year=year, state=STATES[line.step][0])
    assert line.due_at(OutboxEvent(review=sheet, payload={})) == day
    assert line.due_at(OutboxEvent(payload={})) is None
