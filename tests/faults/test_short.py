"""The fault bench's short form: real processes are killed, and nothing is lost or doubled. Lease 3 s, sweep 1 s."""

import time

import pytest
from django.db.models import Count

from config.local import broker as brokers
from review.models import Artifact, Decision, Job, JobState, Mail, MailState, Notification, OutboxEvent, ReviewState
from tests.cast import Cast
from workflow import steps

pytestmark = [pytest.mark.fault, pytest.mark.worker, pytest.mark.django_db(transaction=True)]


def quiet() -> bool:
    """Nothing is left to deliver or to run."""
    return not (
        OutboxEvent.objects.filter(delivered_at=None).exists()
        or Job.objects.exclude(state=JobState.DONE).exists()
        or Mail.objects.exclude(state=MailState.SENT).exists()
    )


def assert_each_effect_once() -> None:
    """Every event has exactly its notices, every revision one file, every file its row."""
    assert not OutboxEvent.objects.filter(parked_at__isnull=False).exists()
    assert not Notification.objects.values("key").annotate(n=Count("pk")).filter(n__gt=1).exists()
    for kind in ("sheet", "consolidated"):
        rows = Artifact.objects.filter(kind=kind).values("cycle", "review", "edition", "revision")
        assert not rows.annotate(n=Count("pk")).filter(n__gt=1).exists()


def test_a_broker_that_dies_during_a_decision_loses_nothing(cast: Cast, worker, services) -> None:
    cycle = cast.draft(2)
    steps.open_year(user=cast.reviewer, cycle_id=cycle.pk)
    worker.wait_for(lambda: cycle.reviews.count() == 2 and quiet())
    review = cast.submitted(1)
    worker.wait_for(quiet)
    services.broker.process.kill()
    begun = time.monotonic()
    steps.confirm(user=cast.reviewer, review_id=review.pk, round=review.round)
    waited = time.monotonic() - begun
    assert Decision.objects.filter(review=review).count() == 1
    assert OutboxEvent.objects.filter(name="SubmissionReviewed", delivered_at=None).count() == 1
    assert waited < 5, f"the decision waited {waited:.1f} s for a broker that is down"
    services.broker = brokers.restart(services.broker, services.folder / "broker")
    worker.wait_for(quiet, seconds=90)
    assert Notification.objects.filter(event="SubmissionReviewed", recipient=cast.approver).count() == 1
    assert_each_effect_once()


def test_a_worker_killed_while_it_builds_is_followed_by_another(cast: Cast, worker, settings) -> None:
    cycle = cast.draft(12)
    steps.open_year(user=cast.reviewer, cycle_id=cycle.pk)
    worker.wait_for(lambda: cycle.reviews.count() == 12 and quiet())
    kills = 0
    for number in range(1, 5):
        cast.submitted(number)
        worker.wait_for(lambda: Job.objects.filter(state=JobState.RUNNING).exists() or quiet())
        kills += Job.objects.filter(state=JobState.RUNNING).exists()
        worker.kill()
        worker.start()
    worker.wait_for(quiet, seconds=90)
    assert kills, "no kill hit a running job: the test showed nothing"
    assert_each_effect_once()
    files = list(settings.FILES_ROOT.glob("*/*/.*.tmp"))
    assert len(files) <= kills  # what a kill left is hidden, has no row, and is swept up within the hour
    for artifact in Artifact.objects.all():
        assert (settings.FILES_ROOT / artifact.path).stat().st_size == artifact.size
    assert set(cycle.reviews.values_list("state", flat=True)) == {ReviewState.SUBMITTED, ReviewState.NOT_STARTED}
