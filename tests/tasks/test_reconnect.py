"""A worker without beat: whoever finds the broker, for the first time or again, sweeps at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.local import broker as brokers
from config.local import processes
from config.local import worker as launcher
from review.background.services import outbox
from review.domain.events import Event
from review.models import OutboxEvent

pytestmark = [pytest.mark.services, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def waits(key: str) -> OutboxEvent:
    """An event for which nobody rang."""
    return outbox.announce(Event.DELIVERY_LATE, key=key, payload={})


def delivered(event: OutboxEvent) -> bool:
    return OutboxEvent.objects.filter(pk=event.pk, delivered_at__isnull=False).exists()


@pytest.mark.drill
def test_what_waits_is_swept_when_the_broker_is_found(process_env: dict[str, str], tmp_path: Path) -> None:
    first, broker = waits("before the start"), brokers.start(tmp_path / "broker", ours=True)
    worker = launcher.start_worker(
        env={**process_env, "REDIS_URL": broker.url}, log=tmp_path / "worker.log", concurrency=1
    )
    try:
        processes.wait_until(lambda: delivered(first), process=worker, seconds=60)
        assert broker.process
        broker.process.kill()
        second = waits("while the broker is away")
        broker = brokers.restart(broker, tmp_path / "broker")
        processes.wait_until(lambda: delivered(second), process=worker, seconds=60)
    finally:
        worker.stop()
        broker.stop()
