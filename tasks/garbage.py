"""What a worker does with a message that is none: it logs it, has it counted, lets it go, and takes the next.

Kombu's Redis transport reads each message in the worker's main loop and lets whatever goes wrong there end the process
(`Unrecoverable error: JSONDecodeError`). A line that anybody laid into the queue would stop every worker in turn. What
Meguri itself rings for is in the database, so nothing is lost with a message that cannot be read.
"""

import logging
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

from celery.signals import task_failure, task_rejected, task_unknown
from kombu.transport import redis, virtual

from tasks import bell

logger = logging.getLogger(__name__)

TEXTS = ("body", "content-type", "content-encoding")


class Garbage(ValueError):
    """What lay in the queue is no message."""


def is_message(given: Any) -> bool:
    """Whether the transport and Celery find in it what they take without asking."""
    properties = given.get("properties") if isinstance(given, dict) else None
    if not isinstance(properties, dict) or not isinstance(given.get("headers"), dict):
        return False
    delivery = properties.get("delivery_info")
    return (
        all(isinstance(given.get(name), str) for name in TEXTS)
        and _limits(given["headers"].get("timelimit"))
        and isinstance(properties.get("delivery_tag"), str)
        and isinstance(delivery, dict)
        and all(isinstance(delivery.get(name), str) for name in ("exchange", "routing_key"))
    )


def _limits(given: Any) -> bool:
    """Celery takes these apart when the task has its place in the pool already, which nobody would give back."""
    pair = given if isinstance(given, list) and len(given) == 2 else [given, None]
    return all(each is None or isinstance(each, (int, float)) for each in pair) and not isinstance(given, (int, float))


class Careful(virtual.Message):
    """A message that was looked at before it counts as taken."""

    def __init__(self, payload: Any, channel: Any = None, **more: Any) -> None:
        if not is_message(payload):
            raise Garbage
        super().__init__(payload, channel=channel, **more)
        if channel is not None:
            channel.in_hand = self


class Channel(redis.Channel):
    """Reads as kombu does; what cannot be read is as if nothing had come."""

    Message = Careful
    in_hand: Careful | None = None

    def _brpop_read(self, **options: Any) -> Any:
        return self._carefully(lambda: super(Channel, self)._brpop_read(**options))

    def _receive(self) -> Any:
        return self._carefully(super()._receive)

    def _carefully(self, read: Callable[[], Any]) -> Any:
        self.in_hand = None
        try:
            return read()
        except (Empty, *self.connection_errors):
            raise
        except Exception as error:
            # Neither its words nor its bytes: they may be anybody's.
            logger.error("a message that cannot be read was let go: %s", type(error).__name__)
            note()
            if self.in_hand is not None and not self.in_hand.acknowledged:
                self.in_hand.reject()
            raise Empty from error


_noted = 0.0


@task_unknown.connect
@task_rejected.connect
def note(**_signal: Any) -> None:
    """For the operator's page, once a second at most: a flood of such messages must not become a flood of ours. By a bell,
    for a worker's main process owns no database connection."""
    global _noted
    if time.monotonic() - _noted >= 1:
        _noted = time.monotonic()
        bell.ring("refused", 0)


@task_failure.connect
def note_wrong_arguments(exception: Exception | None = None, **_signal: Any) -> None:
    """A task that has its own words for every failure ended by one of the message's."""
    if isinstance(exception, (TypeError, ValueError)):
        note()


def install() -> None:
    """Before the first connection."""
    redis.Transport.Channel = Channel
