"""What an operator watches: the numbers, the alarms, and each alarm by mail once (issue 20, point 4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from review import VERSION, clock
from review.background.services import outbox
from review.domain.events import Event
from review.models import Artifact, Heartbeat, Job, JobState, Notification, OutboxEvent, User
from review.operations.services import alarm, anchors, signs, stored_files
from review.trail.services import audit
from tasks import errands
from tests.cast import Cast, settle_background
from tests.remembered import really
from tests.review.acting import as_, words

TOKEN = "a-token-of-the-tests-own"


@pytest.fixture(autouse=True)
def open_to_the_watch(settings: Any, tmp_path: Path) -> None:
    settings.MEGURI_METRICS_TOKEN = TOKEN
    settings.MEGURI_ANCHOR_ROOT = tmp_path / "anchors"
    settings.FILES_ROOT = tmp_path / "files" / "not there yet"


def metrics() -> str:
    answer = Client(headers={"Authorization": f"Bearer {TOKEN}"}).get("/metrics")
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_without_the_token_there_are_no_metrics(settings: Any, headers: dict[str, str]) -> None:
    assert Client(headers=headers).get("/metrics").status_code == 404
    settings.MEGURI_METRICS_TOKEN = ""
    assert Client(headers=headers).get("/metrics").status_code == 404


def test_the_metrics_are_in_prometheus_own_form_and_name_nobody(cast: Cast) -> None:
    cast.open(1)
    text = metrics()
    line = re.compile(r"# TYPE meguri_\w+ gauge|meguri_\w+(\{\w+=\"[\w.]+\"\})? (NaN|-?\d+)")
    assert [each for each in text.splitlines() if not line.fullmatch(each)] == []
    assert text.endswith("\n") and f'meguri_info{{version="{VERSION}"}} 1' in text
    for sign in signs.read():
        assert f'meguri_alarm{{sign="{sign.name}"}}' in text
    for person in User.objects.all():
        assert person.username not in text and person.display_name not in text


def backed_up_long_ago(settings: Any) -> None:
    Heartbeat.objects.create(name=signs.BACKUP, at=clock.now() - timedelta(hours=31))


def nearly_full(settings: Any) -> None:
    settings.MEGURI_DISK_ALARM_MB = 10**12


def guessed_at(settings: Any) -> None:
    for _ in range(signs.REFUSED_MANY):
        audit.write(None, "sign_in.failed", "user:unknown")


def unchecked(settings: Any) -> None:
    errands.check_files()
    ended = {"state": JobState.DONE, "built": 1, "finished_at": clock.now() - timedelta(hours=31)}
    Job.objects.filter(kind=stored_files.KIND).update(**ended)


def nonsense(settings: Any) -> None:
    errands.count_refused()


WRONG: dict[str, Callable[[Any], None]] = {
    "backup_age": backed_up_long_ago,
    "disk_free": nearly_full,
    "sign_ins_refused": guessed_at,
    "files_check_age": unchecked,
    "messages_refused": nonsense,
}


@pytest.mark.parametrize("name", WRONG)
def test_each_alarm_is_mailed_once_shown_and_ends(cast: Cast, settings: Any, name: str) -> None:
    assert not alarm.watch()
    WRONG[name](settings)
    assert alarm.watch() and alarm.watch()
    settle_background()
    (event,) = OutboxEvent.objects.filter(name="OperationAlarm")
    notices = Notification.objects.filter(recipient=cast.administrator, title="運用の警報があります")
    assert [event.payload["cause"] in one.body for one in notices] == [True]
    assert f'meguri_alarm{{sign="{name}"}} 1' in metrics()
    assert event.payload["cause"] in words(as_(cast.administrator).get("/jobs/"))


def test_every_mailed_sign_is_tried_above(cast: Cast) -> None:
    Heartbeat.objects.create(name=signs.BACKUP, at=clock.now())
    unchecked(None)
    assert {sign.name for sign in signs.read() if sign.event is Event.OPERATION_ALARM} == set(WRONG)


def test_the_other_signs_raise_their_alarm_too(cast: Cast) -> None:
    outbox.announce(Event.JOB_FAILED, key="x")
    assert {one.name: bool(one.alarm) for one in signs.read()}["late"] is False
    later = clock.now() + timedelta(minutes=6)
    assert {one.name: bool(one.alarm) for one in signs.read(later)}["late"] is True
    anchors.drop(reason=anchors.HOURLY)
    (age,) = [one.value for one in signs.read(later) if one.name == "anchor_age"]
    assert 300 < age < 420


@pytest.mark.drill
def test_the_night_s_check_tells_of_a_broken_file_once_and_of_its_mending(cast: Cast) -> None:
    """As a failed job on the operator's page and as an alarm; the next clean check ends both."""

    def check_of_a_night() -> str:
        errands.check_files()
        Job.objects.filter(kind=stored_files.KIND).update(not_before=clock.now())
        settle_background()
        return words(as_(cast.administrator).get("/jobs/"))

    with really():
        cast.published(1)
    assert "meguri_files_check_age_seconds NaN" in metrics()
    assert "ファイルの点検" in check_of_a_night() and "meguri_files_check_age_seconds NaN" not in metrics()
    row = Artifact.objects.get(edition__isnull=False, kind="consolidated")
    path, content = Path(default_storage.path(row.path)), Path(default_storage.path(row.path)).read_bytes()
    path.write_bytes(content[:-1] + b"!")
    for _night in range(2):
        page = check_of_a_night()
        assert "1 件が、なくなったか変わっています" in page
        assert 'meguri_alarm{sign="files_check_age"} 1' in metrics()
    assert OutboxEvent.objects.filter(name="JobFailed").count() == 1, "told once, not every night"
    path.write_bytes(content)
    assert "なくなったか変わっています" not in check_of_a_night()
    assert 'meguri_alarm{sign="files_check_age"} 0' in metrics()


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_remembered(cast: Cast, tmp_path: Path) -> None:
    (before,) = [one for one in signs.read() if one.name == "backup_age"]
    assert before.alarm and not before.event and before.text() == "まだありません", (
        "nobody waits for one that never was"
    )
    call_command("backup", "--out", str(tmp_path / "backup"), verbosity=0)
    (after,) = [one for one in signs.read() if one.name == "backup_age"]
    assert not after.alarm and after.value < 60


def test_the_page_says_the_version(cast: Cast) -> None:
    assert f"めぐり {VERSION}" in words(as_(cast.administrator).get("/jobs/"))
