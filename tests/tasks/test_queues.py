"""Long work has workers of its own: while every one of them is at a book, notices are delivered and mails leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from config.celery import app
from config.local import broker as brokers
from config.local import processes
from config.local import worker as launcher
from review.background.services import jobs, outbox
from review.books.services import papers, workbooks
from review.domain.events import Event
from review.models import Job, JobState, OutboxEvent
from tests.cast import Cast
from tests.config.test_compose import SERVICES
from tests.config.test_units import lines
from tests.live import QUEUES, database_url

WORKERS = ("worker", "books")


def queues_of(words: list[str]) -> list[str]:
    return words[words.index("--queues") + 1].split(",")


@pytest.mark.parametrize("where", ["compose", "systemd"])
def test_each_queue_has_one_worker_and_each_task_one_queue(where: str) -> None:
    """A queue that nobody takes from would hold its work for ever."""
    if where == "compose":
        taken = {name: queues_of(SERVICES[name]["command"]) for name in WORKERS}
    else:
        taken = {name: queues_of(lines(name, "ExecStart")[0].split()) for name in WORKERS}
    served = [queue for queues in taken.values() for queue in queues]
    assert sorted(served) == sorted(QUEUES) == sorted(settings.CELERY_TASK_QUEUES)
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if name.startswith("tasks.")]
    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in ours}
    assert set(routed) >= {"tasks.jobs.run", "tasks.sweep.sweep", "tasks.outbox.deliver"}
    assert {name for name, queue in routed.items() if queue in taken["books"]} == {"tasks.jobs.run"}


@contextmanager
def held(pks: list[int]) -> Iterator[None]:
    """Whoever begins one of the jobs waits within the block, as long as it lasts."""
    with psycopg.connect(database_url()) as other:
        other.execute("SELECT 1 FROM review_job WHERE id = ANY(%s) FOR UPDATE", [pks])
        yield


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.postgres
def test_a_long_book_delays_no_mail(
    transactional_db: None, cast: Cast, process_env: dict[str, str], tmp_path: Path
) -> None:
    cycle = cast.open(1)
    books = [
        jobs.request(kind, key=f"{kind}:long", args={"cycle": cycle.pk}, cycle=cycle).pk
        for kind in (workbooks.YEAR, papers.BOOK, papers.PACK)
    ]
    broker = brokers.start(tmp_path / "broker", ours=True)
    env = {
        **process_env, "REDIS_URL": broker.url, "MEGURI_MAIL_ROOT": str(tmp_path / "mail"),
        "DATABASE_URL": f"{database_url()}?options=-c%20lock_timeout%3D0",
    }  # fmt: skip
    running = []
    try:
        with held(books):
            for name in WORKERS:
                queues = ",".join(queues_of(SERVICES[name]["command"]))
                running.append(
                    launcher.start_worker(
                        env=env, log=tmp_path / f"{name}.log", name=name, queues=queues, concurrency=1
                    )
                )
            for worker in running:
                launcher.wait_until_started(worker, seconds=180)
            running.append(launcher.start_beat(env=env, log=tmp_path / "beat.log", schedule=tmp_path / "schedule"))
            processes.wait_until(lambda: at_work(), process=running[1], seconds=60)
            event = outbox.announce(Event.JOB_FAILED, key="a notice", payload={"job": books[0], "cause": "試験"})
            processes.wait_until(lambda: any(tmp_path.glob("mail/*")), process=running[0], seconds=90)
            assert OutboxEvent.objects.get(pk=event.pk).delivered_at
            assert not Job.objects.filter(pk__in=books, state=JobState.DONE).exists(), "all of them still wait"
        processes.wait_until(
            lambda: not Job.objects.filter(pk__in=books).exclude(state=JobState.DONE).exists(),
            process=running[1], seconds=120,
        )  # fmt: skip
    finally:
        processes.stop_all(running)
        broker.stop()


def at_work() -> bool:
    """Whether a worker has begun a job that is held."""
    with psycopg.connect(database_url()) as other:
        waiting = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%review_job%'"
        ).fetchone()
    return bool(waiting and waiting[0])
