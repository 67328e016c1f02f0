"""What an operator watches: each sign with its number and, where it is one, its alarm in a sentence. /metrics, the operator's
page and the alarms by mail all read this one table. No sign names a person."""

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from review import clock, queries
from review.domain.events import Event
from review.mail.services import holding
from review.models import AuditEntry, Heartbeat, Job, JobState
from review.operations.services import anchors
from review.screens.services import throttle

BACKUP = "backup"
ALERT_AFTER = timedelta(minutes=5)
#: A night's backup may come some hours late.
BACKUP_LATE = timedelta(hours=30)
REFUSED_WITHIN, REFUSED_MANY = timedelta(hours=1), 100
#: A night's check of the files that came some hours late.
CHECK_LATE = timedelta(hours=30)
REFUSED_MESSAGES, DAY = "messages.refused", timedelta(days=1)
SECONDS, BYTES, COUNT = "seconds", "bytes", "count"


@dataclass(frozen=True, kw_only=True)
class Sign:
    """`value` is NaN where it never happened. `event`: what is announced once when the alarm begins."""

    name: str
    label: str
    value: float
    unit: str = COUNT
    alarm: str = ""
    event: Event | None = None

    def text(self) -> str:
        if math.isnan(self.value):
            return _("まだありません")
        if self.unit == BYTES:
            return f"{self.value / 1e9:.1f} GB"
        if self.unit == COUNT:
            return _("%(n)d件") % {"n": self.value}
        minutes = int(self.value) // 60
        return _("%(n)d分") % {"n": minutes} if minutes < 120 else _("%(n)d時間") % {"n": minutes // 60}


def read(now: datetime | None = None) -> list[Sign]:
    """Every sign. A dozen queries, however much there is."""
    now = now or clock.now()
    waiting, failed = queries.backlog(), queries.job_counts()[JobState.FAILED]
    beats = dict(Heartbeat.objects.filter(name__in=[BACKUP, "sweep"]).values_list("name", "at"))
    return [
        Sign(name="events_waiting", label=_("準備を待つお知らせなど"), value=waiting["events"]["count"]),
        Sign(name="mails_waiting", label=_("送信を待つメール"), value=waiting["mails"]["count"]),
        Sign(name="jobs_waiting", label=_("待機中・実行中の処理"), value=waiting["jobs"]["count"]),
        _delivery(waiting, now),
        Sign(
            name="jobs_failed",
            label=_("失敗した処理"),
            value=failed,
            alarm=_("原因を確かめてください。") if failed else "",
        ),
        _sweep(beats.get("sweep"), now),
        _anchor(now),
        _backup(beats.get(BACKUP), now),
        _files(now),
        _disk(),
        _refused(now),
        _messages(),
        Sign(name="mail_held", label=_("メールの送信の保留"), value=int(holding.since() is not None)),
    ]


def _age(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else math.nan


def patience() -> timedelta:
    """Two sweeps may be late (a restart, a long transaction) before an operator need know."""
    return timedelta(seconds=3 * settings.MEGURI_SWEEP_SECONDS + 30)


def _sweep(last: datetime | None, now: datetime) -> Sign:
    late = last is None or clock.is_past(last, patience(), now)
    return Sign(
        name="sweep_age",
        label=_("最後の自動点検からの時間"),
        value=_age(last, now),
        unit=SECONDS,
        alarm=_("自動点検が止まっています。") if late else "",
    )


def oldest_late(waiting: Mapping[str, Any], now: datetime) -> datetime | None:
    """Since when the oldest undelivered row of `queries.backlog()` waits, where that is longer than five minutes.

    A row of the future waits too, since nobody knows when. A job may be due later than now.
    """
    oldest = [part["oldest"] for name, part in waiting.items() if name != "jobs" and part["oldest"]]
    late = [moment for moment in oldest if clock.is_past(moment, ALERT_AFTER, now)]
    jobs = waiting["jobs"]["oldest"]
    return min([*late, *([jobs] if jobs and now - jobs > ALERT_AFTER else [])], default=None)


def _delivery(waiting: Mapping[str, Any], now: datetime) -> Sign:
    since = oldest_late(waiting, now)
    return Sign(
        name="late",
        label=_("お知らせの準備とメール送信の遅れ"),
        value=_age(since or now, now),
        unit=SECONDS,
        alarm=_("ワーカーとメールサーバーを確かめてください。") if since else "",
        event=Event.DELIVERY_LATE,
    )


def _anchor(now: datetime) -> Sign:
    standing = anchors.standing()
    return Sign(
        name="anchor_age",
        label=_("最後の外部の控えからの時間"),
        unit=SECONDS,
        event=Event.ANCHOR_LATE,
        value=_age(standing.anchor.at if standing.anchor else None, now),
        alarm=_("外部の控えが2時間以上作られていません。") if standing.late else "",
    )


def _backup(last: datetime | None, now: datetime) -> Sign:
    late = last is None or clock.is_past(last, BACKUP_LATE, now)
    return Sign(
        name="backup_age",
        label=_("最後のバックアップからの時間"),
        value=_age(last, now),
        unit=SECONDS,
        alarm=_("30時間以上、バックアップがありません。予定と保存先を確かめてください。") if late else "",
        # Before the first one nobody waits for it: the page says so, and no mail.
        event=Event.OPERATION_ALARM if last else None,
    )


def _files(now: datetime) -> Sign:
    """A check that found a fault is a failed job, of which the operators heard; one that is late is said here."""
    job = Job.objects.filter(kind="check_files").first()
    last = job.finished_at if job else None
    late = last is not None and clock.is_past(last, CHECK_LATE, now)
    broken = job is not None and job.state == JobState.FAILED
    return Sign(
        name="files_check_age",
        label=_("最後に異常のなかったファイルの点検からの時間"),
        value=_age(last, now),
        unit=SECONDS,
        alarm=job.cause if job and broken else _("30時間以上、ファイルの点検が終わっていません。") if late else "",
        event=Event.OPERATION_ALARM if late and not broken else None,
    )


def _messages() -> Sign:
    count = throttle.count(REFUSED_MESSAGES, span=DAY)
    words = _(
        "ワーカーの知らないメッセージが Redis に届きました。処理は続いています。Redis に書ける人を確かめてください。"
    )
    return Sign(
        name="messages_refused",
        label=_("読めなかったメッセージ(1日)"),
        value=count,
        alarm=words if count else "",
        event=Event.OPERATION_ALARM,
    )


def _disk() -> Sign:
    place = next(path for path in [Path(settings.FILES_ROOT), *Path(settings.FILES_ROOT).parents] if path.exists())
    free = shutil.disk_usage(place).free
    low = free < settings.MEGURI_DISK_ALARM_MB * 1_000_000
    return Sign(
        name="disk_free",
        label=_("ファイルの置き場所の空き"),
        value=free,
        unit=BYTES,
        alarm=_("ファイルの置き場所の空きが少なくなっています。") if low else "",
        event=Event.OPERATION_ALARM,
    )


def _refused(now: datetime) -> Sign:
    failures = ("sign_in.failed", "second_factor.failed")
    count = AuditEntry.objects.filter(at__gt=now - REFUSED_WITHIN, action__in=failures).count()
    return Sign(
        name="sign_ins_refused",
        label=_("断ったサインイン(1時間)"),
        value=count,
        event=Event.OPERATION_ALARM,
        alarm=_("断ったサインインが1時間に100件以上あります。監査記録で確かめてください。")
        if count >= REFUSED_MANY
        else "",
    )
