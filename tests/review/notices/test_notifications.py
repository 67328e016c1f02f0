"""The right people are told, once, by one envelope where several notices fall together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from review import clock
from review.background.services import outbox
from review.deadlines.services import closing_days
from review.domain.events import Event
from review.mail.services import mail_server, mailing
from review.models import Mail, MailState, Notification
from review.notices.services.notice_table import NOTICES
from review.notices.services.notifications import next_digest
from tests.cast import Cast, settle_background
from workflow import steps


def recipients(event: Event) -> set[str]:
    return set(Notification.objects.filter(event=event.value).values_list("recipient__username", flat=True))


def test_every_event_has_its_line_in_the_table() -> None:
    assert set(NOTICES) == set(Event)


def test_the_opening_goes_to_the_departments_that_own_sheets(cast: Cast) -> None:
    cast.open(1)
    assert recipients(Event.CYCLE_OPENED) == {"contributor", "colleague", "head"}


def test_a_submission_goes_to_the_reviewers_and_the_head_but_not_to_the_sender(cast: Cast) -> None:
    cast.open(1)
    cast.submitted()
    settle_background()
    assert recipients(Event.ACTUALS_SUBMITTED) == {"reviewer", "reviewer2", "head"}


def test_a_return_goes_to_the_sender_while_they_belong_to_the_department(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    cast.contributor.appointments.update(ends_on=clock.today() - timedelta(days=1))
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=review.round, comment="直してください。")
    settle_background()
    assert recipients(Event.SUBMISSION_RETURNED) == {"colleague", "head"}


def test_delivering_an_event_again_tells_nobody_twice(cast: Cast) -> None:
    cast.open(1)
    before = Notification.objects.count()
    for row in list(Notification.objects.values_list("key", flat=True)):
        outbox.deliver(int(row.split(":")[0]))
    assert Notification.objects.count() == before


def test_several_notices_share_one_envelope_with_a_fixed_message_id(cast: Cast) -> None:
    cast.open(3)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for number in (1, 2, 3):
        cast.submitted(number)
    settle_background()
    sent = Mail.objects.get(recipient=cast.reviewer)
    assert sent.notifications.count() == 3
    assert sent.subject == "[めぐり] 01-01 見本の施策1 が提出されました ほか2件"
    assert sent.state == MailState.SENT
    delivered = [message for message in mail.outbox if message.to == [sent.address]]
    assert [message.extra_headers["Message-ID"] for message in delivered] == [sent.message_id]


class Refusing:
    """A mail server that answers every message with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_messages(self, messages: object) -> int:
        raise self.error

    def open(self) -> None:
        """Answers."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("code", "state"), [(451, MailState.WAITING), (550, MailState.PARKED)], ids=["4xx is tried later", "5xx is parked"]
)
def test_a_refusal_by_the_server(cast: Cast, monkeypatch, code: int, state: str) -> None:
    import smtplib

    cast.open(1)
    message = Mail.objects.first()
    Mail.objects.filter(pk=message.pk).update(state=MailState.WAITING, sent_at=None, attempts=0)
    error = smtplib.SMTPResponseException(code, b"no")
    monkeypatch.setattr(mail_server, "get_connection", lambda **_: Refusing(error))
    assert mailing.send_due() == 0
    message.refresh_from_db()
    assert message.state == state and message.cause


@pytest.mark.parametrize(
    ("made", "leaves"),
    [
        (datetime(2026, 5, 1, 9, 0, tzinfo=UTC), "2026-05-07 08:30"),  # ゴールデンウィークの前の金曜夕方
        (datetime(2026, 12, 28, 3, 0, tzinfo=UTC), "2027-01-04 08:30"),  # 年末年始
        (datetime(2027, 3, 19, 9, 0, tzinfo=UTC), "2027-03-23 08:30"),  # 振替休日 2027-03-22
        (datetime(2026, 6, 1, 22, 0, tzinfo=UTC), "2026-06-02 08:30"),  # 朝7時: 同じ日の朝
    ],
)
@pytest.mark.django_db
def test_the_digest_leaves_on_the_next_business_morning(made: datetime, leaves: str) -> None:
    from django.utils import timezone

    assert f"{timezone.localtime(next_digest(made)):%Y-%m-%d %H:%M}" == leaves


def test_urgent_notices_leave_within_five_minutes(cast: Cast) -> None:
    cast.open(1)
    urgent = Notification.objects.get(event=Event.CYCLE_OPENED.value, recipient=cast.contributor)
    assert urgent.mail_after and urgent.mail_after - clock.now() <= timedelta(minutes=5)


def test_a_digest_that_waits_follows_the_calendar(cast: Cast) -> None:
    """A closing day entered later moves what was dated to it, and taken back it moves it home; what is urgent stays."""
    cast.open(1)
    cast.submitted()
    made = clock.now()
    monday = next_digest(made)
    urgent, waiting = Notification.objects.order_by("pk")[:2]
    soon = made + timedelta(minutes=2)
    Notification.objects.filter(pk=urgent.pk).update(mail=None, mail_after=soon)
    Notification.objects.filter(pk=waiting.pk).update(mail=None, mail_after=monday, created_at=made)
    day = timezone.localtime(monday).date()
    closed = closing_days.close(user=cast.reviewer, day=day, name="創立記念日")
    waiting.refresh_from_db()
    urgent.refresh_from_db()
    assert timezone.localtime(waiting.mail_after).date() > day and waiting.mail_after == next_digest(made)
    assert urgent.mail_after == soon
    closing_days.reopen(user=cast.reviewer, pk=closed.pk)
    waiting.refresh_from_db()
    assert waiting.mail_after == monday
