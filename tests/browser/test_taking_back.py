"""Taking a decision back, and the pages before 提出 and 所属長の確認, at a real browser: by keyboard, narrow and wide."""

from __future__ import annotations

from typing import Any

import pytest

from review.models import Cycle, ReviewState
from tests.browser.test_desk import serious
from tests.cast import Cast, settle_background

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_confirmation_is_taken_back_by_keyboard(cast: Cast, new_page, sign_in, axe, screenshot) -> None:
    cast.open(1)
    review = cast.reviewed(1)
    settle_background()
    page = new_page()
    sign_in(page, cast.reviewer2)
    page.goto(f"/sheets/{review.pk}/")
    link = page.get_by_role("link", name="確認を取り消す")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="理由").focus()
    looked_at(page, axe, screenshot, "withdraw")
    page.get_by_role("textbox", name="理由").focus()
    page.keyboard.type("対象の期間が違っていました。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("取り消しました").first.wait_for()
    assert cast.sheet(1).state == ReviewState.SUBMITTED
    page.goto(f"/sheets/{review.pk}/")
    looked_at(page, axe, screenshot, "withdrawn-sheet")
    assert page.get_by_text("対象の期間が違っていました。").count()


@pytest.mark.drill
def test_what_goes_is_seen_before_it_is_sent_and_before_the_head_confirms(
    cast: Cast, new_page, sign_in, axe, screenshot
) -> None:
    cycle = cast.open(2)
    Cycle.objects.filter(pk=cycle.pk).update(requires_endorsement=True)
    cast.fill(cast.sheet(1), "20件")
    page = new_page()
    sign_in(page, cast.contributor)
    page.goto(f"/sheets/{cast.sheet(1).pk}/submit/")
    looked_at(page, axe, screenshot, "submit-all")
    review = cast.submitted(2, "20件")
    settle_background()
    sign_in(page, cast.head)
    page.goto(f"/sheets/{review.pk}/endorse/")
    looked_at(page, axe, screenshot, "endorse-all")
    page.get_by_role("button", name="確認する").focus()
    page.keyboard.press("Enter")
    page.get_by_text("確認しました").first.wait_for()
    assert cast.sheet(2).state == ReviewState.SUBMITTED


def looked_at(page: Any, axe: Any, screenshot: Any, name: str) -> None:
    """No serious complaint of axe, nothing wider than the screen, pictures kept."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, name)
        assert not serious(axe, page), (name, width, serious(axe, page))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
