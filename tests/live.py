"""pytest plugin: real processes a test may ask for (see tests/services_plugin.py for the list).

Django is imported inside the fixtures: this module is read before the settings exist.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from config.local import browser as chromium
from config.local import processes
from config.local import worker as launcher
from tests.services_plugin import Services, touches_database

BASE_DIR = Path(__file__).resolve().parents[1]
SCREENSHOTS = BASE_DIR / "build" / "screenshots"
AXE = BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"

# What takes minutes in the city takes seconds here.
SCALED_DOWN = {
    "MEGURI_SWEEP_SECONDS": "1",
    "MEGURI_LEASE_SECONDS": "3",
    "MEGURI_HEARTBEAT_SECONDS": "1",
    "MEGURI_MAIL_COALESCE_SECONDS": "0",
    "MEGURI_BUILD_COALESCE_SECONDS": "0",
    "MEGURI_RESTORE_INTERVAL": "1",
}


# --- Processes on the test database ---------------------------------------------------------------


def database_url() -> str:
    """The address of the test database itself, for another process."""
    from django.db import connection

    entry = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{entry['NAME']}"
    password = quote(entry["PASSWORD"] or "", safe="")
    return f"postgres://{entry['USER']}:{password}@{entry['HOST']}:{entry['PORT']}/{entry['NAME']}"


@pytest.fixture(scope="session")
def site_port() -> int:
    return processes.free_port()


@pytest.fixture(scope="session")
def process_env(services: Services, django_db_setup: None, site_port: int) -> dict[str, str]:
    """The environment of a process that shares this run's database, broker and files."""
    return {
        **os.environ,
        **SCALED_DOWN,
        "DATABASE_URL": database_url(),
        "MEGURI_BASE_URL": f"http://127.0.0.1:{site_port}",
        "MEGURI_CONN_MAX_AGE": "60",
    }


QUEUES = ("mails", "events", "books")


class Worker:
    """A Celery worker and beat as processes, started when first needed and idle between tests."""

    last: "Worker | None" = None

    def __init__(self, services: Services, env: dict[str, str]) -> None:
        assert services.broker is not None
        self.folder = services.folder
        self.broker_url = services.broker.url
        self.env = env
        self.mail_folder = Path(env["MEGURI_DATA_ROOT"]) / "mail"
        self.worker: processes.Process | None = None
        self.beat: processes.Process | None = None

    @property
    def process(self) -> processes.Process:
        """The worker's own process, for tests that kill it."""
        assert self.worker is not None
        return self.worker

    def start(self) -> None:
        """Starts what is not running and waits for it. Raises NotReady."""
        if self.worker is None or not self.worker.alive():
            (self.folder / "worker.log").unlink(missing_ok=True)
            self.worker = launcher.start_worker(env=self.env, log=self.folder / "worker.log")
            launcher.wait_until_started(self.worker)
        if self.beat is None or not self.beat.alive():
            schedule = self.folder / "beat-schedule"
            self.beat = launcher.start_beat(env=self.env, log=self.folder / "beat.log", schedule=schedule)

    def kill(self) -> None:
        """SIGKILL to the worker and its pool, as a power cut would."""
        self.process.kill()

    def wait_for(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Returns when `condition()` holds; fails the test, with the worker's last lines, when it never does."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                pytest.fail(f"nothing came of it within {seconds:.0f} s; the worker said:\n{self.process.log_tail(40)}")
            time.sleep(0.1)

    def rest(self) -> None:
        """No message waits and no task runs any more, so that the database can be emptied."""
        if self.beat is not None and self.beat.alive():
            self.beat.pause()
        if not self._drained():
            self.kill()
            self._forget_messages()

    def wake(self) -> None:
        self._forget_waiting()
        self.start()
        assert self.beat is not None
        self.beat.resume()

    def stop(self) -> None:
        for process in (self.beat, self.worker):
            if process is not None:
                process.kill()
        self.beat = self.worker = None

    def _drained(self, seconds: float = 5) -> bool:
        if self.worker is None or not self.worker.alive():
            return False
        deadline = time.monotonic() + seconds
        with self._redis() as client:
            while any(map(client.llen, QUEUES)) or client.hlen("unacked"):
                if time.monotonic() > deadline:
                    return False
                time.sleep(0.05)
        return True

    def _forget_waiting(self) -> None:
        """Bells that earlier tests rang without anybody to hear them."""
        with self._redis() as client:
            client.delete(*QUEUES)

    def _forget_messages(self) -> None:
        with self._redis() as client:
            client.delete(*QUEUES, "unacked", "unacked_index", "unacked_mutex")

    def _redis(self) -> Any:
        import redis

        return redis.Redis.from_url(self.broker_url)


@pytest.fixture(scope="session")
def _worker(services: Services, process_env: dict[str, str]) -> Iterator[Worker]:
    worker = Worker.last = Worker(services, process_env)
    yield worker
    worker.stop()
    Worker.last = None


@pytest.fixture(autouse=True)
def nobody_works_beside(request: pytest.FixtureRequest) -> None:
    """A resting worker still shows its signs of life: where nobody asked for it, it ends before a test looks at its rows."""
    fixtures = {"worker", "live_site"} & set(request.fixturenames)
    if Worker.last is None or Worker.last.worker is None or fixtures or not touches_database(request.node):
        return
    Worker.last.stop()
    from review.models import Heartbeat

    with request.getfixturevalue("django_db_blocker").unblock():
        Heartbeat.objects.all().delete()


@pytest.fixture
def worker(_worker: Worker, transactional_db: None) -> Iterator[Worker]:
    """A running worker with beat; what the test commits it sees, what it commits the test sees."""
    _worker.wake()
    yield _worker
    _worker.rest()


@pytest.fixture(scope="session")
def _site(services: Services, process_env: dict[str, str], site_port: int) -> Iterator[str]:
    process = launcher.start_web(env=process_env, log=services.folder / "web.log", port=site_port)
    yield process_env["MEGURI_BASE_URL"]
    process.stop()


@pytest.fixture
def live_site(_site: str, transactional_db: None) -> str:
    """The address of a real gunicorn on the test database, without a slash at its end."""
    return _site


# --- The browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright's sync API. Fails, with the reason, where it is not installed."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the test's own ORM calls are synchronous all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    browser_files = chromium.find()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=browser_files.executable, env=browser_files.env, args=browser_files.flags
        )
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Complaints(list[str]):
    """What the browser disliked: script errors, refused inline code, requests to another host."""

    def watch(self, page: Any, own_host: str) -> None:
        page.on("pageerror", lambda error: self.append(f"script error: {error}"))
        page.on("console", lambda line: self._console(line.type, line.text))
        page.on("request", lambda request: self._request(request.url, own_host))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and ("Content Security Policy" in text or "Refused to" in text):
            self.append(text)

    def _request(self, url: str, own_host: str) -> None:
        address = urlsplit(url)
        if address.scheme in ("http", "https") and address.netloc != own_host:
            self.append(f"request to another host: {url}")


@pytest.fixture
def complaints() -> Complaints:
    """Collected from every page of the test; a test that provokes them on purpose empties the list."""
    return Complaints()


@pytest.fixture
def new_page(browser: Any, live_site: str, complaints: Complaints) -> Iterator[Callable[..., Any]]:
    """new_page(width=1280, height=900, **context options): a page of a new person, with cookies of its own.

    Relative addresses work: `page.goto("/")`. After the test every page is closed, and the test fails if
    the browser complained.
    """
    contexts = []

    def open_page(width: int = 1280, height: int = 900, **options: Any) -> Any:
        options = {"base_url": live_site, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"} | options
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        complaints.watch(page, urlsplit(live_site).netloc)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    return new_page()


@pytest.fixture
def sign_in(live_site: str) -> Callable[[Any, Any], None]:
    """sign_in(page, user): gives the page's browser a session of that user, without the form."""

    def put_session(page: Any, user: Any) -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_site}])

    return put_session


@pytest.fixture
def axe() -> Callable[[Any], list[dict]]:
    """axe(page): the violations axe-core finds, each with id, impact, help and the places. Empty is good."""

    def violations(page: Any) -> list[dict]:
        # Evaluated through the debugger, which the page's own policy does not concern.
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE.read_text() + "\n;undefined")
        # What passes is not told of one by one: that takes longer than the rules themselves.
        result = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")
        return [
            {
                "id": each["id"],
                "impact": each["impact"],
                "help": each["help"],
                "places": [" ".join(map(str, node["target"])) for node in each["nodes"]],
            }
            for each in result["violations"]
        ]

    return violations


@pytest.fixture
def screenshot() -> Callable[..., Path]:
    """screenshot(page, "review-list"): the whole page as build/screenshots/review-list-1280.png."""

    def take(page: Any, name: str) -> Path:
        path = SCREENSHOTS / f"{name}-{page.viewport_size['width']}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
