"""Whatever lies in the queue, the same worker goes on working: a broker and a worker of their own."""

from __future__ import annotations

import base64
import json
import pickle
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from config.local import broker as brokers
from config.local import processes
from config.local import worker as launcher
from review.background.services import outbox
from review.domain.events import Event
from review.models import OutboxEvent, Tally
from review.operations.services import signs

pytestmark = [pytest.mark.services, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

QUEUE = "events"


def message(**changed: Any) -> dict[str, Any]:
    """One that Celery would take, but for what is changed."""
    body = base64.b64encode(json.dumps([[1], {}, {}]).encode()).decode()
    whole = {
        "body": body,
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": "tasks.outbox.deliver", "id": "g", "root_id": "g", "parent_id": None},
        "properties": {
            "correlation_id": "g", "delivery_mode": 2, "delivery_tag": "g", "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": QUEUE}, "priority": 0,
        },
    }  # fmt: skip
    return {**whole, **changed}


def refused() -> float:
    """What the operator's page says of such messages."""
    (sign,) = [one for one in signs.read() if one.name == "messages_refused"]
    return sign.value if sign.alarm else 0


def body(words: object) -> str:
    return base64.b64encode(json.dumps(words).encode()).decode()


def headers(**changed: object) -> dict[str, object]:
    return {**message()["headers"], **changed}


GARBAGE: list[bytes] = [
    b"", b"no json", b"{", b"\xff\xfe\x00", pickle.dumps({"a": 1}), b"[" * 100_000, b"NaN",
    *(
        json.dumps(each).encode()
        for each in [
            [], {}, 1, None, "x", [1, 2], {"properties": 1}, {"properties": {}}, {"body": "x"},
            message(properties={}), message(properties={"delivery_tag": "x"}), message(headers=None), message(headers=[]),
            message(headers={}), message(headers=headers(task="nobody.knows")), message(headers=headers(task=None)),
            message(headers=headers(task=[1])), message(headers=headers(eta="when?")), message(headers=headers(eta=7)),
            message(headers=headers(expires=[])), message(headers=headers(timelimit=5)),
            message(headers=headers(compression="none-such")), message(body="%%%"), message(body=7), message(body=body(5)),
            message(body=body([])), message(body=body([1, 2, 3])), message(body=body([["x"], {}, {}])),
            message(body=body([[1, 2, 3], {"a": 1}, None])),
            message(**{"content-type": "application/x-python-serialize", "body": base64.b64encode(pickle.dumps(1)).decode()}),
            message(**{"content-type": "no/such"}), message(**{"content-encoding": "none-such"}),
            message(**{"content-encoding": "binary"}),
        ]
    ),
]  # fmt: skip


UNREADABLE = b"no json"
UNKNOWN = json.dumps(message(headers=headers(task="nobody.knows"))).encode()
WRONG = json.dumps(message(body=body([["x"], {}, {}]))).encode()


@pytest.mark.drill
def test_no_message_stops_a_worker(process_env: dict[str, str], tmp_path: Path) -> None:
    broker = brokers.start(tmp_path / "broker", ours=True)
    worker = launcher.start_worker(
        env={**process_env, "REDIS_URL": broker.url}, log=tmp_path / "worker.log", concurrency=1
    )
    try:
        launcher.wait_until_started(worker)
        with redis.Redis.from_url(broker.url) as client:
            for number, each in enumerate(GARBAGE):
                client.lpush(QUEUE, each)
                event = outbox.announce(Event.DELIVERY_LATE, key=f"after {number}", payload={})
                client.lpush(QUEUE, json.dumps(message(body=body([[event.pk], {}, {}]))))
                processes.wait_until(
                    lambda pk=event.pk: OutboxEvent.objects.filter(pk=pk, delivered_at__isnull=False).exists(),
                    process=worker,
                    seconds=20,
                )
            assert worker.alive()
            for each in UNREADABLE, UNKNOWN, WRONG:  # each kind is told to the operator
                Tally.objects.all().delete()
                time.sleep(1.1)  # counted once a second at most
                client.lpush(QUEUE, each)
                processes.wait_until(lambda: refused() > 0, process=worker, seconds=20)
            processes.wait_until(
                lambda: not client.llen(QUEUE) and not client.hlen("unacked"), process=worker, seconds=10
            )
    except Exception as error:
        raise AssertionError(f"after {each[:200]!r}\n{worker.log_tail(30)}") from error
    finally:
        worker.stop()
        broker.stop()
