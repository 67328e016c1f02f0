"""A doubt at a real browser: it opens beside the value while one types, and costs one click, or one key."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review.models import IndicatorYear
from tests.cast import YEAR, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE, JUMP, STATE = "indicator:1:actual", "indicator:1:doubt:jump", "indicator:1:doubt:state"


def row() -> IndicatorYear:
    return IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR)


def field(page: Any, name: str) -> Any:
    return page.locator(f"[name='{name}']")


def is_saved(page: Any, code: str, answer: str) -> bool:
    """Whether the autosave stored this answer, waited for."""
    for _attempt in range(40):
        if row().answers.get(code, {}).get("answer") == answer:
            return True
        page.wait_for_timeout(250)
    return False


@pytest.mark.drill
@pytest.mark.parametrize("width", [1280, 390])
def test_a_doubt_and_a_state_cost_one_click_each_where_they_arise(
    cast: Cast, new_page, sign_in, axe, screenshot, width: int
) -> None:
    cast.open(1)
    page = new_page(width=width)
    sign_in(page, cast.contributor)
    address = reverse("meguri:entry", args=[cast.sheet().pk, 1])
    page.goto(address)
    field(page, ONE).fill("500件")
    tick = field(page, f"sure:{JUMP}")
    tick.wait_for()
    tick.focus()
    page.keyboard.press("Space")  # the keyboard does what the mouse does
    assert is_saved(page, "jump", "sure") and row().actual == "500件"
    screenshot(page, f"doubt-{width}")
    assert not [one for one in axe(page) if one["impact"] in ("serious", "critical")]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

    # Another text raises the doubt anew, and with it the question of its state: one click decides it, shown at once.
    field(page, ONE).fill("510件(9月末現在)")
    page.get_by_text("年度の途中までの値のため、判定できません").first.wait_for()
    page.locator(f"[id='id_{STATE}:interim']").click()
    assert is_saved(page, "state", "interim") and row().answers["state"]["text"] == "2024-09-30"
    page.locator(f"[id='id_{STATE}:final']").click()
    page.locator("#reading-1 .reading--doubt").wait_for(state="detached")
    assert is_saved(page, "state", "final") and row().status == "achieved"
    page.goto(address)
    assert page.locator(f"[id='id_{STATE}:final']").is_checked()
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url("**/entry/2/")


def test_without_javascript_the_same_click_is_saved_with_the_step(cast: Cast, new_page, sign_in) -> None:
    cast.open(1)
    page = new_page(java_script_enabled=False)
    sign_in(page, cast.contributor)
    page.goto(reverse("meguri:entry", args=[cast.sheet().pk, 1]))
    field(page, ONE).fill("500件")
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_text("確かめてほしいところがあります").wait_for()
    field(page, f"sure:{JUMP}").check()
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_url("**/entry/2/")
    assert row().answers["jump"]["answer"] == "sure"
