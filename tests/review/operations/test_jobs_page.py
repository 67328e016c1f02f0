"""The operator's page: what waits, what failed and why, and the few buttons."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.background.services import outbox, tables
from review.background.services.making import KINDS
from review.domain.events import Event
from review.mail.services import holding, mailing
from review.models import AuditEntry, Heartbeat, Job, JobState, Mail, MailState, OutboxEvent
from tasks import health
from tests.cast import Cast
from tests.moved import shifted
from tests.review.acting import as_, queries_of, words

PAGE = "/jobs/"


@pytest.fixture
def failed(cast: Cast) -> Job:
    cast.open(1)
    return Job.objects.create(
        kind="year_workbook", key="x", cycle=cast.cycle, state=JobState.FAILED, cause="空き容量が足りません。",
        reference="ab12cd34", attempts=5, created_at=clock.now(), not_before=clock.now(),
    )  # fmt: skip


def test_every_kind_of_job_and_event_has_its_words() -> None:
    assert all(event.label and event.label != event.value for event in Event)
    assert len({event.label for event in Event}) == len(Event), "each is told from the others"
    assert set(tables.handlers()) <= set(KINDS), "say in views.making.KINDS what the new job does"


def test_a_failure_is_shown_with_its_cause_and_reference(failed: Job, cast: Cast) -> None:
    page = words(as_(cast.administrator).get(PAGE))
    assert "集約表の作成" in page and "空き容量が足りません。" in page and "ab12cd34" in page
    assert "再実行" in page and "中止する" in page and "令和6年度" in page


def test_the_auditor_looks_and_does_nothing(failed: Job, cast: Cast) -> None:
    response = as_(cast.auditor).get(PAGE)
    assert "空き容量が足りません。" in words(response) and b'method="post" action="/jobs/' not in response.content
    assert as_(cast.auditor).post(reverse("meguri:job_retry", args=[failed.pk])).status_code == 403
    failed.refresh_from_db()
    assert failed.state == JobState.FAILED


def test_a_retry_sets_the_job_to_work_again_and_is_on_record(failed: Job, cast: Cast) -> None:
    response = as_(cast.reviewer2).post(reverse("meguri:job_retry", args=[failed.pk]), follow=True)
    assert "もう一度始めました" in words(response)
    failed.refresh_from_db()
    assert failed.state == JobState.WAITING
    assert AuditEntry.objects.get(action="job.retry").actor_key == cast.reviewer2.key


def test_one_button_sets_all_that_failed_to_work_again(failed: Job, cast: Cast) -> None:
    final = Job.objects.create(
        kind="year_workbook", key="y", cycle=cast.cycle, state=JobState.FAILED, final=True, attempts=5,
        created_at=clock.now(), not_before=clock.now(), told_at=clock.now(),
    )  # fmt: skip
    event = outbox.announce(Event.DEADLINE_NEAR, key="parked", cycle=cast.cycle)
    OutboxEvent.objects.filter(pk=event.pk).update(parked_at=clock.now(), attempts=8)
    page = words(as_(cast.administrator).get(PAGE))
    assert "すべて再実行" in page and "自動では再実行しません" in page and "次の自動の再実行" in page
    assert "すべて再実行" not in words(as_(cast.auditor).get(PAGE))
    answer = as_(cast.administrator).post(reverse("meguri:retry_all"), follow=True)
    assert "3件をもう一度始めました" in words(answer)
    assert not Job.objects.filter(state=JobState.FAILED).exists()
    assert OutboxEvent.objects.filter(parked_at__isnull=False).count() == 0
    after = AuditEntry.objects.get(action="job.retry_all").after
    assert after == {"jobs": [failed.pk, final.pk], "events": [event.pk]}


def test_giving_up_says_first_what_it_means_and_wants_a_reason(failed: Job, cast: Cast) -> None:
    client, path = as_(cast.administrator), reverse("meguri:job_give_up", args=[failed.pk])
    assert "自動ではもう試しません" in words(client.get(path))
    empty = client.post(path, {"reason": " "})
    assert empty.status_code == 422 and "理由を入力してください" in words(empty)
    assert client.post(path, {"reason": "古い年度のため不要"}).status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.cause) == (JobState.GIVEN_UP, "古い年度のため不要")
    assert AuditEntry.objects.get(action="job.give_up").after == {"reason": "古い年度のため不要"}


def test_a_reason_is_kept_as_text(failed: Job, cast: Cast) -> None:
    client = as_(cast.administrator)
    client.post(reverse("meguri:job_give_up", args=[failed.pk]), {"reason": "<script>alert(1)</script>"})
    assert b"<script>alert" not in client.get(PAGE).content


def test_what_was_parked_can_be_let_go_again(cast: Cast) -> None:
    cast.open(1)
    event = outbox.announce(Event.DEADLINE_NEAR, key="parked", cycle=cast.cycle)
    OutboxEvent.objects.filter(pk=event.pk).update(parked_at=clock.now(), cause="準備に失敗しました。")
    mail = Mail.objects.create(
        recipient=cast.head, address="a@city.example", message_id="<1@x>", subject="件名", body="本文",
        state=MailState.PARKED, cause="宛先が断りました。", created_at=clock.now(), not_before=clock.now(),
    )  # fmt: skip
    client = as_(cast.administrator)
    page = words(client.get(PAGE))
    assert "準備に失敗しました。" in page and "宛先が断りました。" in page and "a@city.example" not in page
    client.post(reverse("meguri:event_release", args=[event.pk]))
    client.post(reverse("meguri:mail_release", args=[mail.pk]))
    event.refresh_from_db()
    mail.refresh_from_db()
    assert event.parked_at is None and mail.state == MailState.WAITING
    assert AuditEntry.objects.filter(action__in=["event.release", "mail.release"]).count() == 2


def test_what_waits_longer_than_five_minutes_raises_the_alarm(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.administrator)
    outbox.announce(Event.DEADLINE_NEAR, key="late", cycle=cast.cycle)
    assert "5分以上待っている" not in words(client.get(PAGE))
    with shifted(timedelta(minutes=6)):
        assert "5分以上待っている" in words(client.get(PAGE))


def test_a_gathering_job_is_not_late_before_it_is_due(cast: Cast) -> None:
    now = clock.now()
    Job.objects.create(
        kind="year_workbook", key="y", created_at=now - timedelta(hours=1), not_before=now + timedelta(seconds=20)
    )
    assert "5分以上待っている" not in words(as_(cast.administrator).get(PAGE))


def test_the_sweep_shows_whether_it_lives(cast: Cast) -> None:
    client = as_(cast.administrator)
    assert "自動点検が止まっています" in words(client.get(PAGE))
    Heartbeat.objects.create(name="sweep", at=clock.now())
    assert "自動点検が止まっています" not in words(client.get(PAGE))
    with shifted(timedelta(minutes=10)):
        assert "自動点検が止まっています" in words(client.get(PAGE))


def test_signs_of_life_in_the_future_count_as_none(cast: Cast) -> None:
    client = as_(cast.administrator)
    for name in ("sweep", "worker:one"):
        Heartbeat.objects.create(name=name, at=clock.now() + timedelta(days=20))
    page = words(client.get(PAGE))
    assert "自動点検が止まっています" in page and "応答なし" in page and "未来の時刻の記録があります" in page
    assert "時計を確かめてください" in health.sweep()


def test_what_waits_since_a_day_to_come_raises_the_alarm(cast: Cast) -> None:
    cast.open(1)
    event = outbox.announce(Event.DEADLINE_NEAR, key="ahead", cycle=cast.cycle)
    OutboxEvent.objects.filter(pk=event.pk).update(created_at=clock.now() + timedelta(days=20))
    assert "5分以上待っている" in words(as_(cast.administrator).get(PAGE))


def test_absent_rows_are_404(cast: Cast) -> None:
    client = as_(cast.administrator)
    for name in ("job_retry", "job_give_up", "event_release", "mail_release"):
        assert client.post(reverse(f"meguri:{name}", args=[987654])).status_code == 404


def test_the_page_costs_the_same_however_much_there_is(failed: Job, cast: Cast) -> None:
    client = as_(cast.administrator)
    few = queries_of(client, PAGE)
    now = clock.now()
    Job.objects.bulk_create(
        Job(kind="sheet_workbook", key=f"k{n}", cycle=cast.cycle, state=state, created_at=now, not_before=now)
        for n, state in enumerate([JobState.FAILED, JobState.DONE] * 40)
    )
    assert queries_of(client, PAGE) == few


@pytest.mark.parametrize(("old", "state"), [("park", MailState.PARKED), ("send", MailState.WAITING)])
def test_mail_held_after_a_restore_leaves_when_the_administrator_says_so(cast: Cast, old: str, state: str) -> None:
    cast.open(1)
    Heartbeat.objects.create(name=holding.HELD, at=clock.now())
    Mail.objects.update(state=MailState.WAITING, not_before=clock.shared(), sent_at=None)
    assert Mail.objects.exists() and not mailing.anything_due() and mailing.send_due() == 0
    assert "メールの送信を止めています" in words(as_(cast.administrator).get(PAGE))
    page = words(as_(cast.reviewer2).get(PAGE))
    assert "再開は、管理者が行います" in page and "新しいものだけを送る" not in page
    client, path = as_(cast.administrator), reverse("meguri:mail_let_go")
    assert as_(cast.reviewer2).post(path, {"old": old}).status_code == 403
    assert "再開しました" in words(client.post(path, {"old": old}, follow=True))
    assert set(Mail.objects.values_list("state", flat=True)) == {state}
    assert mailing.anything_due() is (old == "send")
    assert AuditEntry.objects.get(action="mail.let_go").actor_key == cast.administrator.key
    assert "もう再開されています" in words(client.post(path, {"old": old}, follow=True))


def test_every_page_on_which_people_wait_asks_again_and_says_what_is_being_made(cast: Cast) -> None:
    cycle, now = cast.open(1), clock.now()
    pages = [reverse(f"meguri:{name}", args=cycle.key) for name in ("queue", "board", "files", "progress", "cycle")]
    office, board = as_(cast.reviewer2), as_(cast.approver)
    for page in pages[:-1]:
        assert 'hx-trigger="every 20s"' in (board if "board" in page else office).get(page).content.decode(), page
    for page in ("/", PAGE):
        assert 'hx-trigger="every 20s"' in office.get(page).content.decode(), page
    for number, state in enumerate([JobState.RUNNING, JobState.WAITING]):
        lease = {"token": uuid.uuid4(), "leased_until": now} if state == JobState.RUNNING else {}
        Job.objects.create(
            kind="meeting_pack", key=str(number), cycle=cycle, state=state, done_steps=1, total_steps=3, doing="PDFを組んでいます",
            created_at=now, not_before=now, **lease,
        )  # fmt: skip
    for page in [*pages, "/"]:
        shown = (board if "board" in page else office).get(page)
        assert "本部会議資料の作成 2件: PDFを組んでいます 1 / 3" in words(shown), page
    assert 'hx-trigger="every 5s"' in board.get(pages[1]).content.decode(), "sooner while something is being made"
    refused = board.post(reverse("meguri:approve_many", args=cycle.key), {"action": "nothing"})
    assert refused.status_code == 422 and "hx-trigger" not in refused.content.decode(), "nothing typed is swapped away"
