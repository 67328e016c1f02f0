"""How mails are usually sent: a Celery task for each, which opens a connection of its own. The bench's yardstick.

It claims and marks like ours, so that only the batching differs.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from celery import shared_task
from django.core.mail import EmailMessage, get_connection
from django.db.models import F

from review import clock
from review.models import Mail, MailState

MINUTE = timedelta(minutes=1)


@shared_task(name="tests.faults.one_by_one.send")
def send(mail_id: int) -> None:
    """Claim, connect, send, mark."""
    token = uuid.uuid4()
    held = Mail.objects.filter(pk=mail_id, state=MailState.PARKED)
    if not held.update(
        state=MailState.SENDING, token=token, leased_until=clock.shared(MINUTE), attempts=F("attempts") + 1
    ):
        return
    mail = Mail.objects.get(pk=mail_id)
    message = EmailMessage(mail.subject, mail.body, to=[mail.address], connection=get_connection())
    message.extra_headers["Message-ID"] = mail.message_id
    message.send()
    Mail.objects.filter(pk=mail.pk, token=token).update(
        state=MailState.SENT, sent_at=clock.now(), leased_until=None, cause=""
    )
