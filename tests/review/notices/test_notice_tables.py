"""The tables of notices that stand beside the main one: all of them in it, complete, and with words that are filled in."""

from __future__ import annotations

from string import Formatter

import pytest

from review.domain.events import Event
from review.notices.services import notice_audiences, notice_texts
from review.notices.services.further_table import DEADLINE_NOTICES, ENDING_NOTICES, PROXY_NOTICES
from review.notices.services.notice import Notice
from review.notices.services.notice_table import NOTICES, ROWS

BESIDE = (DEADLINE_NOTICES, PROXY_NOTICES, ENDING_NOTICES)
EVERY = [pytest.param(notice, id=notice.key) for notice in ROWS]


def test_each_event_stands_in_one_table_and_in_the_whole() -> None:
    events = [event for table in BESIDE for event in {row.event for row in table}]
    assert len(events) == len(set(events))
    for table in BESIDE:
        assert [row for row in ROWS if row.event in {one.event for one in table}] == list(table)


def test_no_two_lines_have_one_name() -> None:
    names = [notice.key for notice in ROWS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("notice", EVERY)
def test_a_line_names_only_what_is_filled_in(notice: Notice) -> None:
    words = {
        name for text in (notice.title, notice.body, notice.act) for _, name, _, _ in Formatter().parse(text) if name
    }
    assert words <= set(notice_texts.PLACEHOLDERS)
    assert len(notice.title) <= notice_texts.LONGEST_TITLE


@pytest.mark.parametrize("notice", EVERY)
def test_what_asks_for_an_act_says_which(notice: Notice) -> None:
    assert bool(notice.act) or not notice.to_act
    assert notice.to_act or not (notice.due or notice.actor_too)


def test_a_withdrawal_asks_again_for_the_step_it_took_back_and_tells_those_asked_before() -> None:
    for event in (Event.REVIEW_WITHDRAWN, Event.APPROVAL_WITHDRAWN):
        first, *others = rows = NOTICES[event]
        assert first.to_act and first.step and first.actor_too and "{comment}" in first.body
        assert others and not any(row.to_act for row in others)
        assert rows[-1].to is notice_audiences.sender
