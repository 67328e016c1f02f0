"""Envelopes: gathering notices into mails, and sending them in batches, each mail under a lease with a fixed Message-ID.

Never lost; sent twice only where the process dies between the server's yes and our commit, and then with the same
Message-ID, so that a reader's mail program can tell.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from review import clock
from review.domain import fiscal
from review.domain.reminding import Step
from review.models import Heartbeat, Mail, MailState, Notification, User
from review.services import doorbell, waiting

logger = logging.getLogger(__name__)

# With the pauses between them, tries over some fifteen hours.
MAX_ATTEMPTS = 20
# How many mails are claimed at once, and how long one task goes on with it.
BATCH = 50
SENDING_SECONDS = 60
# The row whose lock lets one sender claim at a time.
SENDER = "mail"
RESENT = "X-Meguri-Resent"
# SMTP's "service not available, closing": said of the server, not of the mail.
CLOSING = 421

NO_ANSWER = "メールサーバーが応答しません。時間をおいて自動で送り直します。"
NO_ENTRY = "メールサーバーが接続を断りました。利用者名とパスワードの設定を確かめてください。自動で送り直します。"
UNWRITABLE = "メールを組み立てられませんでした。宛先と件名を確かめてください。"
CRASHED = "送信の途中でワーカーが繰り返し止まりました。届いたかどうかは分かりません。宛先に確かめてから送ってください。"


def gather(*, everything: bool = False) -> int:
    """Put the notices that are due into envelopes, one per person. Returns how many envelopes were made.

    `everything` does not wait for the digest's hour (the demo uses it to show the morning's mail).
    """
    due = Notification.objects.filter(mail=None, mail_after__isnull=False)
    if not everything:
        due = due.filter(mail_after__lte=clock.shared())
    people = list(due.order_by().values_list("recipient_id", flat=True).distinct())
    made = sum(_envelope(user_id, everything) for user_id in people)
    if made:
        doorbell.ring_after_commit("mail")
    return made


def _envelope(user_id: int, everything: bool) -> bool:
    with transaction.atomic():
        # The person's row is the lock: two sweeps cannot put one notice into two envelopes.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        due = Notification.objects.filter(recipient=user, mail=None, mail_after__isnull=False)
        if not everything:
            due = due.filter(mail_after__lte=clock.shared())
        notices = _still_true(list(due.order_by("created_at", "pk")))
        if not notices:
            return False
        if not user.email or not user.is_active:
            Notification.objects.filter(pk__in=[n.pk for n in notices]).update(mail_after=None)
            return False
        mail = _write(user, notices)
        Notification.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
        return True


def _still_true(notices: Sequence[Notification]) -> list[Notification]:
    """Without the reminders whose sheets were dealt with since they were made; those leave by no mail any more."""
    over = {
        notice.pk
        for notice in notices
        if notice.asks and not waiting.still(Step(notice.asks["step"]), notice.asks["sheets"])
    }
    if over:
        Notification.objects.filter(pk__in=over).update(mail_after=None)
    # What asks for an act stands first.
    return sorted((notice for notice in notices if notice.pk not in over), key=lambda notice: not notice.to_act)


def _until(notice: Notification) -> str:
    """By when, for the mail; '' where nothing is asked by a day."""
    if not notice.due_at:
        return ""
    local = timezone.localtime(notice.due_at)
    return f"{fiscal.wareki(local.date())} {local:%H:%M}"


def _write(user: User, notices: Sequence[Notification]) -> Mail:
    seed = ",".join(notice.key for notice in notices)
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    subject = notices[0].title if len(notices) == 1 else f"{notices[0].title} ほか{len(notices) - 1}件"
    context = {
        "user": user,
        "notices": [(notice, _until(notice)) for notice in notices],
        "base_url": settings.MEGURI_BASE_URL,
        "settings_url": reverse("review:notice_settings"),
    }
    body = render_to_string("mail/notices.txt", context)
    return Mail.objects.create(
        recipient=user,
        address=user.email,
        message_id=f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{host}>",
        subject=f"[めぐり] {subject}".replace("\n", " ").replace("\r", " ")[:200],
        body=body,
        created_at=clock.now(),
        not_before=clock.shared(),
    )


# --- sending -----------------------------------------------------------------------------------------------------


class ServerAway(Exception):
    """The mail server does not answer, or wants no more now: there is no use in trying the next mail."""


def _due() -> QuerySet[Mail]:
    """Mails that wait and are due, or whose sender fell silent, oldest first."""
    waiting = Q(state=MailState.WAITING, not_before__lte=clock.shared())
    dropped = Q(state=MailState.SENDING, leased_until__lt=clock.shared())
    return Mail.objects.filter(waiting | dropped).order_by("pk")


def due_ids(limit: int = 500) -> list[int]:
    """The ids of the mails that are due."""
    return list(_due().values_list("pk", flat=True)[:limit])


def send_due() -> int:
    """Send what is due, in batches over one connection; returns how many were sent.

    After `SENDING_SECONDS` the rest is left to the next task, so that no worker is held by a slow server.
    """
    until = time.monotonic() + SENDING_SECONDS
    sent = 0
    with _connected() as connection:
        while batch := _claim(due_ids(BATCH)):
            try:
                sent += _send_batch(batch, connection)
            except ServerAway:
                return sent
            if time.monotonic() > until:
                doorbell.ring_after_commit("mail")
                return sent
    return sent


def send(mail_ids: Sequence[int]) -> int:
    """Send those of the named mails that are due over one connection; returns how many were sent."""
    with _connected() as connection, suppress(ServerAway):
        return _send_batch(_claim(mail_ids), connection)
    return 0


@contextmanager
def _connected() -> Iterator[BaseEmailBackend]:
    """The way to the mail server, not yet open; closed at the end."""
    smtp = "smtp" in settings.EMAIL_BACKEND
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT) if smtp else get_connection()
    try:
        yield connection
    finally:
        with suppress(OSError, smtplib.SMTPException):  # a goodbye that is not heard changes nothing
            connection.close()


def _claim(mail_ids: Sequence[int]) -> list[Mail]:
    """Take those that are due for this sender; none while another is at work.

    One sender at a time: a server that hangs holds one worker, never all. A sender that died is no longer in the way
    when the lease of its mail is over.
    """
    if not mail_ids:
        return []
    token = uuid.uuid4()
    with transaction.atomic():
        Heartbeat.objects.get_or_create(name=SENDER, defaults={"at": clock.now()})
        Heartbeat.objects.select_for_update(no_key=True).get(name=SENDER)
        if Mail.objects.filter(state=MailState.SENDING, leased_until__gte=clock.shared()).exists():
            return []
        Heartbeat.objects.filter(name=SENDER).update(at=clock.now())
        dropped = _due().filter(state=MailState.SENDING, attempts__gte=MAX_ATTEMPTS)
        dropped.order_by().update(state=MailState.PARKED, token=None, leased_until=None, cause=CRASHED)
        _due().filter(pk__in=mail_ids).order_by().update(state=MailState.SENDING, token=token, leased_until=_lease())
    return list(Mail.objects.filter(token=token, state=MailState.SENDING).order_by("pk"))


def _lease() -> Any:
    return clock.shared(timedelta(seconds=settings.MEGURI_LEASE_SECONDS))


def _send_batch(mails: Sequence[Mail], connection: BaseEmailBackend) -> int:
    """Send the claimed mails one by one; what was not tried goes back to those that wait. Raises ServerAway."""
    sent = 0
    try:
        for mail in mails:
            _open(connection)
            if _begin(mail):
                sent += _send_one(mail, connection)
    except ServerAway as away:
        _give_back(mails, str(away))
        raise
    return sent


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise ServerAway(NO_ENTRY) from error
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(NO_ANSWER) from error


def _begin(mail: Mail) -> bool:
    """Count the try and renew the lease; False where another sender took the mail over.

    Committed before the first byte leaves: a mail that may have been sent is never taken for one that was not.
    """
    held = Mail.objects.filter(pk=mail.pk, token=mail.token, state=MailState.SENDING)
    return bool(held.update(attempts=F("attempts") + 1, leased_until=_lease()))


def _send_one(mail: Mail, connection: BaseEmailBackend) -> bool:
    message = EmailMessage(mail.subject, mail.body, to=[mail.address], connection=connection)
    message.extra_headers["Message-ID"] = mail.message_id
    if mail.attempts:
        message.extra_headers[RESENT] = str(mail.attempts)
    try:
        with _patience(connection):
            connection.send_messages([message])
    except Exception as error:
        _postpone(mail, error, connection)
        return False
    Mail.objects.filter(pk=mail.pk, token=mail.token).update(
        state=MailState.SENT, sent_at=clock.now(), leased_until=None, cause=""
    )
    return True


@contextmanager
def _patience(connection: Any) -> Iterator[None]:
    """Hang up on a server that answers each question just in time, before the mail's lease is over."""

    def hang_up() -> None:
        stream = getattr(getattr(connection, "connection", None), "sock", None)
        if stream:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(2 * settings.EMAIL_TIMEOUT, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _postpone(mail: Mail, error: Exception, connection: BaseEmailBackend) -> None:
    """Try again later, or park with the reason. Raises ServerAway where the error is not this mail's own."""
    code = _code(error)
    away = isinstance(error, (OSError, smtplib.SMTPException)) and (not code or code == CLOSING)
    final = not away and (not 400 <= code < 500 or mail.attempts + 1 >= MAX_ATTEMPTS)
    logger.warning("mail %s not sent: %s %s", mail.pk, type(error).__name__, code or "")
    pause = min(3600, settings.MEGURI_MAIL_RETRY_SECONDS * 2 ** min(mail.attempts + 1, 16))
    Mail.objects.filter(pk=mail.pk, token=mail.token).update(
        state=MailState.PARKED if final else MailState.WAITING,
        token=None,
        leased_until=None,
        not_before=clock.shared(timedelta(seconds=pause)),
        cause=_cause(code, final=final),
    )
    if away:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()
        raise ServerAway(NO_ANSWER) from error


def _code(error: Exception) -> int:
    """What the server answered; 0 where it did not, or the error is not the server's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((reply[0] for reply in error.recipients.values()), default=550)
    return getattr(error, "smtp_code", 0)


def _cause(code: int, *, final: bool) -> str:
    if not code:
        return UNWRITABLE if final else NO_ANSWER
    if code >= 500:
        return f"宛先のサーバーが受け取りを断りました(応答 {code})。アドレスを確かめてから、もう一度送ってください。"
    if final:
        return f"{MAX_ATTEMPTS}回送りましたが、宛先のサーバーが受け取りませんでした(応答 {code})。"
    return f"宛先のサーバーが今は受け取れないと答えました(応答 {code})。時間をおいて自動で送り直します。"


def _give_back(mails: Sequence[Mail], cause: str) -> None:
    """What was claimed and not tried waits again, without a try counted against it."""
    held = Mail.objects.filter(pk__in=[mail.pk for mail in mails], token=mails[0].token, state=MailState.SENDING)
    pause = timedelta(seconds=settings.MEGURI_MAIL_RETRY_SECONDS)
    held.update(state=MailState.WAITING, token=None, leased_until=None, not_before=clock.shared(pause), cause=cause)


def release(mail_id: int) -> None:
    """Let an operator send a parked mail again. Its tries stay counted: it may have arrived, and says so (再送)."""
    Mail.objects.filter(pk=mail_id, state=MailState.PARKED).update(
        state=MailState.WAITING, not_before=clock.shared(), cause=""
    )
    doorbell.ring_after_commit("mail")
