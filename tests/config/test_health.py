"""/healthz and /readyz tell the truth, quickly, and to anybody."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils import timezone

from review.models import Heartbeat
from tasks import health

pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


def sweep_was(seconds_ago: float) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": at})


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_when_every_part_is(client):
    sweep_was(1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok", "broker": "ok", "sweep": "ok", "delivery": "ok"}


def test_ready_names_the_part_that_is_not(client):
    sweep_was(1)
    with override_settings(REDIS_URL=NOBODY_LISTENS):
        started = time.monotonic()
        answer = client.get("/readyz")
    assert time.monotonic() - started < 3
    assert answer.status_code == 503
    assert "Redis" in answer.json()["broker"]
    assert answer.json()["database"] == "ok"


@pytest.mark.parametrize("sweep_seconds, age, late", [(30, 100, False), (30, 130, True), (5, 40, False), (5, 50, True)])
def test_a_sweep_is_late_after_three_rounds(sweep_seconds, age, late):
    sweep_was(age)
    with override_settings(MEGURI_SWEEP_SECONDS=sweep_seconds):
        assert bool(health.sweep()) == late


def test_no_sweep_yet_is_said():
    assert "一度も" in health.sweep()


def test_a_migration_that_is_not_applied_is_counted():
    assert health.migrations() == ""
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")
    assert "1 件" in health.migrations()


def test_no_worker_is_said_in_plain_words():
    with override_settings(REDIS_URL=NOBODY_LISTENS):
        assert "Redis" in health.worker()
