"""Mail held back: after a restore, until an administrator lets it go.

The machine that was lost may have sent what the backup still has as waiting, and people should hear of the restore from
the office first. Notices appear on the screens meanwhile; their mails are written and wait.
"""

from datetime import datetime

from django.db import transaction

from review.background.services import doorbell
from review.mail.services import envelopes
from review.models import Heartbeat, Mail, MailState, User
from review.trail.services import audit

#: The row that stands while mail is held; `at` is when that began. A restore writes it with the tables.
HELD = "mail held"
FROM_BEFORE = "復元のときに送信を待っていたメールです。元の機械から送られているかもしれません。確かめてから、必要なものだけ送ってください。"


def since() -> datetime | None:
    """Since when mail is held; None where it is not. One query."""
    return Heartbeat.objects.filter(name=HELD).values_list("at", flat=True).first()


def let_go(*, user: User, send_old: bool) -> int | None:
    """Send mail again from now on; returns how many were waiting, None where nothing is held.

    `send_old`: those go out too; otherwise they are parked, each to be sent by hand.
    """
    if not send_old:
        envelopes.gather(everything=True)
    with transaction.atomic():
        if not Heartbeat.objects.select_for_update().filter(name=HELD):
            return None
        old = Mail.objects.filter(state__in=[MailState.WAITING, MailState.SENDING])
        count = old.count()
        if not send_old:
            old.order_by().update(state=MailState.PARKED, token=None, leased_until=None, cause=FROM_BEFORE)
        Heartbeat.objects.filter(name=HELD).delete()
        audit.write(user, "mail.let_go", "mail", after={"sent" if send_old else "parked": count})
        doorbell.ring_after_commit("mail")
        return count
