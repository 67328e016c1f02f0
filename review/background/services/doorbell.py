"""The doorbell: notifies the background workers that a row waits.

`tasks/` registers who answers. Ringing happens after commit, and a bell that nobody hears loses nothing: the sweep
looks for waiting rows by itself.
"""

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)

Ring = Callable[[str, int, float], None]
_registered: list[Ring] = []


def register(ring: Ring) -> None:
    """Let `ring(what, pk, delay)` be called after each commit; `what` is "event", "job" or "mail".

    It must return at once whatever the broker does: the request that committed waits for it.
    """
    _registered[:] = [ring]


def ring_after_commit(what: str, pk: int = 0, *, delay: float = 0) -> None:
    """Ring once the current transaction is committed; at once where there is none. It is heard `delay` seconds later.

    "mail" needs no `pk`: whoever answers sends all that is due over one connection. "event" without one: all that wait.
    """
    transaction.on_commit(lambda: _ring(what, pk, delay), robust=True)


def _ring(what: str, pk: int, delay: float) -> None:
    for ring in _registered:
        try:
            ring(what, pk, delay)
        except Exception as error:
            logger.warning("doorbell for %s %s not heard: %s", what, pk, type(error).__name__)
