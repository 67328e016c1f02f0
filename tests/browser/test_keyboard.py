"""The keyboard alone suffices for a whole year: the clerk, the head, the reviewer and the 本部, each from their first page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from review import clock
from review.models import Cycle, Meeting, ReviewState
from tests.cast import PASSWORD, YEAR, Cast, settle_background

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

#: As many stops as a person bears before what the page is for.
STOPS = 90
#: A longer name is that of the whole page.
SHORT = 60
HERE = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  const label = node.labels?.[0]?.textContent || node.getAttribute('aria-label') || node.textContent || '';
  // The browser marks by itself the part of a day or an hour that one is at.
  const seen = node === document.body || /^date/.test(node.type) || style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  return [label.replace(/\\s+/g, ' ').trim(), node.getAttribute('name') || '', seen];
}"""


class Keys:
    """A person without a mouse."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, words: str) -> None:
        """Tab on to what is called so, or has it in its name; each stop on the way shows where one is."""
        passed = []
        for _stop in range(STOPS):
            self.page.keyboard.press("Tab")
            label, name, seen = self.page.evaluate(HERE)
            assert seen, f"nobody sees that the focus is at {label or name}"
            if name == words or (words in label and len(label) < SHORT):
                return
            passed.append(label or name)
        raise AssertionError(f"{words} is not among {passed}")

    def press(self, words: str) -> None:
        self.to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, field: str, text: str) -> None:
        self.to(field)
        self.page.keyboard.type(text)

    def sign_in(self, user: Any) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/accounts/login/")
        self.write("username", user.username)
        self.write("password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="ホーム").wait_for()

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_a_year_without_a_mouse(cast: Cast, page: Any) -> None:
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    keys = Keys(page)
    keys.sign_in(cast.contributor)
    keys.press("入力を始める")
    keys.write("indicator:1:actual", "120件")
    keys.write("indicator:2:actual", "70件")
    page.locator("[name=cause]").wait_for()
    keys.write("cause", "周知が足りませんでした。")
    keys.write("response", "周知の回数を増やします。")
    keys.press("保存して次へ")
    page.get_by_role("heading", name="3.").wait_for()
    keys.press("確認・提出")
    keys.press("提出する")
    keys.sees("提出しました。")
    settle_background()
    keys.sign_in(cast.head)
    page.goto(f"/sheets/{cast.sheet().pk}/endorse/")
    keys.press("確認する")
    keys.sees("確認しました。")
    settle_background()
    keys.sign_in(cast.reviewer2)
    keys.press("確認待ち")
    keys.press("見本の施策1")
    keys.press("確認する")
    keys.sees("確認しました。")
    settle_background()
    decided_without_a_mouse(keys, cast)


def decided_without_a_mouse(keys: Keys, cast: Cast) -> None:
    Meeting.objects.create(
        cycle=cast.cycle, held_on=clock.today(), document_number="本部第3号", decided_on=clock.today(),
        attendees="本部長", minute="審議した。", recorded_by=cast.reviewer,
    )  # fmt: skip
    keys.sign_in(cast.approver)
    keys.press("審議")
    keys.press("見本の施策1")
    keys.press("承認する")
    keys.sees("承認しました。")
    settle_background()
    keys.page.goto(f"/plans/dx/{YEAR}/board/")
    keys.press("公表の決定に進む")
    keys.press("公表を決定する")
    keys.sees("公表を決定しました")
    settle_background()
    assert cast.sheet().state == ReviewState.PUBLISHED
