"""Where notices lead: to addresses that exist, of the sheet, the year or the thing that the event tells of."""

from __future__ import annotations

import inspect

import pytest
from django.urls import resolve

from review.models import Cycle, MeasureReview, OutboxEvent, Plan
from review.notices.services import notice_links as links

OF_A_YEAR = (links.board, links.decide, links.results, links.cycle, links.definitions)
DATES = ("due", "sheet_due", "decide_due")
EVERY = [one for name, one in inspect.getmembers(links, inspect.isfunction) if one.__module__ == links.__name__]
LEADING = [one for one in EVERY if one.__name__ not in DATES and not one.__name__.startswith("_")]


@pytest.mark.parametrize("link", LEADING, ids=lambda one: one.__name__)
def test_every_link_leads_to_an_address(link) -> None:
    row = OutboxEvent(
        name="E",
        review=MeasureReview(pk=7),
        cycle=Cycle(fiscal_year=2024, plan=Plan(short_name="dx")),
        payload={"correction": 7, "change": 7},
    )
    path, _hash, _fragment = link(row).partition("#")
    named = resolve(path).kwargs.values()
    assert set(named) <= {7, 2024, "dx"}
    assert (2024 in named) == (link in OF_A_YEAR)


@pytest.mark.parametrize("link", OF_A_YEAR, ids=lambda one: one.__name__)
def test_a_link_of_a_year_needs_one(link) -> None:
    with pytest.raises(ValueError, match="CycleReady tells of a year but names none"):
        link(OutboxEvent(name="CycleReady", payload={}))


def test_without_a_year_there_is_no_day() -> None:
    assert links.due(OutboxEvent(payload={})) is None
    assert links.decide_due(OutboxEvent(payload={})) is None
    with pytest.raises(ValueError, match="tells of a sheet but names none"):
        links.sheet_due(OutboxEvent(name="NUDGED", payload={}))
