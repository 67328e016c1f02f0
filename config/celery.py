"""The Celery application. `celery -A config worker` and `celery -A config beat` start here."""

import os

from celery import Celery
from celery.signals import worker_process_init

from review.background.services.collector import settle
from tasks.reconnect import SweepOnConnection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

# Named one by one: autodiscovery by app would look for `tasks.tasks` and find nothing, silently.
TASK_MODULES = ["tasks.errands", "tasks.sweep"]

app = Celery("meguri")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(TASK_MODULES, related_name=None)
app.steps["consumer"].add(SweepOnConnection)
worker_process_init.connect(settle)
