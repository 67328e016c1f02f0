"""Departments' own deadlines, closing days, days of reminders, pauses, nudges and extensions, on their pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from review import calendar, clock
from review.background.services import outbox
from review.domain.events import Event
from review.domain.reminding import Rule, Step, rules_of
from review.models import AuditEntry, ClosingDay, Cycle, Extension, Notification, OutboxEvent, ReminderPause
from tests.cast import YEAR, Cast
from tests.moved import shifted
from tests.review.acting import as_, hidden, queries_of, words

DEPARTMENTS = f"/plans/dx/{YEAR}/departments/"
REMINDERS = f"/plans/dx/{YEAR}/reminders/"
NUDGE = f"/plans/dx/{YEAR}/nudge/"
CLOSING = "/closing-days/"


def typed(days: int) -> str:
    return f"{timezone.localtime(clock.now()) + timedelta(days=days):%Y-%m-%dT%H:%M}"


def deliver_all() -> None:
    for event in outbox.undelivered_ids():
        outbox.deliver(event)


# --- departments -----------------------------------------------------------------------------------------------------


def test_a_department_gets_a_deadline_of_its_own_with_a_reason(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    client, other = as_(cast.reviewer2), cast.departments["農林水産課"]
    form = {"department": other.pk, "due_at": typed(18), "closes_at": typed(25), "reason": ""}
    refused = client.post(DEPARTMENTS, form)
    assert refused.status_code == 422 and "部署ごとの期限を設ける理由を入力してください" in words(refused)
    answer = client.post(DEPARTMENTS, {**form, "reason": "統計の公表が遅れるため"}, follow=True)
    assert "農林水産課の期限を保存しました" in words(answer) and "独自の期限" in words(answer)
    assert cast.sheet(2).due_at > cast.sheet(1).due_at
    with shifted(timedelta(days=16)):
        assert not cast.fill(cast.sheet(2), user=cast.other).late
    assert "統計の公表が遅れるため" in client.get(f"{DEPARTMENTS}?department={other.pk}").content.decode()
    back = client.post(DEPARTMENTS, {"department": other.pk, "clear": "1"}, follow=True)
    assert "年度の期限に戻しました" in words(back) and Cycle.objects.get().department_deadlines == {}
    assert AuditEntry.objects.filter(action="cycle.department_deadlines").count() == 2


def test_a_department_s_deadlines_stand_in_order(cast: Cast) -> None:
    cast.open(1)
    form = {
        "department": cast.departments["産業振興課"].pk,
        "due_at": typed(18),
        "closes_at": typed(17),
        "reason": "理由",
    }
    answer = as_(cast.reviewer2).post(DEPARTMENTS, form)
    assert answer.status_code == 422 and "締切は提出期限より後にしてください" in words(answer)
    stranger = {**form, "department": cast.departments["市民課"].pk, "closes_at": ""}
    assert as_(cast.reviewer2).post(DEPARTMENTS, stranger).status_code == 422


def test_a_later_due_day_keeps_the_sheets_of_the_department_open(cast: Cast) -> None:
    cast.open(1)
    form = {"department": cast.departments["産業振興課"].pk, "due_at": typed(30), "reason": "災害対応のため"}
    assert as_(cast.administrator).post(DEPARTMENTS, form).status_code == 303
    with shifted(timedelta(days=25)):
        assert not cast.submitted(1).late


def test_the_progress_board_counts_as_late_what_is_late_by_its_own_deadline(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    form = {"department": cast.departments["農林水産課"].pk, "due_at": typed(30), "reason": "災害対応のため"}
    as_(cast.administrator).post(DEPARTMENTS, form)
    with shifted(timedelta(days=16)):
        page = as_(cast.reviewer2).get(f"/plans/dx/{YEAR}/progress/?state=late")
    assert [review.measure_year.owner.name for review in page.context["page_obj"]] == ["産業振興課"]


# --- closing days ----------------------------------------------------------------------------------------------------


def test_a_closing_day_is_entered_counted_and_taken_back(cast: Cast) -> None:
    client = as_(cast.administrator)
    assert "12月29日から1月3日" in words(client.get(CLOSING))
    entered = client.post(CLOSING, {"day": "2026-06-15", "name": "市制記念日"}, follow=True)
    assert "閉庁日「市制記念日」を登録しました" in words(entered)
    assert not calendar.city().is_open(date(2026, 6, 15))
    again = client.post(CLOSING, {"day": "2026-06-15", "name": "市制記念日"})
    assert again.status_code == 422 and "もう登録されています" in words(again)
    holiday = client.post(CLOSING, {"day": "2026-05-06", "name": "振替休日"})
    assert holiday.status_code == 422 and "登録しなくても閉庁日です" in words(holiday)
    gone = client.post(CLOSING, {"remove": ClosingDay.objects.get().pk}, follow=True)
    assert "閉庁日を取り消しました" in words(gone) and calendar.city().is_open(date(2026, 6, 15))


# --- days of reminders, pauses -----------------------------------------------------------------------------------------


def rules_typed(**changed: str) -> dict[str, str]:
    usual = {
        "act": "rules",
        "submit_before": "5, 1", "submit_on_day": "on", "submit_after": "1, 3, 5", "submit_head": "2", "submit_office": "5",
        "endorse_before": "2", "endorse_on_day": "on", "endorse_after": "1, 3", "endorse_office": "3",
        "review_before": "5, 1", "review_on_day": "on", "review_after": "1, 3", "review_office": "",
        "decide_before": "5, 1", "decide_on_day": "on", "decide_after": "1, 3", "decide_office": "3",
    }  # fmt: skip
    return {**usual, **changed}


def test_the_days_of_reminders_are_data_of_the_year(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.reviewer2)
    assert "届く日" in words(client.get(REMINDERS))
    assert client.post(REMINDERS, rules_typed()).status_code == 303
    assert Cycle.objects.get().reminders == {}
    answer = client.post(REMINDERS, rules_typed(submit_before="10、3", submit_on_day="", submit_head=""))
    assert answer.status_code == 303
    rules = rules_of(Cycle.objects.get().reminders)
    assert rules[Step.SUBMIT] == Rule(before=(3, 10), on_day=False, after=(1, 3, 5), head=None, office=5)
    wrong = client.post(REMINDERS, rules_typed(review_after="三日"))
    assert wrong.status_code == 422 and "「5, 1」のように区切って" in words(wrong)


def test_reminders_are_paused_with_reason_and_end_and_go_on(cast: Cast) -> None:
    cast.open(1)
    client, today = as_(cast.reviewer2), clock.today()
    form = {"act": "pause", "scope": f"sheet:{cast.sheet(1).pk}", "starts_on": today, "ends_on": today, "reason": ""}
    assert client.post(REMINDERS, form).status_code == 422
    backwards = client.post(REMINDERS, {**form, "ends_on": today - timedelta(days=1), "reason": "災害対応"})
    assert backwards.status_code == 422 and "終了日は開始日以後" in words(backwards)
    assert client.post(REMINDERS, {**form, "reason": "災害対応"}).status_code == 303
    page = words(client.get(REMINDERS))
    assert "停止中・予定" in page and "災害対応" in page
    assert "一時停止中" in words(client.get(NUDGE))
    lift = {"act": "lift", "pause": ReminderPause.objects.get().pk}
    assert "催促を再開しました" in words(client.post(REMINDERS, lift, follow=True))
    assert client.post(REMINDERS, lift).status_code == 409


# --- nudges ------------------------------------------------------------------------------------------------------------


def test_a_nudge_is_previewed_sent_once_and_remembered(cast: Cast) -> None:
    cast.open(3, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    deliver_all()
    client = as_(cast.reviewer2)
    empty = client.post(NUDGE, {"note": "書きかけの言葉"})
    assert "督促する施策を選んでください" in words(empty) and "書きかけの言葉" in empty.content.decode()
    chosen = {"sheet": [cast.sheet(number).pk for number in (1, 2, 3)], "note": "お困りのことはありませんか。"}
    preview = client.post(NUDGE, chosen)
    page = words(preview)
    # who gets it, in which words; nothing has gone out
    assert "別課 三郎" in page and "担当 一郎、担当 二郎" in page and "確認 四郎" in page
    assert "実績の提出をお願いします(確認 五月さんからの督促)" in page and "お困りのことはありませんか。" in page
    assert not OutboxEvent.objects.filter(name=Event.NUDGED).exists()
    send = {**chosen, "send": "1", "nonce": hidden(preview, "nonce")}
    assert "3件の督促を送りました" in words(client.post(NUDGE, send, follow=True))
    assert client.post(NUDGE, send).status_code == 409
    deliver_all()
    notices = Notification.objects.filter(event=Event.NUDGED)
    assert set(notices.values_list("recipient__username", flat=True)) == {
        "contributor",
        "colleague",
        "other",
        "reviewer",
    }
    assert notices.count() == 4 and all(
        notice.mail_after and notice.to_act and notice.due_at for notice in notices.exclude(recipient=cast.reviewer)
    )
    assert "確認 五月さんの督促" in words(client.get(NUDGE))
    assert AuditEntry.objects.filter(action="reminders.nudge").count() == 3


def test_a_nudge_leaves_out_what_was_dealt_with_meanwhile(cast: Cast) -> None:
    cast.open(2)
    client = as_(cast.reviewer2)
    chosen = {"sheet": [cast.sheet(1).pk, cast.sheet(2).pk], "note": ""}
    cast.approved(1)
    page = words(client.post(NUDGE, chosen))
    assert "1件は、もう手続きが済んだため除きました" in page and "01-02" in page and "・01-01" not in page


def test_only_a_reviewer_sends_nudges(cast: Cast) -> None:
    cast.open(1)
    sent = {"sheet": [cast.sheet(1).pk], "send": "1", "note": ""}
    assert as_(cast.administrator).get(NUDGE).status_code == 200
    as_(cast.administrator).post(NUDGE, sent)
    assert as_(cast.contributor).post(NUDGE, sent).status_code == 403
    assert not OutboxEvent.objects.filter(name=Event.NUDGED).exists()


def test_the_list_costs_the_same_however_many_sheets_wait(cast: Cast) -> None:
    cast.open(12, owners=("産業振興課", "農林水産課", "市民課"))
    client = as_(cast.reviewer2)
    many = {name: queries_of(client, name) for name in (NUDGE, REMINDERS, DEPARTMENTS)}
    Cycle.objects.get().reviews.filter(measure_year__measure__code__gt="01-02").update(state="approved")
    assert queries_of(client, NUDGE) == many[NUDGE] and many[NUDGE] < 25
    assert many[REMINDERS] < 25 and many[DEPARTMENTS] < 25


# --- extensions --------------------------------------------------------------------------------------------------------


def ask(cast: Cast, who: str = "contributor", days: int = 40):
    address = reverse("meguri:extension", args=[cast.sheet(1).pk])
    return as_(cast.people[who]).post(address, {"until": typed(days), "reason": "統計の公表が遅れるため"})


def test_a_closed_sheet_says_why_and_lets_the_department_ask(cast: Cast) -> None:
    cast.open(1)
    sheet = reverse("meguri:sheet", args=[cast.sheet(1).pk])
    with shifted(timedelta(days=30)):
        page = words(as_(cast.contributor).get(sheet))
        assert "締切を過ぎています。期限の延長を依頼してください" in page and "延長を依頼する" in page
        assert ask(cast, days=10).status_code == 303
        deliver_all()
        assert "担当 一郎さんが延長を依頼しています" in words(as_(cast.contributor).get(sheet))
        notices = Notification.objects.filter(event=Event.EXTENSION_ASKED)
        assert set(notices.values_list("recipient__username", flat=True)) == {"reviewer", "reviewer2", "administrator"}
        page = words(as_(cast.reviewer2).get(sheet))
        assert "担当 一郎さんが期限の延長を依頼しています" in page and "統計の公表が遅れるため" in page
        decide = reverse("meguri:extension_decide", args=[Extension.objects.get().pk])
        assert as_(cast.reviewer2).post(decide, {"grant": "1", "until": typed(7), "answer": ""}).status_code == 303
        row = Extension.objects.get()
        assert (row.state, row.asked_by, row.decided_by) == ("granted", cast.contributor, cast.reviewer2)
        assert as_(cast.administrator).post(decide, {"grant": "1"}).status_code == 409
        deliver_all()
        granted = Notification.objects.get(event=Event.EXTENSION_GRANTED, recipient=cast.contributor)
        assert granted.due_at == row.until and granted.to_act
        assert "決定: 確認 五月" in words(as_(cast.contributor).get(sheet))
        assert not cast.submitted(1).late


def test_a_request_is_declined_with_a_reason(cast: Cast) -> None:
    cast.open(1)
    ask(cast)
    assert ask(cast, "colleague").status_code == 409
    decide = reverse("meguri:extension_decide", args=[Extension.objects.get().pk])
    client = as_(cast.administrator)
    silent = client.post(decide, {"refuse": "1", "answer": ""}, follow=True)
    assert "見送る理由を入力してください" in words(silent) and Extension.objects.get().state == "asked"
    client.post(decide, {"refuse": "1", "answer": "審議の日程が動かせないため"})
    deliver_all()
    notice = Notification.objects.get(event=Event.EXTENSION_REFUSED, recipient=cast.head)
    assert "審議の日程が動かせないため" in notice.body
    assert cast.sheet(1).extended_until is None
    page = words(as_(cast.contributor).get(reverse("meguri:extension", args=[cast.sheet(1).pk])))
    assert "見送り" in page and "管理 八重" in page
    assert ask(cast).status_code == 303


def test_the_office_asks_another_person_for_its_own_sheets(cast: Cast) -> None:
    cast.open(1, owners=("情報経営課",))
    later = {"until": typed(40), "reason": "集計が遅れるため"}
    own = as_(cast.reviewer)
    assert own.post(reverse("meguri:extend", args=[cast.sheet(1).pk]), later).status_code == 403
    assert ask(cast, "reviewer").status_code == 303
    decide = reverse("meguri:extension_decide", args=[Extension.objects.get().pk])
    assert own.post(decide, {"grant": "1"}).status_code == 403
    assert as_(cast.reviewer2).post(decide, {"grant": "1"}).status_code == 303
    assert Extension.objects.get().state == "granted"


def test_an_extension_by_the_office_itself_is_recorded_and_told(cast: Cast) -> None:
    cast.open(1)
    later = {"until": typed(40), "reason": "災害対応のため"}
    assert as_(cast.reviewer2).post(reverse("meguri:extend", args=[cast.sheet(1).pk]), later).status_code == 303
    row = Extension.objects.get()
    assert row.decided_by == cast.reviewer2 and row.reason == "災害対応のため"
    deliver_all()
    assert Notification.objects.filter(event=Event.EXTENSION_GRANTED, recipient=cast.contributor).exists()
    earlier = {"until": typed(5), "reason": "災害対応のため"}
    refused = as_(cast.reviewer2).post(reverse("meguri:extend", args=[cast.sheet(1).pk]), earlier)
    assert refused.status_code == 422 and "より後の日時を入力してください" in words(refused)


@pytest.mark.parametrize("who", ["related", "other", "approver", "auditor"])
def test_others_cannot_ask(cast: Cast, who: str) -> None:
    cast.open(1)
    assert ask(cast, who).status_code in (403, 404)


def test_a_sheet_that_is_with_somebody_else_says_how_to_get_it_back(cast: Cast) -> None:
    cast.open(3)
    for number, title, sentence in (
        (1, "提出しました", "取り下げる"),
        (2, "今は入力できません", "情報経営課に差戻しを依頼してください"),
    ):
        (cast.submitted if number == 1 else cast.reviewed)(number)
        page = words(as_(cast.contributor).get(reverse("meguri:sheet", args=[cast.sheet(number).pk])))
        assert title in page and sentence in page
