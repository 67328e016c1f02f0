"""A mail that waits for somebody who left meanwhile."""

from __future__ import annotations

from datetime import timedelta

from review import clock
from review.models import Mail, MailState, User
from review.services import mailing
from tests.cast import Cast


def test_a_mail_that_waits_for_somebody_deactivated_meanwhile_is_not_sent_and_says_why(cast: Cast, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    now = clock.now()
    for number, person in enumerate((cast.colleague, cast.contributor)):
        Mail.objects.create(
            recipient=person,
            address=f"{number}@example.jp",
            message_id=f"<{number}@example.jp>",
            subject="お知らせ",
            body="本文",
            created_at=now,
            not_before=clock.shared(-timedelta(minutes=1)),
        )
    User.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    mailing.send_due()
    states = dict(Mail.objects.filter(subject="お知らせ").values_list("recipient__username", "state"))
    assert states == {"colleague": MailState.PARKED, "contributor": MailState.SENT}
    assert Mail.objects.get(recipient=cast.colleague, subject="お知らせ").cause == mailing.GONE
