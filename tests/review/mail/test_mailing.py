"""A batch of mails, one statement a mail: what each row says when the server refuses one, or the process dies in between."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage

from review import clock
from review.mail.services import mail_server, mailing
from review.models import Mail, MailState, User

pytestmark = pytest.mark.django_db

WAITING, SENDING, SENT, PARKED = MailState.WAITING, MailState.SENDING, MailState.SENT, MailState.PARKED


class Server:
    """A connection that hands each message to `take`."""

    def __init__(self, take: Callable[[str], None]) -> None:
        self.take = take

    def send_messages(self, messages: list[EmailMessage]) -> None:
        self.take(messages[0].subject)

    def open(self) -> None:
        """Always answers."""

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def four() -> list[int]:
    person = User.objects.create(username="reader", email="reader@city.example")
    now = clock.now()
    made = [
        Mail.objects.create(
            recipient=person, address=person.email, message_id=f"<{n}@city>", subject=str(n), body="本文",
            created_at=now, not_before=now - timedelta(minutes=1),
        )
        for n in range(4)
    ]  # fmt: skip
    return [mail.pk for mail in made]


def sending(monkeypatch: pytest.MonkeyPatch, take: Callable[[str], None]) -> int:
    monkeypatch.setattr(mail_server, "get_connection", lambda **_: Server(take))
    return mailing.send_due()


def rows() -> list[tuple[str, int]]:
    return list(Mail.objects.order_by("pk").values_list("state", "attempts"))


def test_each_is_sent_once(four: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    assert sending(monkeypatch, taken.append) == 4
    assert taken == ["0", "1", "2", "3"] and rows() == [(SENT, 1)] * 4
    assert not Mail.objects.filter(leased_until__isnull=False).exists()
    assert not Mail.objects.filter(sent_at=None).exists()


@pytest.mark.parametrize("which", range(4))
def test_one_that_is_refused_stands_alone(four: list[int], monkeypatch: pytest.MonkeyPatch, which: int) -> None:
    def take(subject: str) -> None:
        if subject == str(which):
            raise smtplib.SMTPDataError(554, b"no")

    assert sending(monkeypatch, take) == 3
    assert rows() == [(PARKED if n == which else SENT, 1) for n in range(4)]


@pytest.mark.parametrize("which", range(4))
def test_a_server_that_leaves_sends_the_rest_back_untried(
    four: list[int], monkeypatch: pytest.MonkeyPatch, which: int
) -> None:
    def take(subject: str) -> None:
        if subject == str(which):
            raise smtplib.SMTPServerDisconnected("gone")

    assert sending(monkeypatch, take) == 0
    expected = [(SENT, 1) if n < which else (WAITING, 1 if n == which else 0) for n in range(4)]
    assert rows() == expected
    assert not Mail.objects.filter(state=WAITING, cause="").exists()


def test_a_process_that_dies_leaves_only_one_in_doubt(four: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def take(subject: str) -> None:
        if subject == "2":
            raise SystemExit

    with pytest.raises(SystemExit):
        sending(monkeypatch, take)
    assert rows() == [(SENT, 1), (SENT, 1), (SENDING, 1), (SENDING, 0)]


def test_a_mail_that_another_took_over_is_left_to_it(four: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def take(subject: str) -> None:
        taken.append(subject)
        if subject == "0":
            Mail.objects.filter(pk=four[1]).update(token=None)

    assert sending(monkeypatch, take) == 3
    assert taken == ["0", "2", "3"]
    assert rows() == [(SENT, 1), (SENDING, 0), (SENT, 1), (SENT, 1)]


def test_one_that_lost_its_lease_while_it_was_sent_is_not_noted(
    four: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(subject: str) -> None:
        if subject == "0":
            Mail.objects.filter(pk=four[0]).update(token=None)

    sending(monkeypatch, take)
    assert rows() == [(SENDING, 1), (SENT, 1), (SENT, 1), (SENT, 1)]


# --- more than one sender -----------------------------------------------------------------------------------------


def test_one_sender_at_a_time_where_nothing_else_is_set(four: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "BATCH", 2)
    assert len(mailing._claim().mails) == 2
    assert not mailing._claim().mails


def test_two_senders_share_the_work_and_a_third_has_none(four: list[int], monkeypatch, settings) -> None:
    settings.MEGURI_MAIL_SENDERS = 2
    monkeypatch.setattr(mailing, "BATCH", 1)
    batches = [mailing._claim() for _sender in range(3)]
    assert [[mail.pk for mail in batch.mails] for batch in batches] == [four[:1], four[1:2], []]


def test_nothing_is_taken_from_a_sender_at_work(four: list[int], monkeypatch, settings) -> None:
    """Its first mail takes long, so that the leases of the others are over; once it has died, they are free."""
    settings.MEGURI_MAIL_SENDERS = 2
    monkeypatch.setattr(mailing, "BATCH", 3)
    batch = mailing._claim()
    assert mailing._note(batch, begun=batch.mails[0])
    over = clock.now() - timedelta(seconds=1)
    Mail.objects.filter(pk__in=four[1:3]).update(leased_until=over)
    other = mailing._claim()
    assert [mail.pk for mail in other.mails] == four[3:]
    Mail.objects.filter(pk=four[3]).update(state=SENT, sent_at=clock.now(), token=None, leased_until=None)
    Mail.objects.filter(pk=four[0]).update(leased_until=over)
    assert [mail.pk for mail in mailing._claim().mails] == four[:3]
