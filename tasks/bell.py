"""Answering the doorbell: one Celery message per waiting row. A message lost here is rung again by the sweep.

The broker may be away, or worse: accept connections and never answer. So the message is sent by a thread of its own,
and whoever rings only lays a line into a short queue. A full queue drops what comes: nothing hangs on a bell.
"""

import atexit
import logging
import os
import queue
import threading
import time
from typing import NamedTuple

from review.background.services import doorbell

logger = logging.getLogger(__name__)

# A broker that is away for long fills this once; once it is back, the sweep sends the rest.
LONGEST = 1000
# What a process that ends waits for its last bells.
LAST_SECONDS = 0.5


class Bell(NamedTuple):
    """What waits, and after how many seconds its message is sent."""

    what: str
    pk: int
    delay: float


class Ringer:
    """The thread that rings, started with the first bell of its process."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Bell] = queue.Queue(LONGEST)
        self.thread: threading.Thread | None = None
        self.starting = threading.Lock()

    def ring(self, bell: Bell) -> None:
        """Takes microseconds. Drops the bell where too many wait."""
        try:
            self.waiting.put_nowait(bell)
        except queue.Full:
            return
        with self.starting:
            if self.thread is None:
                self.thread = threading.Thread(target=self._work, name="doorbell", daemon=True)
                self.thread.start()

    def flush(self, seconds: float = LAST_SECONDS) -> bool:
        """Wait until all is rung, for so long at most; True where it is."""
        until = time.monotonic() + seconds
        while self.waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)
        return not self.waiting.unfinished_tasks

    def _work(self) -> None:
        while True:
            bell = self.waiting.get()
            try:
                send(bell)
            except Exception as error:
                logger.warning("doorbell for %s %s not heard: %s", bell.what, bell.pk, type(error).__name__)
            finally:
                self.waiting.task_done()


_ringer = Ringer()


def _start_anew() -> None:
    # A forked child has the parent's queue and no thread that empties it.
    global _ringer
    _ringer = Ringer()


os.register_at_fork(after_in_child=_start_anew)
atexit.register(lambda: _ringer.flush())


def register() -> None:
    """Let review's services ring Celery after each commit."""
    doorbell.register(ring)


def ring(what: str, pk: int, delay: float = 0) -> None:
    """Send, from another thread, the message for a waiting "event", "job" or "mail"."""
    _ringer.ring(Bell(what, pk, delay))


def flush(seconds: float = LAST_SECONDS) -> bool:
    """Wait for the bells of this process, so long at most; True where all were sent or given up."""
    return _ringer.flush(seconds)


def send(bell: Bell) -> None:
    """Send the message. Raises where the broker does not take it within its time limits."""
    from tasks import errands  # read late: Celery's tasks need the app registry

    # A little later than asked: a job that is not yet due would be left to the sweep.
    countdown = bell.delay + 0.1 if bell.delay > 0 else None
    with_number = {"event": errands.deliver, "job": errands.run}
    task = with_number.get(bell.what) or {"mail": errands.send, "refused": errands.count_refused}[bell.what]
    task.apply_async(args=[bell.pk] if bell.what in with_number else [], countdown=countdown, retry=False)
