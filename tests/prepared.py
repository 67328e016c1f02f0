"""Databases whose tables are there: migrated once, kept under build/databases, copied wherever a test needs one.

They are kept under a hash of what makes them, so that a changed migration or package makes new ones. Django looks at
each copy again and would apply what is missing. `python -m tests.prepared` makes both ahead and unpacks the browser (make test
does); whoever comes first makes them otherwise. Migrations themselves are proved elsewhere, on empty databases.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from config.local import browser, postgres, processes

BASE_DIR = Path(__file__).resolve().parents[1]
STORE = BASE_DIR / "build" / "databases"
#: The migrated database within the cluster.
TEMPLATE = "meguri"


def sqlite() -> Path:
    """A SQLite file with all tables. Some ten seconds for the first who asks, nothing for others. Raises NotReady."""
    return _stored("sqlite3", _make_sqlite)


def cluster() -> Path:
    """The data of a stopped PostgreSQL with the database TEMPLATE, for `postgres.start(data=...)`. Costs as `sqlite`."""
    return _stored("postgres", _make_cluster)


def address(url: str) -> str:
    """The address of TEMPLATE on the server that answers at `url`."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{TEMPLATE}"))


def _stored(kind: str, make: Callable[[Path], None]) -> Path:
    place = STORE / f"{kind}-{_made_of()}"
    if place.exists():
        return place
    STORE.mkdir(parents=True, exist_ok=True)
    with (STORE / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=STORE, prefix="making-") as folder:
                made = Path(folder) / kind
                make(made)
                _forget(kind)
                made.rename(place)
    return place


def _forget(kind: str) -> None:
    """Those of earlier migrations."""
    for old in STORE.glob(f"{kind}-*"):
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)


def _made_of() -> str:
    digest = hashlib.sha256(sys.version.encode())
    sources = [*BASE_DIR.glob("*/migrations/*.py"), BASE_DIR / "requirements" / "dev.txt", Path(postgres.__file__)]
    for source in sorted(sources):
        digest.update(source.relative_to(BASE_DIR).as_posix().encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _make_sqlite(target: Path) -> None:
    _migrate(f"sqlite:///{target}")


def _make_cluster(target: Path) -> None:
    server = postgres.start(ours=True)
    try:
        postgres.administer(server.url, f'CREATE DATABASE "{TEMPLATE}"')
        _migrate(address(server.url))
        assert server.process is not None and server.folder is not None
        server.process.stop()  # in good order: the copy is whole
        shutil.copytree(server.folder / "data", target)
    finally:
        server.stop()


def _migrate(url: str) -> None:
    others = {name: value for name, value in os.environ.items() if not name.startswith("MEGURI_")}
    with tempfile.TemporaryDirectory() as folder:
        ours = {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MEGURI_ENV_FILE": "",
            "MEGURI_DATA_ROOT": folder,
        }
        command = [sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"]
        done = subprocess.run(command, cwd=BASE_DIR, env={**others, **ours}, capture_output=True, text=True)
    if done.returncode != 0:
        raise processes.NotReady(f"migrate: {done.stderr or done.stdout}")


if __name__ == "__main__":
    sqlite()
    if not os.environ.get("TEST_DATABASE_URL"):
        cluster()
    browser.find()
