"""The reviewer's desk at a real browser: interactions counted, by mouse and by keyboard, narrow and wide.

An interaction is one control activated or one field filled.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from review.models import ReviewState
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUEUE = f"/plans/dx/{YEAR}/queue/"


class Counted:
    """A page on which every interaction counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def activate(self, control: Any) -> None:
        self.count += 1
        control.click()

    def fill(self, field: Any, words: str) -> None:
        self.count += 1
        field.fill(words)


def serious(axe: Any, page: Any) -> list[dict]:
    return [violation for violation in axe(page) if violation["impact"] in ("serious", "critical")]


@pytest.mark.drill
def test_a_clean_sheet_takes_two_interactions_and_a_return_with_two_remarks_at_most_eight(
    cast: Cast, new_page, sign_in, axe, screenshot
) -> None:
    cast.open(4)
    for number in (1, 2, 3, 4):
        cast.submitted(number)
    page = new_page()
    sign_in(page, cast.reviewer2)

    page.goto(QUEUE)
    clean = Counted(page)
    clean.activate(page.get_by_role("link", name=re.compile("見本の施策1")))
    clean.activate(page.get_by_role("button", name="確認する"))
    page.get_by_text("確認しました。").wait_for()
    assert cast.sheet(1).state == ReviewState.REVIEWED and clean.count == 2

    returned = Counted(page)
    returned.activate(page.get_by_role("link", name=re.compile("見本の施策2")))
    for place, words in enumerate(("単位を確かめてください。", "数え方を書いてください。")):
        returned.activate(page.get_by_text("この項目を指摘する").nth(place))
        returned.fill(page.locator("textarea[name^='remark:indicator']").nth(place), words)
    returned.activate(page.get_by_role("button", name="差し戻す"))
    page.get_by_text("差し戻しました。").wait_for()
    assert cast.sheet(2).state == ReviewState.RETURNED and len(cast.sheet(2).open_items) == 2
    assert returned.count <= 8, returned.count

    by_keyboard(page, cast)
    the_office_looks(cast, page, new_page, sign_in, axe, screenshot)


@pytest.mark.drill
def test_what_is_typed_on_the_years_decision_stays_in_the_tab_until_it_is_sent(cast: Cast, new_page, sign_in) -> None:
    """A lost connection, a page left: reasons, places to return to and the day of publication come back."""
    cycle = cast.open(2)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, cast.approver)
    address, pk = f"/plans/dx/{cycle.fiscal_year}/board/decide/", cast.sheet(2).pk
    page.goto(address)
    page.get_by_text("差し戻す施策を選ぶ").click()
    page.locator(f"#to-{pk}").select_option("department")
    page.locator(f"#comment-{pk}").fill("数え方を確かめてください。")
    page.locator("[name='publish_at']").fill("2030-04-01T09:00")
    page.goto(f"/plans/dx/{cycle.fiscal_year}/board/")
    page.goto(address)
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert page.locator(f"#comment-{pk}").input_value() == "数え方を確かめてください。"
    assert page.locator(f"#to-{pk}").input_value() == "department"
    assert page.locator("[name='publish_at']").input_value() == "2030-04-01T09:00"
    page.get_by_role("button", name="選んだ施策を差し戻す").click()
    page.get_by_text("1件を差し戻しました").wait_for()
    settle_background()
    assert cast.sheet(2).state == ReviewState.RETURNED
    page.goto(f"/sheets/{pk}/")  # the next page with words that matter
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('meguri.draft')).length") == 0


def by_keyboard(page: Any, cast: Cast) -> None:
    """Move, open, confirm; the next sheet by its key; the reason's field by its key; the list of keys, and their switch."""
    page.goto(QUEUE)
    page.keyboard.press("j")
    assert "見本の施策3" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="見本の施策3").wait_for()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="キー操作の一覧")
    assert all(words in keys.inner_text() for words in ("確認する", "差し戻す", "次の施策", "差戻しの理由を書く"))
    keys.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert cast.sheet(3).state == ReviewState.SUBMITTED
    page.locator("details.menu summary").last.click()
    page.locator("[data-keys-open]").first.click()
    keys.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.textContent").strip() == "確認する"
    assert cast.sheet(3).state == ReviewState.SUBMITTED
    page.keyboard.press("Enter")
    page.get_by_text("確認しました。").wait_for()
    assert cast.sheet(3).state == ReviewState.REVIEWED
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="見本の施策4").wait_for()
    page.keyboard.press("r")
    page.keyboard.type("根拠を書いてください。")
    page.get_by_role("heading", name="内容の確認").click()
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    page.get_by_text("差し戻しました。").wait_for()
    assert cast.sheet(4).state == ReviewState.RETURNED


def the_office_looks(cast: Cast, page: Any, new_page: Any, sign_in: Any, axe: Any, screenshot: Any) -> None:
    """Every screen of both desks: no serious complaint of axe, nothing wider than the screen, pictures kept."""
    again = cast.submitted(2, "20件")
    first = cast.sheet(1).pk
    for width, user, path, name in (
        (1280, cast.reviewer2, QUEUE, "desk-queue"),
        (1280, cast.reviewer2, f"{QUEUE}together/?chosen={again.pk}", "desk-together"),
        (390, cast.reviewer2, QUEUE, "desk-queue"),
        (390, cast.reviewer2, f"/sheets/{again.pk}/review/", "desk-review"),
        (390, cast.approver, f"/plans/dx/{YEAR}/board/", "desk-board"),
        (390, cast.approver, f"/plans/dx/{YEAR}/board/measures/01-01/", "desk-present"),
        (1280, cast.approver, f"/sheets/{first}/approve/", "desk-approve"),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        sign_in(page, user)
        page.goto(path)
        screenshot(page, name)
        assert not serious(axe, page), (name, width, serious(axe, page))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    sign_in(page, cast.reviewer)
    page.goto(f"/sheets/{again.pk}/review/")
    assert page.locator("ins, del").count() and page.get_by_text("確認 五月さんが確認しています").count() == 1


def test_a_meeting_goes_through_the_agenda_by_keyboard(cast: Cast, page, sign_in, axe, screenshot) -> None:
    """The arrows lead from 施策 to 施策, never while one types; the decision leads on."""
    cast.open(3)
    for number, actual in ((1, "120件"), (2, "95件"), (3, "46件")):
        review = cast.submitted(number, actual)
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    sign_in(page, cast.approver)
    page.goto(f"/plans/dx/{YEAR}/board/")
    page.keyboard.press("p")
    page.get_by_role("heading", name="01-03").wait_for()
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.get_by_role("button", name="承認する").bounding_box()["y"] < 900, "the act is in sight"
    screenshot(page, "desk-present")
    assert not serious(axe, page)
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="01-02").wait_for()
    page.get_by_text("差し戻す", exact=True).first.click()
    page.get_by_label("差戻しの理由").fill("根拠")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert page.get_by_role("heading", name="01-02").count() == 1
    page.get_by_role("button", name="主管部署へ差し戻す").click()
    page.get_by_role("heading", name="01-03").wait_for()
    page.get_by_role("button", name="承認する").click()
    page.get_by_role("heading", name="01-01").wait_for()
    page.keyboard.press("ArrowRight")
    page.get_by_role("heading", name="2. 決定を待つ計画の変更").wait_for()
    states = [cast.sheet(number).state for number in (1, 2, 3)]
    assert states == [ReviewState.REVIEWED, ReviewState.RETURNED, ReviewState.APPROVED]
