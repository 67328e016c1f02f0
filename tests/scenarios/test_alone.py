"""A test that asked for no worker has none beside it: its signs of life would stand among the rows that it compares."""

from __future__ import annotations

import time

import pytest

from review.models import Heartbeat
from tests.live import SCALED_DOWN, Worker


@pytest.mark.worker
def test_a_worker_shows_signs_of_life(worker: Worker) -> None:
    worker.wait_for(lambda: Heartbeat.objects.filter(name__startswith="worker:").exists())


@pytest.mark.django_db(transaction=True)
def test_who_asked_for_none_sees_none() -> None:
    """Behind the test above, whose worker would show itself within the second."""
    time.sleep(float(SCALED_DOWN["MEGURI_SWEEP_SECONDS"]) + 0.3)
    assert not Heartbeat.objects.filter(name__startswith="worker:").exists()
