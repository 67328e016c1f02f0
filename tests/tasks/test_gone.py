"""A mail that waits for somebody who left meanwhile, or may not read its sheet any more."""

from __future__ import annotations

from datetime import timedelta

from review import clock
from review.background.services import outbox
from review.domain.events import Event
from review.mail.services import envelopes, mailing
from review.models import Appointment, Department, Mail, MailState, MeasureReview, Notification, Role, User
from review.people.services.proxies import Proxy
from tests.cast import Cast, settle_background
from tests.review.people.test_proxies import named
from workflow import steps


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


def told_of_a_return(cast: Cast) -> MeasureReview:
    """A return whose notice is written, and no mail yet."""
    cast.open(2)
    settle_background()
    review = cast.submitted(1)
    settle_background()
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    for pk in outbox.undelivered_ids():
        outbox.deliver(pk)
    return review


def transferred(user: User) -> None:
    """The person works in another department from today on."""
    other = Department.objects.create(name="異動先課")
    Appointment.objects.filter(user=user).update(department=other)


def mails_of(user: User) -> list[tuple[str, str]]:
    return list(Mail.objects.filter(recipient=user, body__contains="差し戻されました").values_list("state", "cause"))


def test_what_a_transferred_person_may_not_read_any_more_is_put_into_no_envelope(cast: Cast) -> None:
    told_of_a_return(cast)
    assert Notification.objects.filter(recipient=cast.contributor, event="SubmissionReturned").exists()
    transferred(cast.contributor)
    envelopes.gather(everything=True)
    assert mails_of(cast.contributor) == []
    left = Notification.objects.get(recipient=cast.contributor, event="SubmissionReturned")
    assert left.mail is None and left.mail_after is None, "it is settled, not left to wait"


def test_a_mail_that_waited_while_its_receiver_was_transferred_is_parked_and_says_why(cast: Cast) -> None:
    told_of_a_return(cast)
    envelopes.gather(everything=True)
    transferred(cast.contributor)
    mailing.send_due()
    assert mails_of(cast.contributor) == [(MailState.PARKED, envelopes.UNREADABLE)]
    parked = Mail.objects.get(recipient=cast.contributor, state=MailState.PARKED)
    mailing.release(parked.pk)
    mailing.send_due()
    parked.refresh_from_db()
    assert parked.state == MailState.PARKED, "nor does an operator send it by hand"


def test_a_mail_of_several_loses_only_what_may_not_be_read(cast: Cast, settings) -> None:
    review = told_of_a_return(cast)
    Notification.objects.filter(recipient=cast.contributor, mail=None).update(title="差戻しの件")
    Notification.objects.create(
        recipient=cast.contributor,
        event=Event.EDITION_PUBLISHED,
        key="another",
        title="公表の件",
        created_at=clock.now(),
        mail_after=clock.now(),
    )
    envelopes.gather(everything=True)
    mail = Mail.objects.filter(recipient=cast.contributor).latest("pk")
    assert "差戻しの件" in mail.body and "公表の件" in mail.body
    transferred(cast.contributor)
    mailing.send_due()
    sent = Mail.objects.get(pk=mail.pk)
    assert (sent.state, sent.message_id) == (MailState.SENT, mail.message_id)
    assert "差戻しの件" not in sent.body + sent.subject and "公表の件" in sent.body
    assert Notification.objects.get(review=review, title="差戻しの件").mail is None


def test_a_proxys_mail_does_not_leave_after_the_representation(cast: Cast) -> None:
    cast.open(1)
    proxy = named(cast, cast.approver, cast.other, Role.APPROVER)
    review = cast.submitted(1)
    settle_background()
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    for pk in outbox.undelivered_ids():
        outbox.deliver(pk)
    assert Notification.objects.filter(recipient=cast.other, event="SubmissionReviewed").exists()
    Proxy.objects.filter(pk=proxy.pk).update(withdrawn_at=clock.now())
    envelopes.gather(everything=True)
    assert not Notification.objects.filter(recipient=cast.other, event="SubmissionReviewed", mail__isnull=False)
    assert Notification.objects.filter(recipient=cast.approver, event="SubmissionReviewed", mail__isnull=False)


def test_later_reading_stays_asked_of_who_left_the_post(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    settle_background()
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    for pk in outbox.undelivered_ids():
        outbox.deliver(pk)
    Appointment.objects.filter(user=cast.reviewer2).delete()
    envelopes.gather(everything=True)
    assert Notification.objects.filter(recipient=cast.reviewer2, event="DecidedByProxy", mail__isnull=False).exists()
