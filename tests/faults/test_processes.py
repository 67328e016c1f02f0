"""Workers, their pool and the web process, killed in the middle of what they do."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest

from tests.faults.bench import TIMES, Died, Rig, gone, line, running

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]


def test_worker_parent_killed(rig: Rig) -> None:
    """Only the parent: its pool must not live on without it."""

    def kill() -> None:
        running(rig, "jobs")
        children = rig.children("one")
        os.kill(rig.workers["one"].pid, signal.SIGKILL)
        rig.wait_until(lambda: all(map(gone, children)), f"orphaned pool processes {children}", seconds=30)
        rig.workers["one"].kill()
        rig.start_worker("one")

    for _ in range(TIMES):
        rig.strike("worker_parent_killed", kill)
    rig.wait_for_worker("one")


@pytest.mark.drill
def test_pool_child_killed_while_it_builds(rig: Rig) -> None:
    def kill() -> None:
        running(rig, "jobs")
        for name in rig.workers:
            for child in rig.children(name):
                os.kill(child, signal.SIGKILL)

    for _ in range(TIMES):
        rig.strike("pool_child_killed (workbook)", kill)


def test_pool_child_killed_while_it_decides_on_many(rig: Rig) -> None:
    """Each sheet of the job is settled once, in the set that was cut off or by whoever takes the job over."""
    jobs: list[dict[str, Any]] = []

    def kill() -> None:
        jobs.append(rig.front.decide_together(held_seconds=1.5))
        assert running(rig, "jobs", "sheets_together"), "nobody took the job"
        for name in rig.workers:
            for child in rig.children(name):
                os.kill(child, signal.SIGKILL)

    for _ in range(TIMES):
        rig.strike("pool_child_killed (many sheets)", kill)
        answer = rig.eye.together_answer(job=jobs[-1]["job"])
        assert answer == {"settled": jobs[-1]["sheets"], "failed": {}, "lost": [], "twice": []}


@pytest.mark.drill
def test_pool_child_killed_while_it_sends(rig: Rig) -> None:
    def kill() -> None:
        rig.write_mails(count=10)
        running(rig, "mails")
        for name in rig.workers:
            for child in rig.children(name):
                os.kill(child, signal.SIGKILL)

    rig.sink("slow 0.1")
    for _ in range(TIMES):
        rig.strike("pool_child_killed (mail)", kill)
    rig.sink("ok")


def test_web_killed_between_commit_and_bell(rig: Rig) -> None:
    """The decision is committed, nobody was rung, the process is gone: the sweep finds it."""
    entry = line("web_killed_between_commit_and_bell")
    for turn in range(TIMES):
        desk = rig.new_desk()
        before = set(rig.eye.waiting())
        desk.die_at_bell()
        with pytest.raises(Died):
            desk.act(review=rig.sheets[turn % len(rig.sheets)])
        desk.stop()
        begun = time.monotonic()
        assert before == set()
        rig.wait_until_quiet()
        entry.recoveries.append(time.monotonic() - begun)
        rig.look(entry)
        # A draft saved before the submission rings nothing: what died was the step itself, which must be there.
        assert entry.events >= entry.times, "the killed process had committed nothing: the fault showed nothing"


@pytest.mark.drill
def test_deploy_restart(rig: Rig) -> None:
    """SIGTERM to everything that works in the background, as a deployment sends it; then the new version starts."""

    def restart() -> None:
        rig.beat.stop()
        for worker in rig.workers.values():
            worker.popen.send_signal(signal.SIGTERM)
        for name, worker in list(rig.workers.items()):
            worker.stop(patience=30)
            rig.start_worker(name)
        rig.start_beat()

    for _ in range(TIMES):
        rig.strike("deploy_restart", restart)
    for name in rig.workers:
        rig.wait_for_worker(name)
