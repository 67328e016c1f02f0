"""How many interactions each role's work takes: one control activated, one field filled, one link followed.

What is doubtful and what is not stands to each other as in the city's 30 real sheets of 令和6年度: at most half raise a
question (tests/review/plan/test_clean_sheets.py holds that against the real values).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import override_settings

from review import clock
from review.models import Cycle, Decision, IndicatorYear, MeasureReview, Meeting, Notification, ReviewState, Step
from tests.browser.test_department import wrote_last_year
from tests.cast import PASSWORD, YEAR, Cast, settle_background
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REAL, DOUBTFUL = 30, 15
ONE, TWO = "indicator:1:actual", "indicator:2:actual"
QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


class Hand:
    """A person's hand at a page: everything it does counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def follow(self, address: str) -> None:
        """The link in a mail."""
        self.count += 1
        self.page.goto(address)

    def press(self, control: Any) -> None:
        self.count += 1
        control.first.click()
        self.page.wait_for_load_state()

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str | re.Pattern[str]) -> None:
        self.press(self.page.get_by_role("link", name=name))

    def fill(self, name: str, text: str) -> None:
        self.count += 1
        self.page.locator(f"[name='{name}']").fill(text)

    def sign_in(self, user: Any) -> None:
        self.fill("username", user.username)
        self.fill("password", PASSWORD)
        self.press(self.page.get_by_role("button", name="サインイン"))


def submit_thirty(cast: Cast) -> None:
    """Half of them missed their targets by so much that it is a question; one of these cannot be judged."""
    cast.open(REAL, indicators=1)
    for number in range(1, REAL + 1):
        cast.submitted(number, "集計中" if number == 1 else "20件" if number <= DOUBTFUL else "120件")


@pytest.mark.drill
def test_the_reviewer_of_thirty_sheets(cast: Cast, page, sign_in) -> None:
    submit_thirty(cast)
    sign_in(page, cast.reviewer2)
    page.goto(f"/plans/dx/{YEAR}/queue/")
    hand = Hand(page)
    hand.link(re.compile("疑問点のない 15件を見比べて確認"))
    hand.button("印を付けた施策を確認する")
    page.get_by_text("15件を確認しました").wait_for()
    hand.link(re.compile("見本の施策"))
    hand.press(page.get_by_label("続けて次の施策を開く"))
    for left in reversed(range(DOUBTFUL)):
        hand.button("確認する")
        page.get_by_text("確認しました。").wait_for()
        assert MeasureReview.objects.filter(state=ReviewState.SUBMITTED).count() == left
    assert hand.count <= 35, hand.count


@pytest.mark.drill
def test_the_board_approves_and_publishes_at_its_meeting(cast: Cast, page, sign_in) -> None:
    submit_thirty(cast)
    for review in MeasureReview.objects.all():
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    meeting = Meeting.objects.create(
        cycle=cast.cycle, held_on=clock.today(), document_number="本部第3号", decided_on=clock.today(),
        attendees="本部長", minute="審議した。", recorded_by=cast.reviewer,
    )  # fmt: skip
    page.clock.install()
    sign_in(page, cast.approver)
    page.goto("/")
    hand = Hand(page)
    hand.link("審議の画面")
    hand.press(page.get_by_role("checkbox", name="すべて選ぶ"))
    hand.button("選んだ施策をまとめて承認する")
    page.get_by_text("30件を承認しました").wait_for()
    settle_background()
    page.clock.run_for(21_000)  # the page shows by itself that the year may be decided
    hand.link("公表の決定に進む")
    hand.press(page.get_by_label("評価できない成果目標1件を、区分を決めずに公表します。"))
    hand.button("公表を決定する")
    page.get_by_text("公表を決定しました").wait_for()
    settle_background()
    assert Cycle.objects.get(pk=cast.cycle.pk).state == "published"
    assert set(Decision.objects.filter(step=Step.APPROVE).values_list("meeting", flat=True)) == {meeting.pk}
    assert hand.count <= 8, hand.count


@pytest.mark.drill
@QUICK
def test_the_clerk_who_explains_a_missed_target_in_words_of_the_year(cast: Cast, page) -> None:
    """要因 and 対応 are asked for where the 実績 stands: nothing of last year's is taken over, no page lies between."""
    cast.open(1)
    hand = Hand(page)
    hand.follow(Notification.objects.get(recipient=cast.contributor, event="CycleOpened").link)
    hand.sign_in(cast.contributor)
    hand.fill(ONE, "120件")
    hand.fill(TWO, "70件")
    hand.fill("cause", "周知が足りませんでした。")
    hand.fill("response", "周知の回数を増やします。")
    hand.press(page.get_by_role("button", name="確認・提出"))
    hand.button("提出する")
    page.get_by_text("提出しました。").first.wait_for()
    sent = cast.sheet().submissions.get().content["items"]
    assert (sent[TWO], sent["cause"], sent["response"]) == (
        "70件",
        "周知が足りませんでした。",
        "周知の回数を増やします。",
    )
    assert hand.count <= 10, hand.count


@QUICK
@pytest.mark.parametrize(
    ("second", "most"),
    [pytest.param("130件", 8, id="both met"), pytest.param("70件", 10, id="one missed", marks=pytest.mark.drill)],
)
def test_the_clerk_from_the_mail_to_the_submission_with_sign_in(cast: Cast, page, second: str, most: int) -> None:
    cast.open(1)
    wrote_last_year(cast.sheet())
    hand = Hand(page)
    hand.follow(Notification.objects.get(recipient=cast.contributor, event="CycleOpened").link)
    hand.sign_in(cast.contributor)
    hand.fill(ONE, "120件")
    hand.fill(TWO, second)
    hand.button("前年度の文を引き継いで確認・提出へ")
    hand.button("提出する")
    page.get_by_text("提出しました。").first.wait_for()
    assert hand.count <= most, hand.count


@pytest.mark.drill
def test_the_clerk_answers_a_return_with_two_items(cast: Cast, page, sign_in) -> None:
    cast.open(1)
    review = cast.submitted()
    remarks = {ONE: "単位を確かめてください。", TWO: "数え方を書いてください。"}
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=1, comment="2点を見直し", remarks=remarks
    )
    settle_background()
    sign_in(page, cast.contributor)
    hand = Hand(page)
    hand.follow(Notification.objects.get(recipient=cast.contributor, event="SubmissionReturned").link)
    hand.fill(ONE, "130件")
    hand.fill(f"reply:{TWO}", "窓口の受付簿で数えました。")
    hand.press(page.get_by_role("button", name="確認・提出"))
    hand.button("提出する")
    page.get_by_text("提出しました。").first.wait_for()
    assert cast.sheet().round == 2 and cast.sheet().state == ReviewState.SUBMITTED
    assert IndicatorYear.objects.get(fiscal_year=YEAR, indicator__number=1).actual == "130件"
    assert hand.count <= 6, hand.count
