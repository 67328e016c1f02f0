"""The systemd units without systemd: their ExecStart and Environment are read from the files and run as they stand.

Only the places of this machine are put in for the units' own: where the program lies, where the data lie, the port.
Not run: systemd's own restarting, ordering and fences.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from config.local import broker, postgres, processes
from tests.config.test_compose import BASE_DIR, SECRETS, answers
from tests.config.test_installation import HANDBOOK, copied, names_read, owned

UNITS = BASE_DIR / "config" / "deploy" / "systemd"
SERVICES = ("migrate", "web", "worker", "books", "beat", "backup")


def lines(name: str, key: str) -> list[str]:
    """The values of a key in the unit, in their order."""
    text = (UNITS / f"meguri-{name}.service").read_text()
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{key}=")]


class Machine:
    """Where the units' places are here: the data, and the files that EnvironmentFile names."""

    def __init__(self, folder: Path, files: dict[str, dict[str, str]]) -> None:
        self.folder, self.files, self.port = folder, files, processes.free_port()
        self.running: list[processes.Process] = []
        for name in ("data", "anchors", "static", "backup"):
            (folder / name).mkdir(parents=True)

    def here(self, text: str) -> str:
        places = {
            "/srv/meguri/.venv/bin": str(Path(sys.executable).parent),
            "/srv/meguri": str(BASE_DIR),
            "/var/lib/meguri": str(self.folder),
            "127.0.0.1:8000": f"127.0.0.1:{self.port}",
            "%%": "%",
        }
        for theirs, ours in places.items():
            text = text.replace(theirs, ours)
        return text

    def environment(self, name: str) -> dict[str, str]:
        given = dict(line.split("=", 1) for line in map(self.here, lines(name, "Environment")))
        for file in lines(name, "EnvironmentFile"):
            given |= self.files[file]
        bare = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
        return {"PATH": os.defpath, **bare, **given}

    def commands(self, name: str) -> list[list[str]]:
        return [shlex.split(self.here(line)) for line in lines(name, "ExecStart")]

    def once(self, name: str) -> None:
        for command in self.commands(name):
            ended = subprocess.run(
                command, cwd=self.where(name), env=self.environment(name), capture_output=True, text=True
            )
            assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"

    def where(self, name: str) -> str:
        return self.here(lines(name, "WorkingDirectory")[0])

    def start(self, name: str) -> processes.Process:
        (command,) = self.commands(name)
        process = processes.start(
            name, command, log=self.folder / f"{name}.log", env=self.environment(name), cwd=self.where(name),
            death_signal=signal.SIGTERM,
        )  # fmt: skip
        self.running.append(process)
        return process

    def healthy(self, name: str) -> bool:
        words = ["manage.py", "health", name]
        if name == "web":
            words = ["config/alive.py", f"127.0.0.1:{self.port}"]
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=BASE_DIR, env=self.environment(name), capture_output=True).returncode == 0


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    server = postgres.start(ours=True)
    ringing = broker.start(tmp_path / "broker", ours=True)
    postgres.administer(server.url, 'CREATE DATABASE "meguri"')
    owner = urlsplit(server.url)._replace(path="/meguri")
    app = owner._replace(netloc=f"meguri_app:{SECRETS['POSTGRES_APP_PASSWORD']}@{owner.hostname}:{owner.port}")
    everybody = {
        **copied(),
        "SECRET_KEY": SECRETS["SECRET_KEY"],
        "DATABASE_URL": urlunsplit(app),
        "REDIS_URL": ringing.url,
        "ALLOWED_HOSTS": "meguri.example.lg.jp",
        "MEGURI_SWEEP_SECONDS": "1",
    }
    owners = {
        "DATABASE_URL": urlunsplit(owner),
        "MEGURI_APP_DATABASE_ROLE": "meguri_app",
        "MEGURI_APP_DATABASE_PASSWORD": SECRETS["POSTGRES_APP_PASSWORD"],
    }
    machine = Machine(tmp_path, {"/etc/meguri/meguri.env": everybody, "/etc/meguri/owner.env": owners})
    yield machine
    processes.stop_all(machine.running)
    ringing.stop()
    server.stop()


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.worker
def test_the_units_run_as_they_stand(machine: Machine) -> None:
    machine.once("migrate")
    web = machine.start("web")
    processes.wait_until(lambda: answers(machine.port) and machine.healthy("web"), process=web, seconds=120)
    for name in ("worker", "books"):
        process, log = machine.start(name), machine.folder / f"{name}.log"
        processes.wait_until(lambda log=log: "ready." in log.read_text(errors="replace"), process=process, seconds=90)
    beat = machine.start("beat")
    processes.wait_until(
        lambda: "Sending due task" in (machine.folder / "beat.log").read_text(errors="replace"),
        process=beat,
        seconds=90,
    )
    processes.wait_until(lambda: all(map(machine.healthy, ("beat", "worker", "books"))), process=beat, seconds=90)
    machine.once("backup")
    (backup,) = (machine.folder / "backup").iterdir()
    assert (backup / "SHA256SUMS").is_file(), "the night's backup, as the application's own role"


def test_the_units_give_what_the_image_gives_and_hide_the_owner() -> None:
    dockerfile = (BASE_DIR / "Dockerfile").read_text()
    for name in SERVICES:
        given = {line.partition("=")[0] for line in lines(name, "Environment")}
        assert {"DJANGO_SETTINGS_MODULE", "MEGURI_DATA_ROOT", "MEGURI_STATIC_ROOT", "MEGURI_ANCHOR_ROOT"} <= given
        assert given - {"DJANGO_SETTINGS_MODULE"} <= names_read(), "a name that nobody reads"
        assert not given & set(copied()), "EnvironmentFile wins over Environment: the example would undo the unit"
        assert ("/etc/meguri/owner.env" in lines(name, "EnvironmentFile")) is (name == "migrate")
        assert lines(name, "User") == ["meguri"] and lines(name, "NoNewPrivileges") == ["yes"]
        assert lines(name, "ReadWritePaths") == ["/var/lib/meguri"], "what else is written stays read-only"
    assert len(owned(dockerfile)) >= 4


def test_commands_by_hand_have_what_the_services_have() -> None:
    script = (UNITS.parent / "meguri-manage").read_text()
    assert set(re.findall(r"--setenv=(\S+)", script)) == set(lines("backup", "Environment"))
    files = re.findall(r"EnvironmentFile=(\S+)", script)
    assert set(files) == set(lines("migrate", "EnvironmentFile"))
    assert files[0] == "/etc/meguri/owner.env" and 'if [ "${1-}" = --owner ]' in script, (
        "the owner only where asked for"
    )


def test_the_handbook_puts_every_unit_in_its_place() -> None:
    text = (HANDBOOK / "install.md").read_text()
    for name in ("data", "anchors", "static", "backup"):
        assert f"/var/lib/meguri/{name}" in text
    for name in ("migrate", "web", "worker", "books", "beat", "backup.timer"):
        assert f"meguri-{name}" in text
