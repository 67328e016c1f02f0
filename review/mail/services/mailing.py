"""Sending mails in batches over one connection, each mail under a lease with a fixed Message-ID.

Never lost; sent twice only where the process dies between the server's yes and our commit: one mail of each sender that
died, and then with the same Message-ID, so that a reader's mail program can tell.
"""

import logging
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from review import clock
from review.background.services import doorbell
from review.mail.services import envelopes, holding
from review.mail.services.mail_server import NO_ANSWER, MailServer, ServerAway, code_of, is_away
from review.models import Heartbeat, Mail, MailState

logger = logging.getLogger(__name__)

# A mail whose sender died so often is parked: whether it arrived is not known.
MAX_CRASHES = 20
# The longest pause between two tries: an outage of any length ends, and then nobody should wait for hours.
LONGEST_PAUSE = 900
# Nobody sets a time further ahead: one that lies there was written by a wrong clock.
FURTHEST = timedelta(hours=2)
# How many mails are claimed at once, and how long one task goes on with it.
BATCH = 100
SENDING_SECONDS = 60
# The row whose lock lets one sender after the other claim.
SENDER = "mail"

UNWRITABLE = "メールを組み立てられませんでした。宛先と件名を確かめてください。"
GONE = "宛先の人の利用が停止されたため、送りませんでした。"
CRASHED = "送信の途中でワーカーが繰り返し止まりました。届いたかどうかは分かりません。宛先に確かめてから送ってください。"

# One statement a mail, so that a mail costs one commit: notes that the one before was sent, and begins the next.
NOTE = """
    UPDATE review_mail SET
        state = CASE WHEN id = %(begun)s THEN 'sending' ELSE 'sent' END,
        attempts = attempts + CASE WHEN id = %(begun)s THEN 1 ELSE 0 END,
        leased_until = CASE WHEN id = %(begun)s THEN %(lease)s ELSE NULL END,
        sent_at = CASE WHEN id = %(begun)s THEN sent_at ELSE %(now)s END,
        cause = CASE WHEN id = %(begun)s THEN cause ELSE '' END
    WHERE id IN (%(sent)s, %(begun)s) AND token = %(token)s AND state = 'sending'
"""


@dataclass(frozen=True)
class Batch:
    """Mails under one lease; empty where there are none. `claimed` is by this machine's monotonic clock."""

    token: uuid.UUID
    mails: Sequence[Mail] = ()
    claimed: float = 0

    def lease(self) -> datetime | None:
        """As long from now on as it was from the claim on, by the database's clock; None for no mails."""
        since = timedelta(seconds=time.monotonic() - self.claimed)
        return next((mail.leased_until + since for mail in self.mails if mail.leased_until), None)


def _due(senders: Collection[uuid.UUID | None] = ()) -> QuerySet[Mail]:
    """Mails that wait and are due, or whose sender fell silent, oldest first; `senders` are those at work."""
    waiting = Q(state=MailState.WAITING) & clock.reached("not_before", FURTHEST)
    dropped = Q(state=MailState.SENDING) & clock.reached("leased_until", FURTHEST) & ~Q(token__in=senders)
    return Mail.objects.filter(waiting | dropped).order_by("pk")


def anything_due() -> bool:
    """Whether a mail is due, and may leave."""
    return _due().exists() and not holding.since()


def send_due() -> int:
    """Send what is due, in batches over one connection; returns how many were sent.

    After `SENDING_SECONDS` the rest is left to the next task, so that no worker is held by a slow server.
    """
    until, sent = time.monotonic() + SENDING_SECONDS, 0
    with MailServer() as server:
        while (batch := _claim()).mails:
            if not sent and len(batch.mails) == BATCH and settings.MEGURI_MAIL_SENDERS > 1:
                doorbell.ring_after_commit("mail")  # another one may help
            try:
                sent += _send_batch(batch, server)
            except ServerAway:
                return sent
            if time.monotonic() > until:
                doorbell.ring_after_commit("mail")
                return sent
    return sent


def _claim() -> Batch:
    """Take a batch of what is due; none while as many senders are at work as there may be, or mail is held.

    One sender at a time where nothing else is set: a server that hangs holds one worker, never all. A sender that died is
    no longer in the way when the lease of its mail is over.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        Heartbeat.objects.get_or_create(name=SENDER, defaults={"at": clock.now()})
        Heartbeat.objects.select_for_update(no_key=True).get(name=SENDER)
        if holding.since():
            return Batch(token)
        leased = Mail.objects.filter(state=MailState.SENDING).exclude(clock.reached("leased_until", FURTHEST))
        senders = [*leased.order_by().values_list("token", flat=True).distinct()]
        if len(senders) >= settings.MEGURI_MAIL_SENDERS:
            return Batch(token)
        Heartbeat.objects.filter(name=SENDER).update(at=clock.now())
        crashed = Q(state=MailState.SENDING, attempts__gte=F("ended_attempts") + MAX_CRASHES)
        dropped = _due(senders).filter(crashed)
        dropped.order_by().update(state=MailState.PARKED, token=None, leased_until=None, cause=CRASHED)
        gone = _due().filter(state=MailState.WAITING, recipient__is_active=False)
        Mail.objects.filter(pk__in=list(gone.order_by().values_list("pk", flat=True))).update(
            state=MailState.PARKED, cause=GONE
        )
        # Each is read once more when it is ours: here it is enough to know which, and whose.
        chosen = list(_due(senders).only("recipient")[:BATCH])
        envelopes.look_again(chosen)
        lease = clock.shared(timedelta(seconds=settings.MEGURI_LEASE_SECONDS))
        _due(senders).filter(pk__in=[mail.pk for mail in chosen]).order_by().update(
            state=MailState.SENDING, token=token, leased_until=lease
        )
    return Batch(token, list(Mail.objects.filter(token=token).order_by("pk")), time.monotonic())


def _send_batch(batch: Batch, server: MailServer) -> int:
    """Send the claimed mails one by one; what was not tried goes back to those that wait. Raises ServerAway."""
    try:
        return _send_each(batch, server)
    except ServerAway as away:
        _give_back(batch, str(away))
        raise


def _send_each(batch: Batch, server: MailServer) -> int:
    sent, last = 0, None
    try:
        for mail in batch.mails:
            server.open()
            held = _note(batch, sent=last, begun=mail)
            last = mail if held and _send_one(mail, server) else None
            sent += last is not None
    finally:
        if last:
            _note(batch, sent=last)
    return sent


def _note(batch: Batch, *, sent: Mail | None = None, begun: Mail | None = None) -> bool:
    """Note that a mail was sent, count the next one's try and renew its lease; False where another took the next over.

    Committed before the first byte leaves: a mail that may have been sent is never taken for one that was not.
    """
    values = {
        "sent": sent and sent.pk,
        "begun": begun and begun.pk,
        "token": Mail._meta.get_field("token").get_db_prep_value(batch.token, connection),
        "lease": connection.ops.adapt_datetimefield_value(batch.lease()),
        "now": connection.ops.adapt_datetimefield_value(clock.now()),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values)
        if cursor.rowcount == (sent is not None) + (begun is not None):
            return begun is not None
    # One of the two was taken over: which?
    return begun is not None and Mail.objects.filter(pk=begun.pk, token=batch.token, state=MailState.SENDING).exists()


def _send_one(mail: Mail, server: MailServer) -> bool:
    try:
        server.send(mail)
    except Exception as error:
        _postpone(mail, error, server)
        return False
    return True


def _postpone(mail: Mail, error: Exception, server: MailServer) -> None:
    """Try again later, or park with the reason. Raises ServerAway where the error is not this mail's own.

    A server that cannot take it now (4xx) is tried again however long that lasts; only a refusal needs a person.
    """
    code, away = code_of(error), is_away(error)
    final = not away and not 400 <= code < 500
    logger.warning("mail %s not sent: %s %s", mail.pk, type(error).__name__, code or "")
    tries = 0 if away else min(mail.attempts + 1, 16)
    pause = min(LONGEST_PAUSE, settings.MEGURI_MAIL_RETRY_SECONDS * 2**tries)
    Mail.objects.filter(pk=mail.pk, token=mail.token).update(
        state=MailState.PARKED if final else MailState.WAITING,
        token=None,
        leased_until=None,
        ended_attempts=F("attempts"),
        not_before=clock.shared(timedelta(seconds=pause)),
        cause=_cause(code, final=final),
    )
    if away:
        server.close()
        raise ServerAway(NO_ANSWER) from error


def _cause(code: int, *, final: bool) -> str:
    if not code:
        return UNWRITABLE if final else NO_ANSWER
    if code >= 500:
        return f"宛先のサーバーが受け取りを断りました(応答 {code})。アドレスを確かめてから、もう一度送ってください。"
    return f"宛先のサーバーが今は受け取れないと答えました(応答 {code})。時間をおいて自動で送り直します。"


def _give_back(batch: Batch, cause: str) -> None:
    """What was claimed and not tried waits again, without a try counted against it."""
    pause = clock.shared(timedelta(seconds=settings.MEGURI_MAIL_RETRY_SECONDS))
    Mail.objects.filter(token=batch.token, state=MailState.SENDING).update(
        state=MailState.WAITING, token=None, leased_until=None, not_before=pause, cause=cause
    )


def release(mail_id: int) -> None:
    """Let an operator send a parked mail again. Its tries stay counted: it may have arrived, and says so (再送)."""
    Mail.objects.filter(pk=mail_id, state=MailState.PARKED).update(
        state=MailState.WAITING, not_before=clock.shared(), cause="", ended_attempts=F("attempts")
    )
    doorbell.ring_after_commit("mail")
