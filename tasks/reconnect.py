"""A sweep at once when a worker finds the broker, for the first time or again: what waits is not left to beat's next."""

import logging
from typing import Any

from celery import bootsteps

logger = logging.getLogger(__name__)

# After this time beat has requested one already.
EXPIRES_SECONDS = 30


class SweepOnConnection(bootsteps.StartStopStep):
    """A step of the worker's consumer; Celery starts it anew with every connection."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        """Ask for a sweep; a broker that is gone again loses nothing by it."""
        from tasks.sweep import sweep  # read late: Celery's tasks need the app registry

        try:
            sweep.apply_async(retry=False, expires=EXPIRES_SECONDS)
        except Exception as error:
            logger.warning("no sweep asked for: %s", type(error).__name__)
