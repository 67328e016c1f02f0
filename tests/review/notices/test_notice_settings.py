"""お知らせの受け取り方 and お知らせの文面: what a person chooses, and what the administrator may write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.background.services import outbox
from review.domain.events import Event
from review.models import AuditEntry, Mail, NoticeChoice, NoticeText, Notification
from review.notices.services.notice_table import LINES
from tests.cast import Cast
from tests.review.acting import as_, words
from workflow import steps

SETTINGS, TEXTS = "/notices/settings/", "/notices/texts/"


def in_force(cast: Cast, who: str) -> dict[str, str]:
    """What the page of a person says now, by the name of each field."""
    form = as_(cast.people[who]).get(SETTINGS).context["form"]
    return {name: form[name].value() for name in form.fields}


def deliver_all() -> None:
    for event in outbox.undelivered_ids():
        outbox.deliver(event)


def test_the_page_names_what_can_reach_the_person(cast: Cast) -> None:
    mine, approvers = in_force(cast, "contributor"), in_force(cast, "approver")
    assert "SubmissionReturned.sender" in mine and "CycleReady.approvers" not in mine
    assert "CycleReady.approvers" in approvers and "SubmissionReturned.sender" not in approvers
    assert mine["SubmissionReturned.sender"] == "now" and mine["MeasureApproved.sender"] == "digest"


def test_what_only_informs_can_be_kept_to_the_screen(cast: Cast) -> None:
    choices = {**in_force(cast, "contributor"), "SubmissionReviewed.sender": "app"}
    answer = as_(cast.contributor).post(SETTINGS, choices, follow=True)
    assert "受け取り方を保存しました" in words(answer)
    assert AuditEntry.objects.filter(action="notice.choose", actor_key=cast.contributor.key).exists()
    cast.open(1)
    cast.reviewed(1)
    deliver_all()
    notice = Notification.objects.get(event=Event.SUBMISSION_REVIEWED, recipient=cast.contributor)
    assert notice.mail_after is None
    assert Notification.objects.get(event=Event.SUBMISSION_REVIEWED, recipient=cast.approver).mail_after


def test_what_asks_for_an_act_cannot_be_silenced(cast: Cast) -> None:
    choices = {**in_force(cast, "contributor"), "SubmissionReturned.sender": "app"}
    answer = as_(cast.contributor).post(SETTINGS, choices)
    assert answer.status_code == 422 and "選べない受け取り方" in words(answer)
    # Not even by a row that came another way.
    NoticeChoice.objects.create(user=cast.contributor, notice="SubmissionReturned.sender", channel="app")
    cast.open(1)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="直してください")
    deliver_all()
    assert Notification.objects.get(event=Event.SUBMISSION_RETURNED, recipient=cast.contributor).mail_after


def test_a_return_can_wait_for_the_morning_and_a_submission_be_told_at_once(cast: Cast) -> None:
    NoticeChoice.objects.create(user=cast.contributor, notice="SubmissionReturned.sender", channel="digest")
    NoticeChoice.objects.create(user=cast.reviewer2, notice="ActualsSubmitted.reviewers", channel="now")
    cast.open(1)
    review = cast.submitted(1)
    deliver_all()
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=review.round, comment="直してください")
    deliver_all()
    returned = Notification.objects.get(event=Event.SUBMISSION_RETURNED, recipient=cast.contributor)
    assert returned.mail_after > clock.now() + timedelta(minutes=5)
    notice = Notification.objects.get(event=Event.ACTUALS_SUBMITTED, recipient=cast.reviewer2)
    assert notice.mail_after < clock.now() + timedelta(minutes=5)


def test_every_notice_says_what_to_do_where_it_asks_for_an_act() -> None:
    silent = [key for key, line in LINES.items() if line.to_act and not line.act]
    assert silent == []


def test_a_mail_says_what_happened_what_to_do_by_when_and_one_link(cast: Cast) -> None:
    cast.open(1)
    body = Mail.objects.get(recipient=cast.contributor).body
    assert "■ DX推進計画 令和6年度の実績の入力をお願いします" in body
    assert "【していただくこと】ご自分の部署の施策シートを開き" in body and "【期限】令和" in body
    assert body.count("/mine/") == 1 and "/notices/settings/" in body
    page = words(as_(cast.contributor).get(reverse("meguri:notices")))
    assert "していただくこと" in page and "期限" in page


# --- the administrator's own words -----------------------------------------------------------------------------------


ADDRESS = f"{TEXTS}SubmissionReturned.sender/"
GOOD = {"title": "{measure} を直してください", "body": "{comment}", "act": "もう一度提出してください。"}


def test_the_administrator_changes_a_text_after_a_preview(cast: Cast) -> None:
    administrator = as_(cast.administrator)
    assert "〇〇 が差し戻されました" in words(administrator.get(ADDRESS))
    tried = words(administrator.post(ADDRESS, {**GOOD, "preview": "1"}))
    assert "01-01 見本の施策 を直してください" in tried and "まだ保存していません" in tried
    assert not NoticeText.objects.exists()
    assert "文面を保存しました" in words(administrator.post(ADDRESS, {**GOOD, "save": "1"}, follow=True))
    assert "変更あり" in words(administrator.get(TEXTS))
    cast.open(1)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=review.round, comment="単位の誤り")
    deliver_all()
    notice = Notification.objects.get(event=Event.SUBMISSION_RETURNED)
    assert (notice.title, notice.body) == ("01-01 見本の施策1 を直してください", "単位の誤り")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": "{施策} を直してください"}, "差込み {施策} はこのお知らせでは使えません"),
        ({"body": "{edition}"}, "差込み {edition} はこのお知らせでは使えません"),
        ({"body": "{comment.__class__}"}, "差込み {comment.__class__} はこのお知らせでは使えません"),
        ({"body": "{comment!r}"}, "差込み {comment!r} はこのお知らせでは使えません"),
        ({"body": "{comment:>9999}"}, "差込み {comment:>9999} はこのお知らせでは使えません"),
        ({"body": "{}"}, "差込み {} はこのお知らせでは使えません"),
        ({"act": "理由は {comment です"}, "波かっこ { } の組がそろっていません"),
        ({"title": " "}, "件名を入力してください"),
        ({"title": "あ" * 121}, "120文字以内"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "save"])
def test_a_wrong_text_is_refused_with_a_sentence(cast: Cast, typed: dict[str, str], sentence: str, button: str) -> None:
    answer = as_(cast.administrator).post(ADDRESS, {**GOOD, **typed, button: "1"})
    assert answer.status_code == 422 and sentence in words(answer)
    assert not NoticeText.objects.exists()


def test_braces_can_be_written_doubled(cast: Cast) -> None:
    answer = as_(cast.administrator).post(ADDRESS, {**GOOD, "body": "{{様式}} {comment}", "preview": "1"})
    assert answer.status_code == 200 and "{様式} 単位を確かめてください。" in words(answer)


def test_one_returns_to_the_original(cast: Cast) -> None:
    administrator = as_(cast.administrator)
    administrator.post(ADDRESS, {**GOOD, "save": "1"})
    assert "元の文面に戻しました" in words(administrator.post(ADDRESS, {"restore": "1"}, follow=True))
    assert not NoticeText.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert [action for action in actions if action.startswith("notice_text")] == [
        "notice_text.change",
        "notice_text.restore",
    ]


def test_a_text_that_no_longer_fits_its_event_falls_back_to_the_original(cast: Cast) -> None:
    NoticeText.objects.create(
        key="CycleOpened.owners_of_open_sheets", title="{gone}", changed_by=cast.administrator, changed_at=clock.now()
    )
    cast.open(1)
    assert Notification.objects.filter(title="DX推進計画 令和6年度の実績の入力をお願いします").exists()


@pytest.mark.parametrize("who", ["reviewer", "approver", "auditor", "contributor"])
def test_nobody_else_changes_texts(cast: Cast, who: str) -> None:
    assert as_(cast.people[who]).post(ADDRESS, {**GOOD, "save": "1"}).status_code == 403


def test_an_unknown_notice_is_not_there(cast: Cast) -> None:
    assert as_(cast.administrator).get(f"{TEXTS}Nothing.nobody/").status_code == 404


@pytest.mark.parametrize("key", sorted(LINES))
def test_every_original_text_passes_its_own_check(key: str) -> None:
    from review.notices.services import notice_texts
    from review.notices.services.notice_table import NOTICES

    line = LINES[key]
    names = notice_texts.allowed(NOTICES[line.event])
    text = notice_texts.text_of(key, line, {})
    assert notice_texts.problems_of(text, names) == {}
    assert "{" not in text.filled(notice_texts.example(names)).title
    assert len(key) <= 60 and line.label
