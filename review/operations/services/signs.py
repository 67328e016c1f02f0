"""What an operator watches: each sign with its number and, where it is one, its alarm in a sentence. /metrics, the operator's
page and the alarms by mail all read this one table. No sign names a person."""

import math
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from review import clock, queries
from review.mail.services import holding
from review.models import AuditEntry, Heartbeat, JobState
from review.operations.services import anchors

BACKUP = "backup"
#: A night may be missed by some hours.
BACKUP_LATE = timedelta(hours=30)
REFUSED_WITHIN, REFUSED_MANY = timedelta(hours=1), 100
SECONDS, BYTES, COUNT = "seconds", "bytes", "count"


@dataclass(frozen=True, kw_only=True)
class Sign:
    """`value` is NaN where it never happened. `mailed`: the alarm is sent, once per incident; others have their own."""

    name: str
    label: Any
    value: float
    unit: str = COUNT
    alarm: str = ""
    mailed: bool = False

    def text(self) -> str:
        """The number as people read it."""
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
    waiting = queries.backlog()
    beats = dict(Heartbeat.objects.filter(name__in=[BACKUP, "sweep"]).values_list("name", "at"))
    return [
        *(_waiting(name, label, waiting[name], now) for name, label in WAITING.items()),
        _failed(),
        Sign(name="sweep_age", label=_("最後の見回りから"), value=_age(beats.get("sweep"), now), unit=SECONDS),
        _anchor(now),
        _backup(beats.get(BACKUP), now),
        _disk(),
        _refused(now),
        Sign(name="mail_held", label=_("メールの送信の保留"), value=int(holding.since() is not None)),
    ]


WAITING = {"events": "配達を待つ出来事", "mails": "送信を待つメール", "jobs": "待機中・実行中の処理"}


def _age(moment: datetime | None, now: datetime) -> float:
    return (now - moment).total_seconds() if moment else math.nan


def _waiting(name: str, label: str, part: dict[str, Any], now: datetime) -> Sign:
    late = part["oldest"] and clock.is_past(part["oldest"], timedelta(minutes=5), now)
    return Sign(
        name=f"{name}_waiting", label=_(label), value=part["count"], alarm=_("5分以上待っています") if late else ""
    )


def _failed() -> Sign:
    count = queries.job_counts()[JobState.FAILED]
    return Sign(
        name="jobs_failed", label=_("失敗した処理"), value=count, alarm=_("原因を確かめてください") if count else ""
    )


def _anchor(now: datetime) -> Sign:
    standing = anchors.standing()
    alarm = _("外部の控えが2時間以上作られていません") if standing.late else ""
    value = _age(standing.anchor.at if standing.anchor else None, now)
    return Sign(name="anchor_age", label=_("最後の外部の控えから"), value=value, unit=SECONDS, alarm=alarm)


def _backup(last: datetime | None, now: datetime) -> Sign:
    late = last is None or clock.is_past(last, BACKUP_LATE, now)
    alarm = _("30時間以上、バックアップがありません。バックアップの予定と保存先を確かめてください。") if late else ""
    value = _age(last, now)
    # Before the first one there is nobody to wait for it: the page says so, and no mail.
    return Sign(
        name="backup_age", label=_("最後のバックアップから"), value=value, unit=SECONDS, alarm=alarm, mailed=bool(last)
    )


def _disk() -> Sign:
    place = next(path for path in [Path(settings.FILES_ROOT), *Path(settings.FILES_ROOT).parents] if path.exists())
    free = shutil.disk_usage(place).free
    low = free < settings.MEGURI_DISK_ALARM_MB * 1_000_000
    alarm = _("ファイルの置き場所の空きが少なくなっています。空きを増やしてください。") if low else ""
    return Sign(name="disk_free", label=_("ファイルの置き場所の空き"), value=free, unit=BYTES, alarm=alarm, mailed=True)


def _refused(now: datetime) -> Sign:
    failures = ("sign_in.failed", "second_factor.failed")
    count = AuditEntry.objects.filter(at__gt=now - REFUSED_WITHIN, action__in=failures).count()
    alarm = (
        _("断ったサインインが1時間に100件以上あります。監査記録で確かめてください。") if count >= REFUSED_MANY else ""
    )
    return Sign(name="sign_ins_refused", label=_("断ったサインイン(1時間)"), value=count, alarm=alarm, mailed=True)
