"""The doorbell: whoever rings never waits, a full queue drops, and a message that fails is one line in the log."""

from __future__ import annotations

import logging
import threading

import pytest

from tasks import bell, errands
from tasks.bell import Bell, Ringer


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int], float | None]]:
    """What was sent to Celery: (which task, its arguments, after how many seconds)."""
    sent: list[tuple[str, list[int], float | None]] = []

    def taking(name: str):
        return lambda args=(), countdown=None, retry=True: sent.append((name, list(args), countdown))

    for name, task in (("event", errands.deliver), ("job", errands.run), ("mail", errands.send)):
        monkeypatch.setattr(task, "apply_async", taking(name))
    return sent


def test_each_kind_has_its_task_and_its_number(messages: list) -> None:
    for what, delay in (("event", 0), ("job", 2), ("mail", 0)):
        bell.send(Bell(what, 7, delay))
    assert messages == [("event", [7], None), ("job", [7], pytest.approx(2.1)), ("mail", [], None)]


def test_what_is_rung_is_sent_by_another_thread(messages: list) -> None:
    ringer = Ringer()
    for number in range(20):
        ringer.ring(Bell("event", number, 0))
    assert ringer.flush(5)
    assert [args for _name, args, _countdown in messages] == [[number] for number in range(20)]
    assert ringer.thread is not threading.current_thread()


def test_a_broker_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, ringer = threading.Event(), Ringer()
    monkeypatch.setattr(bell, "send", lambda one: hanging.wait(30))
    for number in range(bell.LONGEST + 50):
        ringer.ring(Bell("event", number, 0))
    assert ringer.waiting.full()
    assert not ringer.flush(0.05)
    hanging.set()
    assert ringer.flush(10)


def test_a_message_that_fails_is_logged_and_the_next_one_sent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def send(one: Bell) -> None:
        if one.pk == 1:
            raise ConnectionError("amqp://user:secret@broker")
        heard.append(one.pk)

    monkeypatch.setattr(bell, "send", send)
    ringer = Ringer()
    with caplog.at_level(logging.WARNING, logger="tasks.bell"):
        for number in (1, 2):
            ringer.ring(Bell("event", number, 0))
        assert ringer.flush(5)
    assert heard == [2]
    assert "doorbell for event 1 not heard: ConnectionError" in caplog.text and "secret" not in caplog.text
