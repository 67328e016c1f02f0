"""docker-compose.yml without Docker: each of our services runs as a plain process, with its command, environment
and health check as the file has them. Only the addresses of database and broker are this machine's.

Not run: the images, volumes, networks, restart policies and limits of the containers themselves.
"""

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import yaml

from config.local import broker, postgres, processes

BASE_DIR = Path(__file__).resolve().parents[2]
#: What runs: this folder and the Python of the tests, or what was installed elsewhere (tests/drills/test_offline.py).
PROGRAM = Path(os.environ.get("MEGURI_INSTALLED", BASE_DIR))
PYTHON = PROGRAM / ".venv" / "bin" / "python" if PROGRAM != BASE_DIR else Path(sys.executable)
COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "books", "beat"]
SECRETS = {
    "SECRET_KEY": "k7Qz-Wm2x-Lp9v-Rt4b-Ys8n-Hd3c-Jf6g-Ua1e-Xo5i-Bw0r-Nq3u",
    "POSTGRES_PASSWORD": "postgres-password",
    "POSTGRES_APP_PASSWORD": "app-password",
    "REDIS_PASSWORD": "redis-password",
    "ALLOWED_HOSTS": "meguri.example.lg.jp",
}
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


class Missing(Exception):
    """What `docker compose` would refuse to start for."""


def filled(text: str, environment: dict[str, str]) -> str:
    """The text as docker compose reads it: ${A}, ${A:-default}, ${A:?message}. Raises Missing."""

    def value(match: re.Match[str]) -> str:
        given = environment.get(match["name"], "")
        if not given and match["kind"] == "?":
            raise Missing(f"{match['name']}: {match['rest']}")
        return given or (match["rest"] if match["kind"] == "-" else "") or ""

    return VARIABLE.sub(value, str(text))


def environment_of(service: str, given: dict[str, str]) -> dict[str, str]:
    return {name: filled(value, given) for name, value in SERVICES[service].get("environment", {}).items()}


# --- What the file says ---------------------------------------------------------------------------


def test_the_file_has_its_services_and_each_has_a_health_check():
    assert set(SERVICES) == {"postgres", "redis", "proxy", *OURS}
    assert SERVICES["proxy"]["profiles"] == ["proxy"], "a city with a proxy of its own starts none"
    assert not [name for name, service in SERVICES.items() if not service["healthcheck"]["test"]]


def test_redis_keeps_its_messages_and_asks_for_a_password():
    command = [filled(word, SECRETS) for word in SERVICES["redis"]["command"]]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--requirepass") + 1] == SECRETS["REDIS_PASSWORD"]


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_nothing_starts_without_a_secret(name):
    given = {key: value for key, value in SECRETS.items() if key != name}
    with pytest.raises(Missing, match=name):
        [environment_of(service, given) for service in OURS]


def test_no_secret_stands_in_the_file():
    text = (BASE_DIR / "docker-compose.yml").read_text()
    secrets = re.findall(r"^\s*(\w*(?:PASSWORD|SECRET_KEY|REDISCLI_AUTH)): (.*)$", text, flags=re.MULTILINE)
    assert secrets
    assert not [name for name, value in secrets if not value.startswith("${")]


def test_only_migrate_connects_as_the_owner_of_the_tables():
    users = {name: urlsplit(environment_of(name, SECRETS)["DATABASE_URL"]).username for name in OURS}
    assert users == {"migrate": "meguri", **dict.fromkeys(OURS[1:], "meguri_app")}
    owners_secrets = {"MEGURI_APP_DATABASE_PASSWORD", "MEGURI_APP_DATABASE_ROLE"}
    for name in OURS[1:]:
        environment = environment_of(name, SECRETS)
        assert not owners_secrets & set(environment)
        assert SECRETS["POSTGRES_PASSWORD"] not in " ".join(environment.values())


def test_our_services_wait_for_the_migrated_database():
    for name in OURS[1:]:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_healthy"}


def test_the_image_holds_every_package_the_commands_import():
    dockerfile = (BASE_DIR / "Dockerfile").read_text()
    for package in ("config", "workflow", "tasks", "review", "templates"):
        assert f"COPY {package} {package}" in dockerfile
    assert "--require-hashes" in dockerfile
    assert "USER meguri" in dockerfile
    assert not re.search(r"https?://", dockerfile)


# --- What it starts -------------------------------------------------------------------------------


class Stack:
    """The services as processes, on a database and a broker of their own."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.folder = folder
        self.addresses = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "MEGURI_DATA_ROOT": str(folder / "data"),
            "MEGURI_STATIC_ROOT": str(folder / "static"),
            "MEGURI_ANCHOR_ROOT": str(folder / "anchors"),
            # The volumes' folder is there when a container starts; the schedule's pace is the only thing hurried.
            "MEGURI_SWEEP_SECONDS": "1",
            "MEGURI_ENV_FILE": "",
        }
        self.port = processes.free_port()
        self.running: list[processes.Process] = []
        (folder / "data").mkdir(parents=True)

    def database(self, service: str) -> str:
        """The run's own database, as the role that the file names for the service; migrate's is its owner."""
        named = urlsplit(environment_of(service, SECRETS)["DATABASE_URL"])
        address = urlsplit(self.addresses["DATABASE_URL"])
        if service == "migrate":
            return self.addresses["DATABASE_URL"]
        place = f"{named.username}:{named.password}@{address.hostname}:{address.port}"
        return urlunsplit(address._replace(netloc=place))

    def environment(self, service: str) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{PYTHON.parent}:{os.environ.get('PATH', os.defpath)}"
        ours = {**self.addresses, "DATABASE_URL": self.database(service), **self.bind()}
        return {**inherited, "PATH": path, **environment_of(service, SECRETS), **ours}

    def bind(self) -> dict[str, str]:
        """A container has its own port 8000; here everybody shares one."""
        return {"MEGURI_BIND": f"127.0.0.1:{self.port}"}

    def words(self, service: str) -> list[str]:
        return [filled(word, SECRETS) for word in SERVICES[service]["command"]]

    def start(self, service: str) -> processes.Process:
        process = processes.start(
            service,
            self.words(service),
            log=self.folder / f"{service}.log",
            env=self.environment(service),
            cwd=PROGRAM,
            death_signal=signal.SIGTERM,
        )
        self.running.append(process)
        return process

    def check(self, service: str) -> subprocess.CompletedProcess[str]:
        """Runs the health check once, as the container's engine would."""
        kind, *command = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD"
        if service == "web":
            command.append(f"127.0.0.1:{self.port}")
        environment = self.environment(service)
        return subprocess.run(command, cwd=PROGRAM, env=environment, capture_output=True, text=True, timeout=60)

    def wait_until_healthy(self, service: str, sign: Callable[[], bool], seconds: float = 150) -> None:
        """Asks the health check as soon as the `sign` is seen: each asking is a whole program, too dear to ask in vain."""
        processes.wait_until(sign, process=self.running[-1], seconds=seconds)
        deadline = time.monotonic() + seconds
        while (answer := self.check(service)).returncode != 0:
            log = (self.folder / f"{service}.log").read_text(errors="replace")[-3000:]
            assert time.monotonic() < deadline, f"{service}: {answer.stderr}\n{log}"
            time.sleep(0.5)

    def says(self, service: str, words: str) -> Callable[[], bool]:
        return lambda: words in (self.folder / f"{service}.log").read_text(errors="replace")

    def stop(self) -> None:
        processes.stop_all(self.running)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def stack(services, tmp_path_factory):
    """A fresh, unmigrated database on the run's server."""
    folder = tmp_path_factory.mktemp("compose")
    server = services.postgres or postgres.start()
    name = f"meguri_compose_{os.getpid()}"
    postgres.administer(server.url, f'CREATE DATABASE "{name}"')
    ringing = broker.start(folder / "broker", ours=True)
    stack = Stack(folder, urlunsplit(urlsplit(server.url)._replace(path=f"/{name}")), ringing.url)
    yield stack
    stack.stop()
    ringing.stop()
    postgres.administer(server.url, f'DROP DATABASE "{name}" WITH (FORCE)')
    for role in ("meguri_app", "meguri_backup"):
        postgres.administer(server.url, f"DROP ROLE IF EXISTS {role}")
    if server is not services.postgres:
        server.stop()


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.worker
def test_each_service_runs_and_its_health_check_tells_the_truth(stack):
    assert stack.check("migrate").returncode != 0, "healthy before the tables are there"
    stack.start("migrate")
    stack.wait_until_healthy("migrate", stack.says("migrate", "の権限を設定しました"))

    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=BASE_DIR,
        env=stack.environment("web"),
        check=True,
    )
    assert stack.check("web").returncode != 0, "healthy before it runs"
    stack.start("web")
    stack.wait_until_healthy("web", lambda: answers(stack.port))

    # Before the worker, which sweeps once as soon as it finds the broker.
    assert stack.check("beat").returncode != 0, "healthy before the first sweep"
    worker = stack.start("worker")
    stack.wait_until_healthy("worker", stack.says("worker", "ready."))

    stack.start("books")
    stack.wait_until_healthy("books", stack.says("books", "ready."))
    stack.start("beat")
    stack.wait_until_healthy("beat", stack.says("beat", "Sending due task"))

    worker.kill()
    gone = stack.check("worker")
    assert gone.returncode != 0
    assert "ワーカー" in gone.stderr


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.parametrize("service", OURS)
def test_no_service_starts_with_the_published_secret_key(stack, service):
    from config.settings.base import DEFAULT_SECRET_KEY

    stack.port = processes.free_port()
    command = stack.words(service)
    environment = {**stack.environment(service), "SECRET_KEY": DEFAULT_SECRET_KEY}
    ended = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0, shlex.join(command)
    assert "SECRET_KEY が初期値のまま" in ended.stdout + ended.stderr
