"""The database killed, its connections cut; and SQLite under eight writers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config.local import postgres
from tests import prepared
from tests.faults.bench import BASE_DIR, TIMES, Line, Rig, line

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]

ACTS_A_WRITER = 4


def test_postgres_killed(rig: Rig) -> None:
    def kill() -> None:
        assert rig.postgres.process
        rig.postgres.process.kill()
        time.sleep(0.5)
        rig.postgres = postgres.restart(rig.postgres)

    for _ in range(TIMES):
        rig.strike("postgres_killed", kill)


@pytest.mark.drill
def test_connections_cut(rig: Rig) -> None:
    def cut() -> None:
        for _ in range(5):
            with psycopg.connect(rig.postgres.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
            time.sleep(0.1)

    for _ in range(TIMES):
        rig.strike("connections_cut", cut)


@pytest.mark.drill
def test_sqlite_under_eight_writers(tmp_path: Path) -> None:
    entry = line("sqlite_eight_writers")
    shutil.copy(prepared.sqlite(), tmp_path / "writers.sqlite3")
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("MEGURI_", "EMAIL_"))},
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "MEGURI_ENV_FILE": "",
        "MEGURI_DATA_ROOT": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'writers.sqlite3'}",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    command = [sys.executable, "-m", "tests.faults.writers", str(TIMES), str(ACTS_A_WRITER)]
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stderr[-3000:]
    for row in map(json.loads, done.stdout.splitlines()):
        note(entry, row)
    assert entry.times == TIMES and not entry.wrong, entry.wrong


def note(entry: Line, row: dict) -> None:
    """One round of eight."""
    entry.times += 1
    entry.events += row["events"]
    entry.wrong += row["wrong"]
    entry.lost += sum(word.startswith("lost") for word in row["wrong"])
    entry.slowest_request = max(entry.slowest_request, row["slowest"])
    with contextlib.suppress(KeyError):
        entry.recoveries.append(row["settled"])
