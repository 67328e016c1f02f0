"""Two deciders at once: exactly one decision, one audit row, one notice, on PostgreSQL and on SQLite."""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import connection

from review.assessment.services import approval
from review.background.services import outbox
from review.mail.services import envelopes, mailing
from review.models import AuditEntry, Decision, MeasureReview, Notification, OutboxEvent
from tests.at_once import at_once
from tests.cast import Cast
from workflow import steps

ROUNDS = int(os.environ.get("MEGURI_RACES", "5"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900 + 15 * ROUNDS)]


@dataclass
class Tally:
    """What each kind of race came to."""

    refused: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)


def pressed_six_times(act: Callable[[], object]) -> int:
    """The same button pressed six times at once: how many presses were refused."""
    return len(at_once(*[act] * 6))


def race_of(cast: Cast, number: int, tally: Tally) -> None:
    """One sheet: submitted by a six-fold press, confirmed by another, then approved against returned."""
    review = cast.fill(cast.sheet(number))
    args = {"review_id": review.pk, "round": 1}
    tally.refused["submit"] += pressed_six_times(lambda: steps.submit(user=cast.contributor, review_id=review.pk))
    tally.refused["confirm"] += pressed_six_times(lambda: steps.confirm(user=cast.reviewer2, **args))
    refused = at_once(
        lambda: steps.approve(user=cast.approver, **args),
        lambda: steps.return_from_approval(
            user=cast.approver2, **args, to=approval.TO_DEPARTMENT, comment="差し戻します。"
        ),
    )
    assert len(refused) == 1 and "さんが" in refused[0] and "と決めています" in refused[0], refused
    tally.verdicts[Decision.objects.get(review=review, step="approve").verdict] += 1


def test_approve_against_return_and_buttons_pressed_six_times(cast: Cast) -> None:
    """A few in every run; `make races` runs 200 on PostgreSQL and 200 on SQLite."""
    cast.open(ROUNDS, indicators=1)
    tally = Tally()
    for number in range(1, ROUNDS + 1):
        race_of(cast, number, tally)
    for event_id in outbox.undelivered_ids(limit=10_000):
        outbox.deliver(event_id)
    envelopes.gather(everything=True)
    mailing.send_due()
    assert tally.refused == {"submit": 5 * ROUNDS, "confirm": 5 * ROUNDS}
    for review in MeasureReview.objects.all():
        decided_once(review)
    told_once(cast)
    print(f"\n{connection.vendor}: {ROUNDS} races of approve against return: {dict(tally.verdicts)}; "
          f"{2 * ROUNDS} six-fold presses: {dict(tally.refused)} refused")  # fmt: skip


def decided_once(review: MeasureReview) -> None:
    """One submission, one decision a step, and for each one row in the trail and one event."""
    assert review.submissions.count() == 1
    assert sorted(review.decisions.values_list("step", flat=True)) == ["approve", "review"]
    trail = AuditEntry.objects.filter(subject=f"review:{review.pk}")
    assert trail.filter(action="submit").count() == trail.filter(action="confirm").count() == 1
    assert trail.filter(action__in=["approve", "approval.return"]).count() == 1
    events = OutboxEvent.objects.filter(review=review)
    assert events.filter(name="ActualsSubmitted").count() == events.filter(name="SubmissionReviewed").count() == 1
    assert events.filter(name__in=["MeasureApproved", "SubmissionReturned"]).count() == 1


def told_once(cast: Cast) -> None:
    """The sender learns each sheet's decision by one notice, in one mail that went out."""
    notices = Notification.objects.filter(
        recipient=cast.contributor, event__in=["MeasureApproved", "SubmissionReturned"]
    )
    assert sorted(notices.values_list("review", flat=True)) == sorted(
        MeasureReview.objects.values_list("pk", flat=True)
    )
    assert not notices.filter(mail=None).exists() and set(notices.values_list("mail__state", flat=True)) == {"sent"}


def test_six_identical_submissions(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    acts = [lambda: steps.submit(user=cast.contributor, review_id=review.pk)] * 6
    assert len(at_once(*acts)) == 5
    assert review.submissions.count() == 1


def test_two_people_save_at_once_and_neither_overwrites(cast: Cast) -> None:
    from review.sheet.services import submission

    cast.open(1)
    review = cast.sheet()
    refused = at_once(
        *(
            lambda user=user, text=text: submission.save_draft(
                user=user, review_id=review.pk, version=review.version, texts={"cause": text}
            )
            for user, text in ((cast.contributor, "一郎の文"), (cast.colleague, "二郎の文"))
        )
    )
    assert len(refused) == 1
    assert cast.sheet().measure_year.text("cause") in ("一郎の文", "二郎の文")
