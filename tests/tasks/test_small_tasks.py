"""Each thin task calls its one service and says what came of it; what a worker sets up can be set up in a test."""

from __future__ import annotations

import gc
import threading
from types import SimpleNamespace

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_process_init
from kombu.transport import redis, virtual

from config import celery
from review.mail.services import envelopes
from review.notices.services import reminders as mornings
from review.operations.services import alarm
from review.operations.services import anchors as places
from tasks import acks, errands, garbage, life, reconnect, sweep, wiring


def test_the_morning_announces_first_and_gathers_then(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(mornings, "morning", lambda: order.append("morning") or 3)
    monkeypatch.setattr(envelopes, "gather", lambda: order.append("gather"))
    assert errands.remind() == 3 and order == ["morning", "gather"]


def test_the_hourly_anchor_tells_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "drop", lambda reason: SimpleNamespace(seq=7, reason=reason))
    assert errands.anchor() == 7


def test_a_worker_does_not_look_for_garbage_in_what_it_keeps() -> None:
    """Neither in what was loaded nor, again and again, in the rows of a year while it reads them."""
    assert celery.settle in [receiver() for _key, receiver in worker_process_init.receivers]
    before, frozen, loaded = gc.get_threshold(), gc.get_freeze_count(), ["something loaded"]
    try:
        celery.settle()
        assert not any(one is loaded for one in gc.get_objects())
        assert gc.get_freeze_count() > frozen
        now = gc.get_stats()[1]["collections"]
        rows = [[number] for number in range(200_000)]
        assert gc.get_stats()[1]["collections"] == now, "as many rows as a prefecture has are walked through once each"
        assert len(rows) == 200_000
    finally:
        gc.set_threshold(*before)


def test_a_sign_of_life_is_left_again_and_again_whatever_the_database_does(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    class Ended(Exception): ...

    class Pause(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if len(names) == 3:
                raise Ended
            return False

    def alive(name: str) -> None:
        names.append(name)
        if len(names) == 2:
            raise OSError("the database is away")

    monkeypatch.setattr(alarm, "alive", alive)
    monkeypatch.setattr(life.connection, "close", lambda: None)
    with pytest.raises(Ended):
        life._show("worker@one", Pause())
    assert names == ["worker@one"] * 3


def test_a_new_connection_asks_for_a_sweep_and_survives_a_broker_that_is_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    step = reconnect.SweepOnConnection.__new__(reconnect.SweepOnConnection)
    calls: list[dict[str, object]] = []
    monkeypatch.setattr(sweep.sweep, "apply_async", lambda **how: calls.append(how))
    step.start(None)
    assert calls == [{"retry": False, "expires": reconnect.EXPIRES_SECONDS}]

    def away(**how: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(sweep.sweep, "apply_async", away)
    step.start(None)
    assert "no sweep asked for: ConnectionError" in caplog.text


@pytest.mark.parametrize("act", ["ack", "reject"])
def test_a_message_is_forgotten_though_the_broker_did_not_hear(monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    forgotten: list[str] = []

    def timeout(self: object, tag: str, **more: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(redis.QoS, act, timeout)
    monkeypatch.setattr(virtual.QoS, "ack", lambda self, tag: forgotten.append(tag))
    with pytest.raises(TimeoutError):
        getattr(acks.Forgetting.__new__(acks.Forgetting), act)("tag-1")
    assert forgotten == ["tag-1"]


WHOLE = {
    "body": "e30=", "content-type": "application/json", "content-encoding": "utf-8", "headers": {"timelimit": [None, None]},
    "properties": {"delivery_tag": "t", "delivery_info": {"exchange": "", "routing_key": "celery"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, True),
        ({"headers": {}}, True),
        ({"headers": {"timelimit": [30, 20.5]}}, True),
        ({"headers": {"timelimit": 30}}, False),
        ({"headers": {"timelimit": ["30", None]}}, False),
        ({"headers": None}, False),
        ({"body": 7}, False),
        ({"properties": {"delivery_tag": "t"}}, False),
        ({"properties": {"delivery_tag": 1, "delivery_info": {"exchange": "", "routing_key": ""}}}, False),
        ({"properties": {"delivery_tag": "t", "delivery_info": {"exchange": ""}}}, False),
    ],
)
def test_only_a_whole_message_is_taken(changed: dict[str, object], message: bool) -> None:
    given = {**WHOLE, **changed}
    assert garbage.is_message(given) is message
    if not message:
        with pytest.raises(garbage.Garbage):
            garbage.Careful(given)


def test_a_task_that_took_too_long_has_words_for_the_operator() -> None:
    assert "時間内に終わりませんでした" in wiring.TABLES.causes[SoftTimeLimitExceeded]
