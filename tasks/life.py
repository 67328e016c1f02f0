"""The workers' signs of life, for the operator's page: a row for each, renewed by its pool's processes."""

import logging
import threading
from typing import Any

from celery.signals import celeryd_init, worker_process_init
from django.conf import settings
from django.db import connection

from review.operations.services import alarm

logger = logging.getLogger(__name__)

# The worker's name, set in its main process and inherited by the pool.
_name = "worker"


@celeryd_init.connect
def learn_name(sender: Any = None, **kwargs: Any) -> None:
    """Before the pool is forked."""
    global _name
    _name = str(sender or _name)


@worker_process_init.connect
def show_signs(**kwargs: Any) -> None:
    """From a thread of the child: the worker's main process owns no database connection, and a fork must find none."""
    threading.Thread(target=_show, args=[_name], name="life", daemon=True).start()


def _show(name: str, pause: threading.Event | None = None) -> None:
    pause = pause or threading.Event()
    while True:
        try:
            alarm.alive(name)
        except Exception as error:  # a database that is away is reported elsewhere
            logger.warning("no sign of life left: %s", type(error).__name__)
        finally:
            connection.close()
        pause.wait(settings.MEGURI_SWEEP_SECONDS)
