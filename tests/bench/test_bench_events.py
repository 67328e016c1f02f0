"""Mails per second from the commit to a local SMTP sink, beside one Celery task and connection a mail in the same run;
and how long a mail takes from its commit to the sink at 1, 100 and 10,000."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.faults.bench import BASE_DIR, Rig

pytestmark = [pytest.mark.bench, pytest.mark.services, pytest.mark.timeout(1800)]

TARGET = 3
COUNTS = (1, 100, 10_000)
# Each way is measured so often, in turn, and the middle one counts.
ROUNDS, MAILS = 3, 1000


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig.built() as built:
        yield built


def measured(rig: Rig, write: Callable[..., float], count: int, first: int) -> tuple[float, list[float]]:
    """Seconds from the commit to the last of so many mails, and each mail's own, sorted."""
    before = len(rig.delivered())
    committed = write(count=count, first=first)
    rig.wait_until(lambda: len(rig.delivered()) >= before + count, f"{count} mails", seconds=600, pause=0.2)
    moments = sorted(moment - committed for _message, _again, moment in rig.delivered()[before : before + count])
    rig.wait_until_quiet()
    return moments[-1], moments


def test_batches_beside_a_task_and_connection_a_mail(rig: Rig) -> None:
    rates: dict[str, list[float]] = {"batches": [], "one by one": []}
    for turn in range(ROUNDS):
        for name, write in (("batches", rig.front.write_mails), ("one by one", rig.front.write_mails_singly)):
            seconds, _ = measured(rig, write, MAILS, (2 * turn + (name == "batches")) * 10_000)
            rates[name].append(MAILS / seconds)
    ours, theirs = (sorted(rates[name])[ROUNDS // 2] for name in ("batches", "one by one"))
    report(
        f"{MAILS} mails, commit to sink: batches {ours:.0f}/s, a task and connection a mail {theirs:.0f}/s:"
        f" {ours / theirs:.1f} times (asked: {TARGET}); rounds {rates}"
    )
    assert ours > theirs


@pytest.mark.parametrize("count", COUNTS)
def test_from_commit_to_delivery(rig: Rig, count: int) -> None:
    times = 20 if count == 1 else 1
    rows: list[float] = []
    for turn in range(times):
        rows += measured(rig, rig.front.write_mails, count, 1_000_000 + count * 100 + turn)[1]
        time.sleep(0.1)
    rows.sort()
    report(
        f"{count} mails: p50 {rows[len(rows) // 2]:.3f} s, p99 {rows[min(len(rows) - 1, len(rows) * 99 // 100)]:.3f} s"
    )


def report(words: str) -> None:
    """On the screen and in build/bench-events.txt."""
    print(f"\n{words}")
    target = BASE_DIR / "build" / "bench-events.txt"
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as stream:
        stream.write(words + "\n")
