"""The keyboard alone suffices for a whole year: the clerk, the head, the reviewer, the 本部, the administrator and the
auditor, each from their first page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import override_settings

from review import clock
from review.models import Cycle, Department, Job, JobState, Meeting, Proxy, ReviewState, User
from tests.cast import PASSWORD, YEAR, Cast, settle_background

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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


@pytest.mark.drill
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


# --- those who look after the system ---------------------------------------------------------------------------------


def day_typed(keys: Keys, field: str, day: date) -> None:
    """A day as one types it: month, day, year, each part moving on to the next."""
    keys.write(field, day.strftime("%m%d%Y"))
    assert keys.page.locator(f"[name={field}]").input_value() == day.isoformat()


def chosen(keys: Keys, field: str) -> None:
    """The first of a list but the one that stands there."""
    keys.to(field)
    keys.page.keyboard.press("ArrowDown")


def downloaded(keys: Keys, words: str) -> str:
    """The name of the file behind what is called so."""
    keys.to(words)
    with keys.page.expect_download() as coming:
        keys.page.keyboard.press("Enter")
    return coming.value.suggested_filename


@pytest.mark.drill
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_the_administrator_without_a_mouse(cast: Cast, page: Any) -> None:
    cycle = cast.open(1)
    settle_background()
    job = {
        "cause": "空き容量が足りません。",
        "final": True,
        "attempts": 5,
        "not_before": clock.now(),
        "created_at": clock.now(),
    }
    Job.objects.create(kind="year_workbook", key="x", cycle=cycle, state=JobState.FAILED, **job)
    keys = Keys(page)
    keys.sign_in(cast.administrator)
    a_person_and_a_department(keys)
    a_proxy(keys, cast)
    keys.press("処理の状況")
    keys.press("再実行")
    assert not Job.objects.filter(state=JobState.FAILED).exists()
    keys.press("集約表とファイル")
    assert downloaded(keys, "ダウンロード").endswith((".xlsx", ".pdf"))


def a_person_and_a_department(keys: Keys) -> None:
    keys.press("利用者と部署")
    keys.press("利用者を登録する")
    keys.write("username", "aratana")
    keys.write("display_name", "新た 花子")
    keys.press("登録する")
    keys.sees("仮のパスワード")
    assert User.objects.get(username="aratana").display_name == "新た 花子"
    keys.press("利用者と部署")
    keys.press("部署と組織改正")
    keys.to("部署を加える")
    keys.page.keyboard.press("Enter")
    keys.write("name", "デジタル課")
    keys.press("加える")
    assert Department.objects.filter(name="デジタル課").exists()


def a_proxy(keys: Keys, cast: Cast) -> None:
    keys.press("利用者と部署")
    keys.press(str(cast.approver))
    keys.press("代決者を指名する")
    chosen(keys, "post")
    chosen(keys, "deputy")
    day_typed(keys, "starts_on", clock.today())
    day_typed(keys, "ends_on", clock.today() + timedelta(days=3))
    keys.write("reason", "出張のため")
    keys.press("起こることを確かめる")
    keys.press("代決者を指名する")
    assert Proxy.objects.get().principal == cast.approver
    keys.press("代決と後閲")
    keys.press("指名を取り消す")
    assert Proxy.objects.get().withdrawn_at


@pytest.mark.drill
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_the_auditor_without_a_mouse(cast: Cast, page: Any) -> None:
    cast.open(1)
    cast.reviewed(1)
    settle_background()
    keys = Keys(page)
    keys.sign_in(cast.auditor)
    keys.press("監査記録")
    keys.write("subject", "01-01")
    keys.press("探す")
    keys.sees("確認")
    assert downloaded(keys, "CSVに書き出す").endswith(".csv")
    keys.press("施策シート 01-01")
    keys.press("処理の状況")
    keys.press("集約表とファイル")
    assert downloaded(keys, "ダウンロード").endswith((".xlsx", ".pdf"))
    keys.press("見本の施策1")
    keys.press("審議")
    keys.sees("見本の施策1")
