"""Pages on which people wait show what happened meanwhile by themselves, and never over what somebody is doing there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from review.background.services import outbox
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUEUE, BOARD = f"/plans/dx/{YEAR}/queue/", f"/plans/dx/{YEAR}/board/"


@pytest.fixture
def waiting(cast: Cast, new_page, sign_in) -> Any:
    """waiting(user, path): a page of that person with a clock that the test moves."""

    def open_page(user: Any, path: str) -> Any:
        page = new_page()
        page.clock.install()
        sign_in(page, user)
        page.goto(path)
        return page

    return open_page


def later(page: Any) -> None:
    """The page has had time to ask again."""
    page.clock.run_for(21_000)


def row(page: Any, number: int) -> Any:
    return page.get_by_role("link", name=re.compile(f"見本の施策{number}"))


def test_the_queue_and_its_numbers_follow_what_departments_submit(cast: Cast, waiting) -> None:
    cast.open(4)
    cast.submitted(1)
    page = waiting(cast.reviewer2, QUEUE)
    page.keyboard.press("j")
    cast.submitted(2)
    later(page)
    row(page, 2).wait_for()
    assert page.locator("#tasks-count").inner_text().startswith("2")
    assert "2" in page.locator("#menu a[aria-current=page] .count").inner_text()
    assert "見本の施策1" in page.evaluate("document.activeElement.textContent"), "the focus stays on its row"
    box = page.get_by_role("checkbox").nth(1)
    box.check()
    cast.submitted(3)
    later(page)
    page.wait_for_timeout(300)
    assert box.is_checked() and row(page, 3).count() == 0, "nothing is swapped under a hand"
    box.uncheck()
    page.get_by_role("heading", name="確認待ち").click()
    later(page)
    row(page, 3).wait_for()
    Session.objects.all().delete()
    later(page)
    page.get_by_label("利用者名").wait_for()


@pytest.mark.drill
def test_the_board_leads_on_to_the_decision_by_itself(cast: Cast, waiting) -> None:
    """The button of the year's decision, and what is folded out stays so; home and files show it as well."""
    cast.open(1)
    review = cast.reviewed(1)
    board, home = waiting(cast.approver, f"{BOARD}?show=all"), waiting(cast.approver, "/")
    board.get_by_text("分野別に見る").click()
    steps.approve(user=cast.approver2, review_id=review.pk, round=1)
    for event in outbox.undelivered_ids():
        outbox.deliver(event)
    for page in (board, home):
        later(page)
    board.get_by_text("年度を次の段階へ進める確認").wait_for()
    home.get_by_text("年度を次の段階へ進める確認").wait_for()
    settle_background()
    for page in (board, home):
        later(page)
        page.get_by_role("link", name="公表の決定に進む").first.wait_for()
    assert board.get_by_text("分野別に見る").locator("xpath=..").get_attribute("open") is not None
