"""Mails per second from the commit to a local SMTP sink, beside one Celery task and connection a mail in the same run;
and how long a mail takes from its commit to the sink at 1, 100 and 10,000."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench import table
from tests.faults.bench import BASE_DIR, Rig

pytestmark = [pytest.mark.bench, pytest.mark.services, pytest.mark.timeout(1800)]

TARGET = 3
COUNTS = (1, 100, 10_000) if table.FULL else (1, 100)
P99 = 0.1
#: mails a second to a server that costs little, by so many senders
BY_SENDERS = {1: 1_000, 2: 1_500}
# Each way is measured so often, in turn, and the middle one counts.
ROUNDS, MAILS = 3, 1000


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig.built() as built:
        yield built


def arrived(rig: Rig) -> list[tuple[str, float]]:
    """(Message-ID, moment) of the bench's own mails; a machine that is full of other work makes the alarm write some too."""
    return [(message, moment) for message, _again, moment in rig.delivered() if message.endswith("@bench>")]


def measured(rig: Rig, write: Callable[..., float], count: int, first: int) -> tuple[float, list[float]]:
    """Seconds from the commit to the last of so many mails, and each mail's own, sorted."""
    before = len(arrived(rig))
    committed = write(count=count, first=first)
    rig.wait_until(lambda: len(arrived(rig)) >= before + count, f"{count} mails", seconds=600, pause=0.2)
    moments = sorted(moment - committed for _message, moment in arrived(rig)[before : before + count])
    rig.wait_until_quiet()
    return moments[-1], moments


def worked(rig: Rig) -> float:
    """Seconds of CPU of the workers' processes, of those that ended too; other work on the machine changes them least."""
    pids = [pid for name in rig.workers for pid in (rig.workers[name].pid, *rig.children(name))]
    rows = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(sum(map(int, row[11:15])) for row in rows) / os.sysconf("SC_CLK_TCK")


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
    table.add(
        job=f"{MAILS:,} mails, commit to aiosmtpd",
        unit="/s",
        ours=ours,
        peer=theirs,
        peer_name="Celery, a task and connection a mail",
        limit=TARGET,
        times=True,
        wall=MAILS / ours,
    )
    assert ours > theirs


@pytest.mark.parametrize(("senders", "least"), BY_SENDERS.items())
def test_mails_to_a_server_that_costs_little(senders: int, least: int) -> None:
    """The rate from the first mail that arrives to the last: what the senders do, without the bell."""
    with Rig.built("tests.bench.lean_sink", MEGURI_MAIL_SENDERS=str(senders)) as lean:
        rates: dict[str, list[float]] = {"ours": [], "theirs": []}
        cpu: dict[str, list[float]] = {"ours": [], "theirs": []}
        for turn in range(ROUNDS):
            for name, write in (("ours", lean.front.write_mails), ("theirs", lean.front.write_mails_singly)):
                before, busy = len(arrived(lean)), worked(lean)
                measured(lean, write, MAILS, (2 * turn + (name == "ours")) * 10_000)
                cpu[name].append(worked(lean) - busy)
                moments = sorted(moment for _message, moment in arrived(lean)[before:])
                rates[name].append((MAILS - 1) / (moments[-1] - moments[0]))
        delivered = [message for message, _moment in arrived(lean)]
    ours, theirs = (sorted(rates[name])[ROUNDS // 2] for name in ("ours", "theirs"))
    report(
        f"{MAILS} mails to a lean sink, {senders} at most: {ours:.0f}/s, one by one {theirs:.0f}/s; rounds {rates};"
        f" seconds of CPU in the workers {cpu}"
    )
    table.add(
        job=f"{MAILS:,} mails to a lean sink, {senders} sending",
        unit="/s",
        ours=ours,
        peer=theirs,
        peer_name="Celery, a task and connection a mail",
        limit=least,
        cpu=min(cpu["ours"]),
        wall=MAILS / ours,
    )
    assert len(delivered) == len(set(delivered)) == 2 * ROUNDS * MAILS


@pytest.mark.parametrize("count", COUNTS)
def test_from_commit_to_delivery(rig: Rig, count: int) -> None:
    times = 20 if count == 1 else 1
    rows: list[float] = []
    for turn in range(times):
        rows += measured(rig, rig.front.write_mails, count, 1_000_000 + count * 100 + turn)[1]
        time.sleep(0.1)
    rows.sort()
    p99 = rows[min(len(rows) - 1, len(rows) * 99 // 100)]
    report(f"{count} mails: p50 {rows[len(rows) // 2]:.3f} s, p99 {p99:.3f} s")
    if count == 1:
        table.add(job="one mail, commit to aiosmtpd, p99", unit="s", ours=p99, limit=P99, wall=p99)


def report(words: str) -> None:
    """On the screen and in build/bench-events.txt."""
    print(f"\n{words}")
    target = BASE_DIR / "build" / "bench-events.txt"
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as stream:
        stream.write(words + "\n")
