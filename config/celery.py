"""The Celery application. `celery -A config worker` and `celery -A config beat` start here."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from tasks.reconnect import SweepOnConnection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

# Named one by one: autodiscovery by app would look for `tasks.tasks` and find nothing, silently.
TASK_MODULES = ["tasks.errands", "tasks.sweep"]

app = Celery("meguri")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(TASK_MODULES, related_name=None)
app.steps["consumer"].add(SweepOnConnection)


def settle(**kwargs: Any) -> None:
    """What was loaded stays until the end, and the rows of a whole year are all in use while they are read: looking through
    them for garbage again and again took up to half of the time of reading a year of 1,000 施策."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


worker_process_init.connect(settle)
