"""One thing under one key, however many ask for it in the same moment: the database's word, not the program's."""

import pytest
from django.db import IntegrityError

from review.background.services import jobs, outbox
from review.domain.events import Event
from review.models import Job, Notification, OutboxEvent
from review.notices.services import notifications
from tests.at_once import at_once
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 6


def test_an_occurrence_is_announced_once(cast: Cast) -> None:
    outbox.announce(Event.CYCLE_OPENED, key="one")
    with pytest.raises(IntegrityError):
        outbox.announce(Event.CYCLE_OPENED, key="one")
    assert OutboxEvent.objects.filter(key__endswith=":one").count() == 1


def test_requests_at_once_are_one_job() -> None:
    at_once(*[lambda: jobs.request("test_none", key="k")] * TIMES)
    job = Job.objects.get(key="k")
    assert job.wanted == TIMES


def test_an_event_shown_several_times_at_once_tells_each_person_once(cast: Cast) -> None:
    cast.open(1)
    event = OutboxEvent.objects.get(name=Event.CYCLE_OPENED.value)
    count = Notification.objects.filter(event=event.name).count()
    assert count
    Notification.objects.all().delete()
    at_once(*[lambda: notifications.notify([event])] * TIMES)
    assert Notification.objects.filter(event=event.name).count() == count
