"""The department's desk in a browser: few acts from the mail to 提出, and nothing typed is ever lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from django.urls import reverse

from review.models import Indicator, ItemComment, MeasureReview, MeasureYear, Notification, ScheduleItem, Submission
from review.sheet.services import submission
from tests.cast import PASSWORD, YEAR, Cast
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE, TWO = "indicator:1:actual", "indicator:2:actual"


class Hand:
    """A person's hand: every control activated and every field filled counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.interactions = page, 0

    def follow(self, address: str) -> None:
        """The link in a mail."""
        self.interactions += 1
        self.page.goto(address)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.interactions += 1
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()
        self.page.wait_for_load_state()

    def fill(self, name: str, text: str) -> None:
        self.interactions += 1
        self.page.locator(f"[name='{name}']").fill(text)


def wrote_last_year(review: MeasureReview) -> None:
    year = review.measure_year
    before = MeasureYear.objects.create(
        measure=year.measure, fiscal_year=YEAR - 1, name=year.name, owner=year.owner,
        texts={
            "cause": "周知が足りませんでした。", "response": "周知の回数を増やします。", "progress": "予定どおり進めました。",
            "self_assessment": "おおむね順調です。",
        },
    )  # fmt: skip
    ScheduleItem.objects.create(measure_year=before, position=1, name="周知", progress="広報紙で知らせました。")


@pytest.mark.parametrize("second", ["130件", "70件"], ids=["both met", "one missed"])
def test_from_the_mail_to_submission_in_at_most_eight_interactions(
    cast: Cast, page, sign_in, screenshot, second: str
) -> None:
    cast.open(1)
    review = cast.sheet()
    wrote_last_year(review)
    sign_in(page, cast.contributor)
    hand = Hand(page)
    hand.follow(Notification.objects.get(recipient=cast.contributor, event="CycleOpened").link)
    hand.fill(ONE, "120件")
    hand.fill(TWO, second)
    screenshot(page, "desk-1-filled")
    hand.press("昨年度の文を引き継いで確認・提出へ")
    screenshot(page, f"desk-5-{second}")
    hand.press("提出する")
    page.get_by_text("提出しました。").first.wait_for()
    sent = Submission.objects.get(review=review).content["items"]
    assert (sent[ONE], sent[TWO], sent["progress"]) == ("120件", second, "予定どおり進めました。")
    assert bool(sent["cause"]) == (second == "70件")
    assert hand.interactions <= 8, hand.interactions


def texts(review: MeasureReview) -> dict[str, str]:
    return submission.current_texts(MeasureReview.objects.get(pk=review.pk))


def field(page: Any, name: str) -> Any:
    return page.locator(f"[name='{name}']")


def saved(page: Any) -> None:
    page.locator("#save-state .saved--saved").wait_for()


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_nothing_typed_is_lost_or_doubled(cast: Cast, page, sign_in, axe, screenshot) -> None:
    cast.open(1)
    review = cast.sheet()
    one, two = (reverse("meguri:entry", args=[review.pk, step]) for step in (1, 2))
    sign_in(page, cast.contributor)

    # The network is pulled while one types; once it is back, the words go out by themselves.
    page.goto(one)
    page.context.set_offline(True)
    field(page, ONE).fill("120件")
    page.get_by_text("保存できませんでした。入力は画面に残っています").wait_for()
    assert texts(review)[ONE] == ""
    page.context.set_offline(False)
    saved(page)
    assert texts(review)[ONE] == "120件"

    # Pulled at the moment of saving by button: the words stand in their field when the page opens again.
    field(page, TWO).fill("95件")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(one)
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert field(page, TWO).input_value() == "95件"
    saved(page)
    assert texts(review)[TWO] == "95件"

    # The same, but one goes on to another step without looking: the words wait for the step to be opened again.
    field(page, TWO).fill("96件")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存して次へ").click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto(two)
    page.goto(one)
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert field(page, TWO).input_value() == "96件"
    saved(page)

    # Saved by button, changed by a colleague since: what was saved once does not come back in its place.
    field(page, TWO).fill("97件")
    page.get_by_role("button", name="保存して確認・提出へ").click()
    page.get_by_role("heading", name="5.").wait_for()
    now = MeasureReview.objects.get(pk=review.pk)
    submission.save_draft(user=cast.colleague, review_id=now.pk, version=now.version, texts={TWO: "95件"})
    page.goto(one)
    assert field(page, TWO).input_value() == "95件"
    assert not page.locator("[data-restored]").is_visible()

    # The session ends while one types: signing in leads back to the same words.
    page.goto(two)
    Session.objects.all().delete()
    field(page, "cause").fill("周知が足りませんでした。")
    page.get_by_text("サインインが切れたため").wait_for()
    screenshot(page, "desk-signed-out")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="サインインして続ける").click()
    page.get_by_label("利用者名").fill(cast.contributor.username)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    screenshot(page, "desk-restored")
    assert page.url.endswith(two) and field(page, "cause").input_value() == "周知が足りませんでした。"
    saved(page)
    assert texts(review)["cause"] == "周知が足りませんでした。"

    # Back: the page shows what was saved, and saving it again meets no stranger.
    field(page, "response").fill("増やします。")
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_role("heading", name="3.").wait_for()
    page.go_back()
    page.get_by_role("heading", name="2.").wait_for()
    assert field(page, "response").input_value() == "増やします。"
    field(page, "response").fill("2倍に増やします。")
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_role("heading", name="3.").wait_for()
    assert texts(review)["response"] == "2倍に増やします。"

    # The schedule's bars, set from the keyboard alone; next year's 目標, with the reason of its change.
    page.locator("[name='schedule:1:bars'][type=checkbox]").last.focus()
    page.keyboard.press("Space")
    saved(page)
    assert texts(review)["schedule:1:bars"] == "令和5年度、令和6年度、令和7年度"
    screenshot(page, "desk-3")
    page.keyboard.press("Enter")
    page.get_by_text("保存しました。").wait_for()
    page.goto(reverse("meguri:entry", args=[review.pk, 4]))
    field(page, "indicator:1:next_target").fill("150件")
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_text("変更の理由を入力してください").first.wait_for()
    screenshot(page, "desk-5-why")
    page.get_by_role("link", name="足りない項目を入力する").click()
    field(page, "change_reason").fill("利用が伸びたためです。")
    saved(page)
    page.set_viewport_size({"width": 390, "height": 844})
    for step in (1, 3, 4, 5):
        page.goto(reverse("meguri:entry", args=[review.pk, step]))
        screenshot(page, f"desk-{step}")
        assert not [violation for violation in axe(page) if violation["impact"] in ("serious", "critical")]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    for step in (1, 4):
        page.goto(reverse("meguri:entry", args=[review.pk, step]))
        screenshot(page, f"desk-{step}")

    # Two tabs on one item: the second sees both texts, and neither overwrites the other.
    other = page.context.new_page()
    page.goto(two)
    other.goto(two)
    field(page, "cause").fill("左の画面の要因")
    saved(page)
    field(other, "cause").fill("右の画面の要因")
    other.get_by_role("button", name="保存して次へ").click()
    other.get_by_role("heading", name="ほかの人(または別の画面)が同じ項目を保存しました").wait_for()
    screenshot(other, "desk-both")
    assert field(other, "cause").input_value() == "右の画面の要因" and other.get_by_text("左の画面の要因").count()
    assert texts(review)["cause"] == "左の画面の要因"
    assert not [violation for violation in axe(other) if violation["impact"] in ("serious", "critical")]

    # Sent from both tabs: one submission, and the second is told so.
    for tab in (page, other):
        tab.goto(reverse("meguri:submit", args=[review.pk]))
    page.get_by_role("button", name="提出する").click()
    page.get_by_text("提出しました。").first.wait_for()
    other.get_by_role("button", name="提出する").click()
    other.get_by_text("もう提出されています").wait_for()
    assert Submission.objects.filter(review=review).count() == 1
    assert Indicator.objects.count() == 2


def test_an_answer_to_a_remark_is_neither_called_saved_nor_lost(cast: Cast, page, sign_in) -> None:
    """An answer is sent by a button: until then no 保存済, the tab keeps it, and leaving asks."""
    cast.open(1)
    review = cast.submitted()
    remarks = {ONE: "数値を確かめてください。"}
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=review.round, comment="", remarks=remarks)
    sign_in(page, cast.contributor)
    address = reverse("meguri:entry", args=[review.pk, 1])
    answer = f"reply:{ONE}"
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.goto(address)
    field(page, answer).fill("確かめて直しました。")
    page.get_by_text("指摘への回答はまだ送っていません").wait_for()
    assert not page.locator("#save-state .saved--saved").count()
    page.goto(reverse("meguri:home"))
    assert dialogs == ["beforeunload"]
    page.goto(address)
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert field(page, answer).input_value() == "確かめて直しました。"
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_role("heading", name="2.").wait_for()
    assert ItemComment.objects.filter(review=review, item=ONE, body="確かめて直しました。").count() == 1
    page.goto(address)
    assert field(page, answer).input_value() == "" and not page.locator("[data-restored]").is_visible()


def test_the_reason_of_an_own_evaluation_comes_back(cast: Cast, page, sign_in) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    sign_in(page, cast.contributor)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    address = reverse("meguri:submit", args=[review.pk])
    page.goto(address)
    page.locator("#own summary").click()
    reason = page.locator("#own textarea")
    reason.fill("達成の内容を重く見ました。")
    page.get_by_role("link", name="入力に戻る").click()
    page.get_by_role("heading", name="4.").wait_for()
    assert dialogs == ["beforeunload"]
    page.goto(address)
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert reason.is_visible() and reason.input_value() == "達成の内容を重く見ました。"


def test_a_reviewer_s_reasons_come_back_after_leaving(cast: Cast, page, sign_in) -> None:
    cast.open(1)
    review = cast.submitted()
    sign_in(page, cast.reviewer)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(reverse("meguri:review", args=[review.pk]))
    page.locator("#decision [name='comment']").fill("要因を詳しく書いてください。")
    page.goto(reverse("meguri:home"))
    page.goto(reverse("meguri:review", args=[review.pk]))
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert page.locator("#decision [name='comment']").input_value() == "要因を詳しく書いてください。"
