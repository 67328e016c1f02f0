"""Data stored for a limited time, and removed when that time is over. The page on personal data reads its spans here."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from review import clock
from review.models import Mail, MailState, Notification
from review.people.services import first_passwords
from review.screens.services import throttle
from review.trail.services import audit

REMOVE = "retention.remove"

# A review year and the month in which the next one begins: the last year's letters can still be looked up.
LETTERS_KEPT = timedelta(days=400)
TALLIES_KEPT = throttle.LIFETIME


@transaction.atomic
def remove_expired() -> dict[str, int]:
    """Remove what has had its time: sessions that ended, tallies of tries, letters. Returns how many of each; of letters
    the trail keeps the number."""
    now = clock.now()
    old = now - LETTERS_KEPT
    sessions, _each = Session.objects.filter(expire_date__lt=now).delete()
    notices, _each = Notification.objects.filter(created_at__lt=old).exclude(mail__state=MailState.WAITING).delete()
    mails, _each = Mail.objects.filter(state=MailState.SENT, sent_at__lt=old, notifications=None).delete()
    if notices or mails:
        audit.write(None, REMOVE, "retention:letters", after={"notices": notices, "mails": mails})
    return {
        "sessions": sessions,
        "tallies": throttle.remove_old(),
        "passwords": first_passwords.remove_old(),
        "notices": notices,
        "mails": mails,
    }
