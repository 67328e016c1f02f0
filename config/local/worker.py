"""Celery's processes and the web server, started the way docker-compose.yml starts them."""

import http.client
import sys
from collections.abc import Mapping
from pathlib import Path

from config.local import processes

BASE_DIR = Path(__file__).resolve().parents[2]


def start_worker(
    *, env: Mapping[str, str], log: Path, concurrency: int = 2, name: str = "worker", queues: str = ""
) -> processes.Process:
    """A prefork worker for the queues, or for all of them. Returns at once: `wait_until_started` waits for it."""
    return processes.start(
        name,
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "INFO"]
        + ["--concurrency", str(concurrency), "--hostname", f"{name}@meguri"]
        + ["--without-gossip", "--without-mingle", *(["--queues", queues] if queues else [])],
        log=log,
        env=env,
        cwd=BASE_DIR,
        # `stop` lets running tasks end. If we die the kernel kills it, and Celery's pool with it: any gentler
        # signal would leave it looking for a broker that died with us.
    )


def start_beat(*, env: Mapping[str, str], log: Path, schedule: Path) -> processes.Process:
    """Rings for the sweep and the morning's reminders. Never touches the database."""
    return processes.start(
        "beat",
        [sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "INFO"]
        + ["--schedule", schedule, "--pidfile", ""],
        log=log,
        env=env,
        cwd=BASE_DIR,
    )


def start_web(*, env: Mapping[str, str], log: Path, port: int, workers: int = 2) -> processes.Process:
    """gunicorn on 127.0.0.1, ready when it answers. Raises NotReady."""
    process = processes.start(
        "web",
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
        log=log,
        env={**env, "MEGURI_BIND": f"127.0.0.1:{port}", "MEGURI_WEB_WORKERS": str(workers)},
        cwd=BASE_DIR,
    )
    processes.wait_until(lambda: _answers(port), process=process, seconds=60)
    return process


def _answers(port: int) -> bool:
    """gunicorn listens before its workers have read the project, so the open port alone says too little."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def wait_until_started(process: processes.Process, seconds: float = 60) -> None:
    """Returns when the worker has written that it is ready. Raises NotReady."""
    processes.wait_until(lambda: b"ready." in process.log.read_bytes(), process=process, seconds=seconds)
