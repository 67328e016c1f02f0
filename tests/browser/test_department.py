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


@pytest.mark.parametrize(
    "second", [pytest.param("130件", id="both met"), pytest.param("70件", id="one missed", marks=pytest.mark.drill)]
)
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
    hand.press("前年度の文を引き継いで確認・提出へ")
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


def serious(violations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in violations if one["impact"] in ("serious", "critical")]


@pytest.fixture
def review(cast: Cast, page, sign_in) -> MeasureReview:
    """A sheet as it was handed out, and its contributor at the desk."""
    cast.open(1)
    sign_in(page, cast.contributor)
    return cast.sheet()


def step_of(review: MeasureReview, step: int) -> str:
    return reverse("meguri:entry", args=[review.pk, step])


def save_without_network(page: Any, button: str = "保存して次へ") -> None:
    page.context.set_offline(True)
    page.get_by_role("button", name=button).click()
    page.wait_for_timeout(300)
    page.context.set_offline(False)


def came_back(page: Any, name: str, text: str) -> None:
    """The words stand in their field again, the page says so, and they are saved."""
    page.get_by_text("まだ保存されていなかった入力を、この画面に戻しました").wait_for()
    assert field(page, name).input_value() == text
    saved(page)


@pytest.mark.drill
def test_words_typed_without_a_network_are_saved_later(page, review: MeasureReview) -> None:
    # The network is pulled while one types; once it is back, the words go out by themselves.
    one = step_of(review, 1)
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
    save_without_network(page)
    page.goto(one)
    came_back(page, TWO, "95件")
    assert texts(review)[TWO] == "95件"

    # The same, but one goes on to another step without looking: the words wait for the step to be opened again.
    field(page, TWO).fill("96件")
    save_without_network(page)
    page.goto(step_of(review, 2))
    page.goto(one)
    came_back(page, TWO, "96件")


@pytest.mark.drill
def test_what_was_saved_once_does_not_come_back(cast: Cast, page, review: MeasureReview) -> None:
    """Saved by button after a failed try, changed by a colleague since: theirs stands, for nothing is unsaved."""
    one = step_of(review, 1)
    page.goto(one)
    field(page, TWO).fill("96件")
    save_without_network(page)
    page.goto(one)
    came_back(page, TWO, "96件")
    field(page, TWO).fill("97件")
    page.get_by_role("button", name="確認・提出").click()
    page.get_by_role("heading", name="5.").wait_for()
    now = MeasureReview.objects.get(pk=review.pk)
    submission.save_draft(user=cast.colleague, review_id=now.pk, version=now.version, texts={TWO: "95件"})
    page.goto(one)
    assert field(page, TWO).input_value() == "95件"
    assert not page.locator("[data-restored]").is_visible()


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_signing_in_again_leads_back_to_the_same_words(cast: Cast, page, review: MeasureReview, screenshot) -> None:
    two = step_of(cast.fill(review, "95件"), 2)
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
    came_back(page, "cause", "周知が足りませんでした。")
    screenshot(page, "desk-restored")
    assert page.url.endswith(two)
    assert texts(review)["cause"] == "周知が足りませんでした。"


def test_going_back_shows_what_was_saved(cast: Cast, page, review: MeasureReview) -> None:
    """And saving it again meets no stranger."""
    page.goto(step_of(cast.fill(review, "95件"), 2))
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


@pytest.mark.drill
def test_schedule_and_next_targets(cast: Cast, page, review: MeasureReview, screenshot) -> None:
    """The schedule's bars, set from the keyboard alone; next year's 目標, with the reason of its change."""
    page.goto(step_of(cast.fill(review), 3))
    page.locator("[name='schedule:1:bars'][type=checkbox]").last.focus()
    page.keyboard.press("Space")
    saved(page)
    assert texts(review)["schedule:1:bars"] == "令和5年度、令和6年度、令和7年度"
    screenshot(page, "desk-3")
    page.keyboard.press("Enter")
    page.get_by_text("保存しました。").wait_for()
    page.goto(step_of(review, 4))
    field(page, "indicator:1:next_target").fill("150件")
    page.get_by_role("button", name="保存して次へ").click()
    page.get_by_text("変更の理由を入力してください").first.wait_for()
    screenshot(page, "desk-5-why")
    page.get_by_role("link", name="足りない項目を入力する").click()
    field(page, "change_reason").fill("利用が伸びたためです。")
    saved(page)


@pytest.mark.drill
def test_the_steps_fit_a_phone(cast: Cast, page, review: MeasureReview, axe, screenshot) -> None:
    cast.fill(review)
    page.set_viewport_size({"width": 390, "height": 844})
    for step in (1, 3, 4, 5):
        page.goto(step_of(review, step))
        screenshot(page, f"desk-{step}")
        assert not serious(axe(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    for step in (1, 4):
        page.goto(step_of(review, step))
        screenshot(page, f"desk-{step}")


@pytest.mark.drill
def test_two_tabs_overwrite_nothing_and_submit_once(cast: Cast, page, review: MeasureReview, axe, screenshot) -> None:
    # Two tabs on one item: the second sees both texts, and neither overwrites the other.
    cast.fill(review)
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(step_of(review, 2))
    field(page, "cause").fill("左の画面の要因")
    saved(page)
    field(other, "cause").fill("右の画面の要因")
    other.get_by_role("button", name="保存して次へ").click()
    other.get_by_role("heading", name="ほかの人(または別の画面)が同じ項目を保存しました").wait_for()
    screenshot(other, "desk-both")
    assert field(other, "cause").input_value() == "右の画面の要因" and other.get_by_text("左の画面の要因").count()
    assert texts(review)["cause"] == "左の画面の要因"
    assert not serious(axe(other))

    # Sent from both tabs: one submission, and the second is told so.
    for tab in (page, other):
        tab.goto(reverse("meguri:submit", args=[review.pk]))
    page.get_by_role("button", name="提出する").click()
    page.get_by_text("提出しました。").first.wait_for()
    other.get_by_role("button", name="提出する").click()
    other.get_by_text("もう提出されています").wait_for()
    assert Submission.objects.filter(review=review).count() == 1
    assert Indicator.objects.count() == 2


@pytest.mark.drill
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


@pytest.mark.drill
def test_a_file_is_attached_within_the_step_and_no_number_is_parted(
    page, review: MeasureReview, screenshot, axe, tmp_path
) -> None:
    """Chosen, it goes at once with what was typed; on the last step it stands beside the rest, each number whole."""
    paper = tmp_path / "集計.pdf"
    paper.write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    page.goto(step_of(review, 1))
    field(page, ONE).fill("1,234,567,890件 ※児童手当の制度改正による増")
    page.get_by_text("根拠資料を付ける").first.click()
    page.locator(f"[name='file:{ONE}']").set_input_files(str(paper))
    page.locator("#files-1").get_by_role("link", name="集計.pdf").wait_for()
    assert texts(review)[ONE].startswith("1,234,567,890件")
    assert not [one for one in axe(page) if one["impact"] in ("serious", "critical")]
    field(page, TWO).fill("80,000件")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("保存しました").wait_for()
    page.goto(reverse("meguri:submit", args=[review.pk]))
    page.get_by_role("link", name="集計.pdf").wait_for()
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, "desk-5-whole")
        rows = page.eval_on_selector_all(
            "main .nowrap", "all => all.map(one => [one.textContent, one.getClientRects().length])"
        )
        assert {text for text, lines in rows if lines > 1} == set()
        assert any("80,000件" in text for text, _lines in rows)
