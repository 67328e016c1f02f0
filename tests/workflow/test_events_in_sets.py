"""Events delivered in sets have row by row the effects of events delivered one by one, each once, however they are hindered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from review import clock
from review.assessment.services import approval
from review.background.services import outbox
from review.background.services import tables as reacting
from review.books.services import papers, workbooks
from review.domain.events import Event
from review.models import Artifact, Job, NoticeChoice, Notification, OutboxEvent
from tests.at_once import at_once
from tests.cast import Cast
from tests.workflow.test_in_sets import chosen_of, confirmed_of, same_rows, undone
from workflow import steps
from workflow.demo.each import each


@pytest.fixture
def confirmed(cast: Cast) -> Cast:
    return confirmed_of(cast)


def delivered_singly() -> None:
    for pk in outbox.undelivered_ids():
        assert outbox.deliver(pk)


def delivered_in_sets() -> None:
    while outbox.deliver_waiting():
        pass


def play_on(confirmed: Cast) -> None:
    """Events of every kind that a set leaves, undelivered: some sheets confirmed only, some approved, one sent back and
    confirmed anew; a paper of the year and of a sheet was asked for once, and somebody wants no mail."""
    papers.request_of_year(Artifact.Kind.PACK, confirmed.cycle)
    papers.request_sheet(confirmed.sheet(4))
    NoticeChoice.objects.create(
        user=confirmed.contributor, notice="SubmissionReviewed.sender", channel=NoticeChoice.Channel.APP
    )
    chosen = chosen_of(confirmed.sheet(4), confirmed.sheet(5))
    each(steps.approve, user=confirmed.approver, chosen=chosen)
    back = {"review_id": confirmed.sheet(6).pk, "round": 1, "to": approval.TO_REVIEW, "comment": "確かめてください。"}
    steps.return_from_approval(user=confirmed.approver, **back)
    steps.confirm(user=confirmed.reviewer, review_id=confirmed.sheet(6).pk, round=confirmed.sheet(6).round)


def test_events_delivered_in_sets_are_delivered_as_one_by_one(confirmed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    play_on(confirmed)
    assert OutboxEvent.objects.filter(delivered_at=None).count() == 16
    monkeypatch.setattr(outbox, "SET", 5)  # a set ends in the midst of events of one name
    same_rows(delivered_singly, delivered_in_sets)
    with undone():
        delivered_in_sets()
        assert Notification.objects.filter(settled_at=None, to_act=True).count() < Notification.objects.count()
        assert Job.objects.get(kind=workbooks.YEAR).wanted > 9
        assert outbox.deliver_waiting() == 0


def test_an_event_that_cannot_be_delivered_holds_up_no_other(confirmed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """It alone is tried again later; the others of its set are delivered once, in their order."""
    broken = OutboxEvent.objects.filter(delivered_at=None, name=Event.SUBMISSION_REVIEWED).order_by("pk")[2]
    real = reacting.reactions_to

    def reactions(name: str) -> Iterator[Any]:
        yield from real(name)
        yield breaking

    def breaking(events: list[OutboxEvent]) -> None:
        if broken in events:
            raise ValueError("broken")

    monkeypatch.setattr(reacting, "reactions_to", reactions)
    waiting = outbox.undelivered_ids()
    assert outbox.deliver_waiting() == len(waiting) - 1
    assert list(OutboxEvent.objects.filter(delivered_at=None)) == [broken]
    broken.refresh_from_db()
    assert broken.attempts == 1 and broken.cause and not Notification.objects.filter(key__startswith=f"{broken.pk}:")
    of_notices = [
        int(key.partition(":")[0]) for key in Notification.objects.order_by("pk").values_list("key", flat=True)
    ]
    numbers = [number for number in of_notices if number in waiting]
    assert numbers == sorted(numbers) and len(set(numbers)) == len(waiting) - 1


def test_many_events_ask_little(confirmed: Cast, django_assert_max_num_queries: Any) -> None:
    """However many sheets there are: the questions are those of a set, and of forty sheets to each approver."""
    numbers = list(
        OutboxEvent.objects.filter(name=Event.SUBMISSION_REVIEWED, delivered_at=None).values_list("pk", flat=True)
    )
    OutboxEvent.objects.exclude(pk__in=numbers).update(delivered_at=clock.now())
    with django_assert_max_num_queries(40):
        assert outbox.deliver_waiting() == len(numbers) == 6


def test_two_workers_deliver_each_event_once(transactional_db: None, cast: Cast) -> None:
    cast.open(4)
    for number in range(1, 5):
        cast.submitted(number)
    waiting, before = outbox.undelivered_ids(), Job.objects.get(kind=workbooks.YEAR).wanted
    delivered: list[int] = []
    at_once(
        *[lambda: delivered.append(outbox.deliver_waiting())] * 3, lambda: delivered.append(outbox.deliver(waiting[1]))
    )
    assert sum(delivered) == len(waiting) and not outbox.undelivered_ids()
    assert Job.objects.get(kind=workbooks.YEAR).wanted == before + len(waiting)
