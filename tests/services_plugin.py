"""pytest plugin: real servers for every run. Loaded by `-p` (pyproject.toml) before Django reads its settings.

What a test may ask for (tests/live.py):

    worker      a real Celery worker with beat on the test database; implies transactional_db.
                worker.wait_for(condition), worker.kill(), worker.start(), worker.mail_folder
    live_site   the address of a real gunicorn on the same database; implies transactional_db
    page        a fresh Chromium page of 1280 px; page.goto("/") goes to live_site
    new_page    new_page(width=390, ...) for other sizes and further people
    sign_in     sign_in(page, user) without the form
    axe         axe(page) -> violations of the automatic accessibility rules
    screenshot  screenshot(page, name) -> a file in build/screenshots
    complaints  what the browser disliked so far; a test with any left fails
    services    the servers themselves

MEGURI_TEST_DATABASE=sqlite runs the core on SQLite instead of PostgreSQL. A test whose server is
absent fails with the reason: it is never skipped. With `-n 3` each of three processes has servers of its own.
"""

import argparse
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.local import broker, postgres
from tests import prepared


class Services:
    """The servers of this run and the folder in which they write."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="meguri-test-"))
        (self.folder / "data").mkdir()  # production's settings refuse one that is not there
        self.postgres: postgres.Postgres | None = None
        self.broker: broker.Broker | None = None

    def start(self) -> None:
        """Starts both and writes their addresses where the settings will look. Raises NotReady."""
        # Two runs at once may share a server named by TEST_DATABASE_URL, never a database.
        name = f"test_meguri_{os.getpid()}"
        if os.environ.get("MEGURI_TEST_DATABASE") == "sqlite":
            os.environ["DATABASE_URL"] = f"sqlite:///{self.folder / 'unused.sqlite3'}"
            name = str(self.folder / f"{name}.sqlite3")
        elif os.environ.get("TEST_DATABASE_URL"):
            self.postgres = postgres.start()
        else:
            self.postgres = postgres.start(data=prepared.cluster())
            os.environ["MEGURI_TEST_DATABASE_TEMPLATE"] = prepared.TEMPLATE
        if self.postgres is not None:
            os.environ["DATABASE_URL"] = self.postgres.url
        self.broker = broker.start(self.folder / "broker")
        os.environ["REDIS_URL"] = self.broker.url
        os.environ["MEGURI_TEST_DATABASE_NAME"] = name
        os.environ["MEGURI_DATA_ROOT"] = str(self.folder / "data")
        # Nothing of a developer's own settings, least of all a mail server.
        os.environ["MEGURI_ENV_FILE"] = ""
        os.environ["EMAIL_BACKEND"] = "django.core.mail.backends.filebased.EmailBackend"

    def stop(self) -> None:
        for server in (self.broker, self.postgres):
            if server is not None:
                server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


SERVICES = pytest.StashKey[Services]()


# A wrapper runs before every plain hook, pytest-django's included, which loads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    services = Services()
    early_config.stash[SERVICES] = services
    early_config.add_cleanup(services.stop)
    options = early_config.known_args_namespace
    if not (options.help or options.version or hands_out_tests(options)):
        services.start()
    return (yield)


def hands_out_tests(options: argparse.Namespace) -> bool:
    """Whether this process only hands tests out to others, which have servers of their own."""
    return bool(getattr(options, "numprocesses", 0)) and "PYTEST_XDIST_WORKER" not in os.environ


# What takes long and stands alone comes first, so that no process is left with it at the end.
LONG = ("timeout", "browser", "worker", "fault", "services")

# Of several processes one takes a file as a whole, so that what its tests share is made once; and of these, all files
# with the same word: the faults share an installation, the living ones a worker, a site and a browser, the ends of a plan
# one year that was played to its end.
TOGETHER = {
    "tests/faults/": "faults",
    "tests/browser/": "living",
    "tests/scenarios/": "living",
    "tests/review/ending/": "ending",
    "tests/review/publication/test_summary_pages.py": "ending",
    "tests/review/publication/test_api.py": "living",
    "tests/review/books/test_upload_pages.py": "living",
}


def group_of(nodeid: str) -> str:
    """What one process takes as a whole: the test's file, or the word that stands for several files."""
    path = nodeid.partition("::")[0]
    return next((word for start, word in TOGETHER.items() if path.startswith(start)), path)


# Not xdist's own loadgroup: it writes the group into a field that pytest no longer reads, and says nothing of it.
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    assert hasattr(LoadScopeScheduling, "_split_scope"), "xdist groups otherwise now: look here again"

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Ten thousand tests and all modules stay to the end: nothing of them is looked through for garbage, now or later.

    And what a test makes is looked through seldom: a page of rows alone is thousands of objects.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The second run, on SQLite, repeats only what touches the database: the rest has been proved already."""
    if os.environ.get("MEGURI_TEST_DATABASE") == "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if not touches_database(item)])
        items[:] = [item for item in items if touches_database(item)]
    if hands_out_tests(config.option) or "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: min((LONG.index(m.name) for m in item.iter_markers() if m.name in LONG), default=9))


def touches_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is not None or "db" in fixtures or "transactional_db" in fixtures


def pytest_report_header(config: pytest.Config) -> list[str]:
    services = config.stash[SERVICES]
    if hands_out_tests(config.option):
        return []
    database = "SQLite" if services.postgres is None else "PostgreSQL"
    return [f"services: {database}, broker {services.broker.url if services.broker else '-'}"]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What failed, by name and nothing else, at the very end: a comparison of two worlds fills what a log keeps of a run."""
    failed = {one.nodeid: word for word in ("failed", "error") for one in terminalreporter.getreports(word)}
    if failed:
        terminalreporter.section("what failed")
    for name, word in failed.items():
        terminalreporter.write_line(f"{word.upper()} {name}")


@pytest.fixture(scope="session")
def services(pytestconfig: pytest.Config) -> Services:
    return pytestconfig.stash[SERVICES]
