"""The broker is a doorbell: killed, emptied, stopped or replaced, it loses nothing and delays nobody."""

from __future__ import annotations

import time

import pytest
import redis

from config.local import broker as brokers
from tests.faults.bench import TIMES, Rig
from tests.live import QUEUES
from tests.tasks.test_garbage import GARBAGE

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]

AWAY = 1.5
# What a broker that is away may add to a request, with what a loaded machine adds by itself.
ADDED = 0.1
NOISE = 0.4


@pytest.mark.drill
def test_killed(rig: Rig) -> None:
    def kill() -> None:
        assert rig.broker.process
        rig.broker.process.kill()
        time.sleep(AWAY)
        rig.broker = brokers.restart(rig.broker, rig.folder / "broker")

    for _ in range(TIMES):
        rig.strike("broker_killed", kill)


@pytest.mark.drill
def test_flushed_while_messages_wait(rig: Rig) -> None:
    def flush() -> None:
        rig.front.send_again(times=3)
        with redis.Redis.from_url(rig.broker.url) as client:
            client.flushall()

    for _ in range(TIMES):
        rig.strike("broker_flushed", flush)


@pytest.mark.drill
def test_stopped_while_it_holds_every_connection(rig: Rig) -> None:
    """The worst kind: it accepts, and never answers."""

    def stop() -> None:
        assert rig.broker.process
        rig.broker.process.pause()
        time.sleep(AWAY + 1)
        rig.broker.process.resume()

    for _ in range(TIMES):
        rig.strike("broker_stopped", stop)


def test_replaced_by_an_empty_one(rig: Rig) -> None:
    def replace() -> None:
        assert rig.broker.process
        rig.front.send_again(times=2)
        rig.broker.process.stop()
        rig.broker = brokers.restart(rig.broker, rig.folder / "broker")

    for _ in range(TIMES):
        rig.strike("broker_restart_without_data", replace)


@pytest.mark.drill
def test_messages_that_are_none(rig: Rig) -> None:
    """Everything that is no message, at once and in every queue: the same workers go on, and the operator is told."""

    def litter() -> None:
        with redis.Redis.from_url(rig.broker.url) as client:
            for queue in QUEUES:
                client.lpush(queue, *GARBAGE)

    before = {name: worker.pid for name, worker in rig.workers.items()}
    for _ in range(TIMES):
        rig.strike("garbage_messages", litter)
    assert {name: worker.pid for name, worker in rig.workers.items() if worker.alive()} == before
    rig.wait_until(lambda: "messages_refused" in rig.eye.alarms(), "the operator's page tells of them")


@pytest.mark.drill
@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_request_does_not_wait_for_it(rig: Rig, how: str) -> None:
    """The median of requests with a broker that is away, beside the median with one that answers."""
    process = rig.broker.process
    assert process

    def median() -> float:
        taken = sorted(rig.front.act(review=rig.sheets[n % len(rig.sheets)])["seconds"] for n in range(9))
        return taken[len(taken) // 2]

    usual = median()
    if how == "killed":
        process.kill()
    else:
        process.pause()
    try:
        away = median()
    finally:
        if how == "killed":
            rig.broker = brokers.restart(rig.broker, rig.folder / "broker")
        else:
            process.resume()
    print(f"\nrequest with the broker up {usual * 1000:.0f} ms, {how} {away * 1000:.0f} ms")
    assert away - usual < ADDED + NOISE
    rig.wait_until_quiet()
