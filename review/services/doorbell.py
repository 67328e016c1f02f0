"""The doorbell: tells those who work in the background that something waits.

`tasks/` registers who answers. Ringing happens after commit, and a bell that nobody hears loses nothing: the sweep
looks for waiting rows by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)

Ring = Callable[[str, int], None]
_registered: list[Ring] = []


def register(ring: Ring) -> None:
    """Let `ring(what, pk)` be called after each commit; `what` is "event", "job" or "mail"."""
    _registered[:] = [ring]


def ring_after_commit(what: str, pk: int) -> None:
    """Ring once the current transaction is committed; at once where there is none."""
    transaction.on_commit(lambda: _ring(what, pk), robust=True)


def _ring(what: str, pk: int) -> None:
    for ring in _registered:
        try:
            ring(what, pk)
        except Exception as error:
            logger.warning("doorbell for %s %s not heard: %s", what, pk, type(error).__name__)
