"""The archive of `make offline` in a network without a way out: installed by its own script, and driven to a published edition.

Everything runs in a network namespace that has nothing but its own loopback; where this machine grants none, the
test says so, and Python's sockets are kept from every other address instead. Long: `make drills`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from config.local import offline
from tests.config.test_compose import BASE_DIR

pytestmark = [pytest.mark.drill, pytest.mark.services, pytest.mark.timeout(1800)]

#: As root; else as oneself with the right to raise the loopback: as a namespace's root a database would not start.
WAYS = (["unshare", "--net"], ["unshare", "--user", "--map-current-user", "--keep-caps", "--net"])
LOOPBACK = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
BLOCKED = """
import socket

_connect = socket.socket.connect


def connect(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(101, "Network is unreachable")
    return _connect(self, address)


socket.socket.connect = connect
"""
OUT = "import socket; socket.create_connection(('192.0.2.1', 443), 3)"
OURS = ("MEGURI_", "PYTEST_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE")


class Cut:
    """A place without a network."""

    def __init__(self, folder: Path) -> None:
        self.environment = {name: text for name, text in os.environ.items() if not name.startswith(OURS)}
        self.way = next((way for way in WAYS if self.succeeds([*way, *LOOPBACK, "true"])), None)
        if self.way is None:
            print("no network namespace on this machine: Python's sockets are blocked instead")
            (folder / "sitecustomize.py").write_text(BLOCKED)
            self.environment["PYTHONPATH"] = str(folder)

    def succeeds(self, command: list[str]) -> bool:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def run(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        inside = [*self.way, *LOOPBACK, *command] if self.way else list(command)
        environment = {**self.environment, **more}
        return subprocess.run(inside, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    cut = Cut(tmp_path)
    ended = cut.run(sys.executable, "-c", OUT)
    assert "Network is unreachable" in ended.stderr, "a way out"
    return cut


def another_python_first(folder: Path) -> str:
    """A PATH on which `python3` is one for which the archive holds nothing, and this one stands behind it."""
    folder.mkdir()
    another = 12 if sys.version_info[1] != 12 else 13
    (folder / "sitecustomize.py").write_text(f"import sys\n\nsys.version_info = (3, {another}, 0, 'final', 0)\n")
    run = f'exec {sys.executable} "$@"\n'
    own = "python{}.{}".format(*sys.version_info[:2])
    for name, lines in (("python3", f'export PYTHONPATH={folder}\n[ "$1" != -m ] || exit 3\n{run}'), (own, run)):
        (folder / name).write_text(f"#!/bin/sh\n{lines}")
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def members(packed: tarfile.TarFile, stem: str, inner: str) -> list[tarfile.TarInfo]:
    """Of the archive, or of one within it."""
    if not inner:
        return packed.getmembers()
    with tarfile.open(fileobj=packed.extractfile(f"{stem}/{inner}")) as other:
        return other.getmembers()


def test_the_archive_installs_and_publishes_without_a_network(cut: Cut, tmp_path: Path) -> None:
    python = "{}.{}".format(*sys.version_info[:2])
    archive = offline.build(tmp_path / "out", [python])
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
        owners = {(one.uid, one.gid) for inner in ("static.tar", "") for one in members(packed, archive.stem, inner)}
    assert owners == {(0, 0)}, "a file of the packer's own"
    folder, program = tmp_path / archive.stem, tmp_path / "srv" / "meguri"
    path = another_python_first(tmp_path / "bin")
    command = ["sh", str(folder / "install.sh"), "--to", str(program), "--static", str(tmp_path / "static")]

    wheel = next((folder / "wheels").glob("django-5*"))
    whole = wheel.read_bytes()
    wheel.write_bytes(whole[:-1])
    ended = cut.run(*command, PATH=path)
    assert ended.returncode and "何も入れていません" in ended.stderr and not program.exists(), (
        "a changed file is noticed"
    )
    wheel.write_bytes(whole)

    for _time in range(2):  # the second time as an upgrade does it, over what is there
        ended = cut.run(*command, PATH=path)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "static" / "staticfiles.json").is_file() and Path(f"{program}.before").is_dir()

    year = [sys.executable, "-m", "pytest", "-q", "-m", "drill", "--timeout", "1200", "tests/drills/test_whole_year.py"]
    ended = cut.run(*year, MEGURI_INSTALLED=str(program))
    assert ended.returncode == 0 and "1 passed" in ended.stdout, ended.stdout[-5000:] + ended.stderr[-2000:]
    assert (program / "workflow" / "__pycache__").is_dir(), "it was not what was installed that ran"
