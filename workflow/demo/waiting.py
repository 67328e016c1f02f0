"""Waiting for the worker: what the demo cannot do itself, it watches."""

from __future__ import annotations

import time
from collections.abc import Callable

from review.models import Artifact, Job, JobState, Mail, MailState, Notification, OutboxEvent


class TooLong(Exception):
    """The worker did not get there in time."""


def wait_for(what: str, done: Callable[[], bool], *, seconds: float = 90) -> None:
    """Look again every 0.1 s until `done()`. Raises TooLong with what stands waiting."""
    end = time.monotonic() + seconds
    while not done():
        failed = Job.objects.filter(state=JobState.FAILED).first()
        if failed:
            raise TooLong(f"{what}: 処理「{failed.kind}」が失敗しました。{failed.cause}")
        if time.monotonic() > end:
            raise TooLong(f"{what}が{seconds:.0f}秒以内に終わりませんでした({standing()})。")
        time.sleep(0.1)


def quiet() -> bool:
    """Whether nothing is left to deliver, run or send."""
    return not (
        OutboxEvent.objects.filter(delivered_at=None).exists()
        or Job.objects.exclude(state=JobState.DONE).exists()
        or Notification.objects.filter(mail=None, mail_after__isnull=False).exists()
        or Mail.objects.exclude(state=MailState.SENT).exists()
    )


def standing() -> str:
    """What is left, in one line."""
    return (
        f"準備を待つお知らせ {OutboxEvent.objects.filter(delivered_at=None).count()} 件、"
        f"未完了の処理 {Job.objects.exclude(state=JobState.DONE).count()} 件、"
        f"未送信のメール {Mail.objects.exclude(state=MailState.SENT).count()} 件、"
        f"ファイル {Artifact.objects.count()} 件"
    )
