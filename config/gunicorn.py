"""The web server's settings: `gunicorn --config python:config.gunicorn config.wsgi`."""

import gc
import os
from typing import Any

from config.logs import LineFormatter

bind = os.environ.get("MEGURI_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("MEGURI_WEB_WORKERS", "2"))
threads = int(os.environ.get("MEGURI_WEB_THREADS", "4"))
worker_class = "config.patience.PatientWorker"
# Of the process itself; how long a client may take is in config/patience.py.
timeout = 60
graceful_timeout = 30
# A worker is replaced now and then, not all at the same moment, so that a slow leak never becomes an outage.
max_requests = 5000
max_requests_jitter = 500
# In memory where there is such a place: on a slow disk the sign of life itself would stall.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (gunicorn makes its own file)
control_socket_disable = True
# What a proxy says is read by Django alone, where MEGURI_BEHIND_PROXY allows it: the same from every address.
forwarded_allow_ips = ""


def post_worker_init(worker: Any) -> None:
    """What was loaded stays until the end: no collection need walk through it again, and drawing a page makes so many
    small things that the usual threshold would collect several times for each."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": LineFormatter}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "line"}},
    # Names, addresses and what people look at stay out of the logs: there is no access log.
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": ["stdout"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
