"""What a clock that was wrong wrote holds nothing back once the clock is right: tries, notices, mails."""

from __future__ import annotations

from datetime import timedelta

from review import clock
from review.mail.services import envelopes, mailing
from review.models import Mail, MailState, Notification, Tally
from review.screens.services import throttle
from tests.cast import Cast

SPAN, AHEAD = timedelta(minutes=15), timedelta(days=40)


def mail_of(cast: Cast, **more: object) -> Mail:
    now = clock.now()
    given = {"created_at": now, "not_before": now, **more}
    return Mail.objects.create(
        recipient=cast.head, address="a@city.example", message_id="<1@x>", subject="件名", body="本文", **given
    )


def test_a_tally_of_a_day_to_come_locks_nobody_out(cast: Cast) -> None:
    for _ in range(5):
        throttle.hit("k", span=SPAN)
    assert throttle.count("k", span=SPAN) == 5
    Tally.objects.update(started_at=clock.now() + AHEAD)
    assert throttle.count("k", span=SPAN) == 0
    assert throttle.hit("k", span=SPAN) == 1
    Tally.objects.update(started_at=clock.now() + AHEAD)
    assert throttle.remove_old() == 1


def test_a_notice_for_a_day_too_far_ahead_leaves_now(cast: Cast) -> None:
    cast.open(1)
    Notification.objects.update(mail=None, mail_after=clock.now() + AHEAD, asks={})
    Mail.objects.all().delete()
    assert envelopes.gather() > 0


def test_mails_with_times_too_far_ahead_are_sent(cast: Cast) -> None:
    ahead = clock.now() + AHEAD
    waiting = mail_of(cast, not_before=ahead)
    assert mailing.send_due() == 1
    Mail.objects.filter(pk=waiting.pk).update(state=MailState.SENDING, leased_until=ahead, sent_at=None)
    assert mailing.send_due() == 1


def test_a_mail_tried_for_days_and_left_by_one_dead_sender_is_sent(cast: Cast) -> None:
    past = clock.now() - timedelta(hours=1)
    mail_of(cast, state=MailState.SENDING, attempts=300, ended_attempts=299, leased_until=past)
    assert mailing.send_due() == 1


def test_a_mail_whose_sender_always_dies_is_parked(cast: Cast) -> None:
    past = clock.now() - timedelta(hours=1)
    mail = mail_of(cast, state=MailState.SENDING, attempts=mailing.MAX_CRASHES, leased_until=past)
    assert mailing.send_due() == 0
    mail.refresh_from_db()
    assert mail.state == MailState.PARKED
