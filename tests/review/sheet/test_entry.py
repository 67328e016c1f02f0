"""Guided entry: the questions, the saving, and two people on one sheet."""

from urllib.parse import quote

import pytest
from django.urls import reverse

from review.models import AuditEntry, IndicatorYear, ItemComment, MeasureReview, MeasureYear, Notification, ScheduleItem
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, hidden, queries_of, words
from tests.review.growing import more_sheets
from workflow import steps

ONE, TWO = "indicator:1:actual", "indicator:2:actual"


def step_url(review: MeasureReview, step: int = 1) -> str:
    return reverse("meguri:entry", args=[review.pk, step])


def opened(client, url: str) -> dict[str, str]:
    """The hidden fields of a step's form as the browser has them."""
    page = client.get(url)
    assert page.status_code == 200
    return {"version": hidden(page, "version"), "was": hidden(page, "was")}


def actual(number: int) -> str:
    return IndicatorYear.objects.get(indicator__number=number, fiscal_year=YEAR).actual


def test_each_step_has_its_items(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    assert 'name="indicator:1:actual"' in client.get(step_url(review, 1)).content.decode()
    assert 'name="cause"' in client.get(step_url(review, 2)).content.decode()
    assert 'name="schedule:1"' in client.get(step_url(review, 3)).content.decode()
    assert 'name="policy"' in client.get(step_url(review, 4)).content.decode()
    assert client.get(step_url(review, 5)).url == reverse("meguri:submit", args=[review.pk])
    assert client.get(step_url(review, 6)).status_code == 404


def test_what_is_typed_is_saved_and_leads_on(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review))
    answer = client.post(step_url(review), {**form, ONE: "120件", TWO: "70件", "action": "next"})
    assert answer.status_code == 303 and answer.url == step_url(review, 2)
    assert (actual(1), actual(2)) == ("120件", "70件")
    page = words(client.get(step_url(review, 2)))
    assert "目標に届かなかった成果目標があります" in page and "成果目標②" in page


@pytest.mark.parametrize(
    "action, step", [("stay", 1), ("step:1", 1), ("step:3", 3), ("step:5", 5), ("step:0", 2), ("step:-1", 2), ("x", 2)]
)
def test_the_other_button_and_the_steps_save_too(cast: Cast, action: str, step: int) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    page = client.get(step_url(review)).content.decode()
    assert page.partition("actions--sticky")[2].partition("</form>")[0].count("<button") == 2
    form = opened(client, step_url(review))
    answer = client.post(step_url(review), {**form, ONE: "120件", "action": action})
    assert answer.url == (reverse("meguri:submit", args=[review.pk]) if step == 5 else step_url(review, step))
    assert actual(1) == "120件"


def test_a_saved_form_is_answered_with_its_receipt_and_a_refused_one_is_not(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review))
    refused = client.post(step_url(review), {**form, ONE: "\x07", "receipt": "abc123def"})
    assert refused.status_code == 422 and "receipt" not in refused.cookies
    odd = client.post(step_url(review), {**form, ONE: "120件", "receipt": "a=b; Path=/"})
    assert odd.status_code == 303 and "receipt" not in odd.cookies
    form = opened(client, step_url(review))
    saved = client.post(step_url(review), {**form, ONE: "121件", "receipt": "abc123def"})
    assert saved.cookies["receipt"].value == "abc123def" and saved.cookies["receipt"]["samesite"] == "Strict"


def test_sent_twice_it_is_saved_once(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = {**opened(client, step_url(review)), ONE: "120件", TWO: ""}
    for _time in range(2):
        assert client.post(step_url(review), form).status_code == 303
    assert AuditEntry.objects.filter(action="draft.save").count() == 1


def test_text_that_cannot_be_kept_stays_on_the_screen(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review, 2))
    answer = client.post(step_url(review, 2), {**form, "cause": "あ" * 10_001, "response": "書いた対応"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "10,000文字まで" in page and "書いた対応" in page
    assert 'href="#id_cause"' in page
    assert cast.sheet().measure_year.text("response") == ""


def test_two_people_on_different_items_do_not_meet(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    mine, theirs = as_(cast.contributor), as_(cast.colleague)
    form, other = opened(mine, step_url(review)), opened(theirs, step_url(review))
    theirs.post(step_url(review), {**other, ONE: "", TWO: "80件"})
    assert mine.post(step_url(review), {**form, ONE: "120件", TWO: ""}).status_code == 303
    assert (actual(1), actual(2)) == ("120件", "80件")


def test_two_people_on_one_item_see_both_texts(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    mine, theirs = as_(cast.contributor), as_(cast.colleague)
    form, other = opened(mine, step_url(review)), opened(theirs, step_url(review))
    theirs.post(step_url(review), {**other, ONE: "80件", TWO: ""})
    answer = mine.post(step_url(review), {**form, ONE: "120件", TWO: "95件"})
    page = words(answer)
    assert answer.status_code == 409 and "同じ項目を保存しました" in page
    assert "120件" in page and "80件" in page and "95件" in page
    assert (actual(1), actual(2)) == ("80件", "")
    again = {"version": hidden(answer, "version"), "was": hidden(answer, "was"), ONE: "120件", TWO: "95件"}
    assert mine.post(step_url(review), again).status_code == 303
    assert (actual(1), actual(2)) == ("120件", "95件")


def test_a_form_without_marks_falls_back_on_the_version(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    assert client.post(step_url(review), {"version": "7", ONE: "120件"}).status_code == 409
    assert actual(1) == ""


def test_only_the_items_in_question_are_open_after_a_return(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks={ONE: "単位を確かめる"}
    )
    client = as_(cast.contributor)
    page = client.get(step_url(review)).content.decode()
    assert f'name="{ONE}"' in page and f'name="{TWO}"' not in page
    assert "単位を確かめる" in page and "差戻しの対象ではないため" in page
    form = opened(client, step_url(review))
    typed = {**form, ONE: "75件", TWO: "999件", f"reply:{ONE}": "単位を直しました"}
    for _time in range(2):
        assert client.post(step_url(review), typed).status_code == 303
    assert (actual(1), actual(2)) == ("75件", "70件")
    assert ItemComment.objects.get(kind="reply").body == "単位を直しました"


def test_a_sheet_that_closed_meanwhile_keeps_the_words_on_the_screen(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review))
    cast.submitted()
    answer = client.post(step_url(review), {**form, ONE: "130件"})
    assert answer.status_code == 409 and "130件" in words(answer) and "提出済" in words(answer)
    assert client.get(step_url(review)).status_code == 302


def test_another_department_finds_nothing(cast: Cast) -> None:
    cast.open(1)
    assert as_(cast.other).get(step_url(cast.sheet())).status_code == 404
    assert as_(cast.related).get(step_url(cast.sheet())).status_code == 404
    assert as_(cast.approver).get(step_url(cast.sheet())).status_code == 403


# --- the questions ---


def test_a_missed_target_asks_for_cause_and_response_and_a_met_one_does_not(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    cast.fill(review, "70件")
    page = client.get(step_url(review, 2)).content.decode()
    assert "要因と対応を入力してください" in page and page.count("field__need--required") == 2
    submission.save_draft(
        user=cast.contributor, review_id=review.pk, version=1,
        texts={ONE: "120件", TWO: "130件", "cause": "", "response": ""},
    )  # fmt: skip
    page = client.get(step_url(review, 2)).content.decode()
    assert "目標に届かなかった成果目標はありません" in page and "field__need--required" not in page
    aside = page[page.index("それでも要因と対応を書き残す") :]
    assert 'name="cause"' in aside and 'name="self_assessment"' not in aside
    assert submission.missing(cast.sheet()) == {}


# --- last year's texts ---


def last_year(review: MeasureReview, **texts: str) -> None:
    """What the department wrote in the year before, its schedule in another order."""
    year = review.measure_year
    before = MeasureYear.objects.create(
        measure=year.measure, fiscal_year=YEAR - 1, name=year.name, owner=year.owner, texts=texts
    )
    ScheduleItem.objects.create(measure_year=before, position=4, name="周知", progress="広報紙で知らせました。")


def test_last_years_texts_that_hold_are_taken_over_in_one_act(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    last_year(
        review,
        progress="予定どおり進めた。",
        self_assessment="順調です。",
        cause="去年の要因",
        change_reason="去年の理由",
    )
    submission.save_draft(
        user=cast.contributor, review_id=review.pk, version=0, texts={"self_assessment": "今年の言葉"}
    )
    page = client.get(step_url(review))
    assert "前年度の文を引き継いで確認・提出へ" in words(page)
    form = {"version": hidden(page, "version"), "was": hidden(page, "was")}
    answer = client.post(step_url(review), {**form, ONE: "120件", TWO: "130件", "carry": "all"})
    assert answer.status_code == 303 and answer.url == reverse("meguri:submit", args=[review.pk])
    now = submission.current_texts(cast.sheet())
    assert (now["progress"], now["schedule:1"]) == ("予定どおり進めた。", "広報紙で知らせました。")
    # What was typed stands; a met target needs no 要因; last year's reason for a change explains nothing today.
    assert (now["self_assessment"], now["cause"], now["change_reason"]) == ("今年の言葉", "", "")
    page = words(client.get(answer.url))
    assert "前年度と同じ文" in page and "2項目に前年度の文を引き継ぎました" in page
    assert client.post(answer.url).status_code == 303 and cast.sheet().state == "submitted"


def test_a_missed_target_takes_over_its_explanation_too(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    last_year(review, cause="人手不足", response="増員する")
    form = opened(client, step_url(review))
    client.post(step_url(review), {**form, ONE: "70件", TWO: "130件", "carry": "all"})
    now = submission.current_texts(cast.sheet())
    assert (now["cause"], now["response"]) == ("人手不足", "増員する")


def test_one_item_is_taken_over_and_the_step_stays(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    last_year(review, progress="予定どおり進めた。")
    form = opened(client, step_url(review, 3))
    answer = client.post(step_url(review, 3), {**form, "schedule:1": "自分の言葉", "progress": "", "carry": "progress"})
    assert answer.url == f"{step_url(review, 3)}#id_progress"
    now = submission.current_texts(cast.sheet())
    assert (now["progress"], now["schedule:1"]) == ("予定どおり進めた。", "自分の言葉")


def test_nothing_is_taken_over_into_a_locked_item(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    last_year(review, progress="予定どおり進めた。")
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks={ONE: "確かめる"}
    )
    client = as_(cast.contributor)
    client.post(step_url(review), {**opened(client, step_url(review)), ONE: "130件", "carry": "all"})
    assert submission.current_texts(cast.sheet())["progress"] == ""


def test_the_reviewer_sees_a_changed_target_beside_the_plan_s(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    texts = {"indicator:1:next_target": "150件", "change_reason": "利用が伸びたためです。"}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    steps.submit(user=cast.contributor, review_id=review.pk)
    page = as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])).content.decode()
    assert "<del>100件</del> <ins>150件</ins>" in page and "計画から変更" in page


# --- the way in ---


def test_the_link_of_a_mail_opens_the_one_sheet_that_waits(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    mine = as_(cast.contributor).get(reverse("meguri:mine"))
    assert mine.url == step_url(cast.sheet(1))
    assert Notification.objects.get(recipient=cast.contributor).link == reverse("meguri:mine")
    assert as_(cast.reviewer2).get(reverse("meguri:mine")).url == reverse("meguri:home")
    cast.submitted(1)
    assert as_(cast.contributor).get(reverse("meguri:mine")).url == reverse("meguri:home")


def test_of_several_sheets_the_link_lets_one_choose(cast: Cast) -> None:
    cast.open(2)
    assert as_(cast.contributor).get(reverse("meguri:mine")).url == reverse("meguri:home")


def test_the_link_of_a_return_opens_the_step_in_question(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    address = reverse("meguri:resume", args=[review.pk])
    assert as_(cast.contributor).get(address).url == reverse("meguri:sheet", args=[review.pk])
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks={"progress": "もう少し詳しく"}
    )
    settle_background()
    assert as_(cast.contributor).get(address).url == step_url(review, 3)
    notice = Notification.objects.get(recipient=cast.contributor, event="SubmissionReturned")
    assert notice.link == address
    assert as_(cast.related).get(address).url == reverse("meguri:sheet", args=[review.pk])


def test_the_desk_costs_the_same_however_many_sheets(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    desk = [step_url(review, step) for step in (1, 2, 3, 4)]
    desk += [reverse(name, args=[review.pk]) for name in ("meguri:submit", "meguri:sheet", "meguri:evidence")]
    before = {path: queries_of(client, path) for path in desk}
    more_sheets(cast, 8)
    assert {path: queries_of(client, path) for path in desk} == before


# --- a session that ended ---


def test_words_sent_without_a_session_come_back_with_the_way_to_sign_in(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review, 2))
    client.logout()
    came_from = {"Referer": f"http://testserver{step_url(review, 2)}"}
    answer = client.post(step_url(review, 2), {**form, "cause": "長い要因", "action": "next"}, headers=came_from)
    assert answer.status_code == 401 and "長い要因" in words(answer)
    assert f"next={quote(step_url(review, 2), safe='')}" in answer.content.decode()
    assert client.post(step_url(review, 2), {"action": "next"}).status_code == 302


def test_autosave_without_a_session_says_so_beside_the_form(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review))
    client.logout()
    hx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{step_url(review)}"}
    answer = client.post(reverse("meguri:autosave", args=[review.pk]), {**form, "step": "1", ONE: "120件"}, headers=hx)
    assert answer.status_code == 401 and "入力は画面に残っています" in words(answer)
    assert f"next={quote(step_url(review), safe='')}" in answer.content.decode() and actual(1) == ""
    elsewhere = {"HX-Request": "true", "HX-Current-URL": "http://evil.example/sheets/1/"}
    answer = client.post(reverse("meguri:autosave", args=[review.pk]), {ONE: "120件"}, headers=elsewhere)
    assert "next=" not in answer.content.decode()


# --- while one types ---


def test_autosave_saves_and_shows_it(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    form = opened(client, step_url(review))
    address = reverse("meguri:autosave", args=[review.pk])
    answer = client.post(address, {**form, "step": "1", ONE: "120件", TWO: ""})
    assert answer.status_code == 200 and "保存済" in words(answer) and actual(1) == "120件"
    again = {"version": hidden(answer, "version"), "was": hidden(answer, "was")}
    assert client.post(address, {**again, "step": "1", ONE: "125件", TWO: ""}).status_code == 200
    assert actual(1) == "125件"


def test_autosave_never_overwrites_another_s_words(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    mine, theirs = as_(cast.contributor), as_(cast.colleague)
    form, other = opened(mine, step_url(review)), opened(theirs, step_url(review))
    address = reverse("meguri:autosave", args=[review.pk])
    theirs.post(address, {**other, "step": "1", ONE: "80件", TWO: ""})
    answer = mine.post(address, {**form, "step": "1", ONE: "", TWO: "95件"})
    assert answer.headers.get("X-Unsaved") is None
    # Each sees what the other did.
    assert "ほかの人が次の項目を保存しました" in words(answer) and "80件" in words(answer)
    again = {"version": hidden(answer, "version"), "was": hidden(answer, "was")}
    # The colleague's 80件 was never seen here: a word typed over it is a clash, however new the version is.
    refused = mine.post(address, {**again, "step": "1", ONE: "120件", TWO: "95件"})
    assert refused.headers["X-Unsaved"] == "1" and "両方を見比べられます" in words(refused)
    assert (actual(1), actual(2)) == ("80件", "95件")


def test_the_reading_is_shown_and_nothing_stored(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    address = reverse("meguri:reading", args=[review.pk, 1])
    page = words(client.post(address, {ONE: "70件"}))
    assert "このように読み取りました" in page and "70.0%" in page and "未達成" in page
    assert actual(1) == ""
    assert client.post(reverse("meguri:reading", args=[review.pk, 9]), {}).status_code == 404
    assert as_(cast.other).post(address, {ONE: "70件"}).status_code == 404


def test_the_saved_state_names_the_last_saving(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=0, texts={"cause": "見本"})
    assert "保存済" in words(as_(cast.colleague).get(step_url(review, 2)))
