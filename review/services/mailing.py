"""Envelopes: gathering notices into mails, and sending each mail under a lease with a fixed Message-ID.

Never lost; sent twice only where the process dies between the server's yes and our commit, and then with the same
Message-ID, so that a reader's mail program can tell.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import uuid
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string

from review import clock
from review.models import Mail, MailState, Notification, User
from review.services import doorbell

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8


def gather(*, everything: bool = False) -> int:
    """Put the notices that are due into envelopes, one per person. Returns how many envelopes were made.

    `everything` does not wait for the digest's hour (the demo uses it to show the morning's mail).
    """
    due = Notification.objects.filter(mail=None, mail_after__isnull=False)
    if not everything:
        due = due.filter(mail_after__lte=clock.now())
    people = list(due.order_by().values_list("recipient_id", flat=True).distinct())
    return sum(_envelope(user_id, everything) for user_id in people)


def _envelope(user_id: int, everything: bool) -> bool:
    with transaction.atomic():
        # The person's row is the lock: two sweeps cannot put one notice into two envelopes.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        due = Notification.objects.filter(recipient=user, mail=None, mail_after__isnull=False)
        if not everything:
            due = due.filter(mail_after__lte=clock.now())
        notices = list(due.order_by("created_at", "pk"))
        if not notices:
            return False
        if not user.email or not user.is_active:
            Notification.objects.filter(pk__in=[n.pk for n in notices]).update(mail_after=None)
            return False
        mail = _write(user, notices)
        Notification.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
        doorbell.ring_after_commit("mail", mail.pk)
        return True


def _write(user: User, notices: Sequence[Notification]) -> Mail:
    now = clock.now()
    seed = ",".join(notice.key for notice in notices)
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    subject = notices[0].title if len(notices) == 1 else f"{notices[0].title} ほか{len(notices) - 1}件"
    body = render_to_string(
        "mail/notices.txt", {"user": user, "notices": notices, "base_url": settings.MEGURI_BASE_URL}
    )
    return Mail.objects.create(
        recipient=user,
        address=user.email,
        message_id=f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{host}>",
        subject=f"[めぐり] {subject}".replace("\n", " ").replace("\r", " ")[:200],
        body=body,
        created_at=now,
        not_before=now,
    )


def due_ids(limit: int = 500) -> list[int]:
    """Mails that wait and are due, or whose sender fell silent."""
    now = clock.now()
    waiting = Q(state=MailState.WAITING, not_before__lte=now)
    dropped = Q(state=MailState.SENDING, leased_until__lt=now)
    return list(Mail.objects.filter(waiting | dropped).order_by("pk").values_list("pk", flat=True)[:limit])


def send(mail_ids: Sequence[int]) -> int:
    """Send the mails that are due over one connection; returns how many were sent."""
    connection = get_connection(timeout=10) if "smtp" in settings.EMAIL_BACKEND else get_connection()
    try:
        return sum(_send_one(mail_id, connection) for mail_id in mail_ids)
    finally:
        connection.close()


def _claim(mail_id: int) -> Mail | None:
    now = clock.now()
    token = uuid.uuid4()
    waiting = Q(state=MailState.WAITING, not_before__lte=now) | Q(state=MailState.SENDING, leased_until__lt=now)
    taken = Mail.objects.filter(waiting, pk=mail_id).update(
        state=MailState.SENDING,
        token=token,
        leased_until=now + timedelta(seconds=settings.MEGURI_LEASE_SECONDS),
        attempts=F("attempts") + 1,
    )
    return Mail.objects.get(pk=mail_id) if taken else None


def _send_one(mail_id: int, connection) -> bool:
    mail = _claim(mail_id)
    if mail is None:
        return False
    message = EmailMessage(mail.subject, mail.body, to=[mail.address], connection=connection)
    message.extra_headers["Message-ID"] = mail.message_id
    if mail.attempts > 1:
        message.extra_headers["X-Meguri-Resent"] = str(mail.attempts - 1)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        _postpone(mail, error)
        connection.close()
        return False
    Mail.objects.filter(pk=mail.pk, token=mail.token).update(
        state=MailState.SENT, sent_at=clock.now(), leased_until=None, cause=""
    )
    return True


def _postpone(mail: Mail, error: Exception) -> None:
    code = getattr(error, "smtp_code", 0)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((reply[0] for reply in error.recipients.values()), default=550)
    refused = 500 <= code < 600 or mail.attempts >= MAX_ATTEMPTS
    logger.warning("mail %s not sent: %s %s", mail.pk, type(error).__name__, code or "")
    Mail.objects.filter(pk=mail.pk, token=mail.token).update(
        state=MailState.PARKED if refused else MailState.WAITING,
        leased_until=None,
        not_before=clock.now() + timedelta(seconds=min(3600, 10 * 2**mail.attempts)),
        cause="宛先のサーバーが受け取りを断りました。アドレスを確かめてください。"
        if refused
        else "メールサーバーが応答しません。時間をおいて自動で送り直します。",
    )


def release(mail_id: int) -> None:
    """Let an operator send a parked mail again."""
    Mail.objects.filter(pk=mail_id, state=MailState.PARKED).update(
        state=MailState.WAITING, attempts=0, not_before=clock.now(), cause=""
    )
    doorbell.ring_after_commit("mail", mail_id)
