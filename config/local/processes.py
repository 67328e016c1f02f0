"""Child processes that cannot outlive us: started, waited for, stopped, and killed by the kernel if we are killed."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, cast

PR_SET_PDEATHSIG = 1


class NotReady(Exception):
    """A process ended, or did not answer in time; the message carries the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Process:
    """One started program and where it writes."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    #: What asks it to end in good order.
    stop_signal: int = signal.SIGTERM

    @property
    def pid(self) -> int:
        return self.popen.pid

    def alive(self) -> bool:
        return self.popen.poll() is None

    def log_tail(self, lines: int = 30) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, patience: float = 10) -> None:
        """Asks, waits, then kills the whole process group. Does nothing to a process that has ended."""
        if self.alive():
            self.popen.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(patience)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the group it leads; the group's id is its own pid, so nobody else can be hit."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def pause(self) -> None:
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)


def start(
    name: str,
    command: Sequence[object],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    stop_signal: int = signal.SIGTERM,
    death_signal: int = signal.SIGKILL,
    user: int | None = None,
) -> Process:
    """Starts `command` in a group of its own, with its output in `log`.

    The kernel sends it `death_signal` when we die, however we die. Start from the main thread:
    Linux counts the starting thread as the parent. `user` is a uid (and gid) to run as; root only.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    identity: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            process_group=0,
            preexec_fn=dying_with(os.getpid(), death_signal),
            **identity,
        )
    return Process(name=name, popen=popen, log=log, stop_signal=stop_signal)


def dying_with(parent: int, death_signal: int = signal.SIGTERM) -> Callable[[], None] | None:
    """What the child does before its program starts: ask the kernel to be ended with `parent`."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        # The parent may have died before the request: then nobody would ever send the signal.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def wait_until(ready: Callable[[], bool], *, process: Process, seconds: float = 30) -> None:
    """Returns when `ready()` is true. NotReady when the process ends first or the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not process.alive():
            raise NotReady(f"{process.name} ended with status {process.popen.returncode}:\n{process.log_tail()}")
        if time.monotonic() > deadline:
            raise NotReady(f"{process.name} was not ready within {seconds:.0f} s:\n{process.log_tail()}")
        time.sleep(0.05)


def stop_all(processes: Sequence[Process]) -> None:
    """Stops in reverse order of start, so that what others lean on ends last."""
    for process in reversed(processes):
        process.stop()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


def port_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def signals_as_exit() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as SystemExit, so that `finally` and `with` put things in order."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def die_with_parent(death_signal: int = signal.SIGTERM) -> None:
    """From now on this process ends when the one that started it does. Linux only; elsewhere nothing happens."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
