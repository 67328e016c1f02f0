"""A small process that is warm: it has loaded what reads files, and forks a child for each.

Starting Python and loading the readers takes twenty times as long as reading a filled workbook. The parent is started at a
process's first file, as bare as the child: an environment of two words, no handle but one socket, the child's own limits.
It meets no file and no request, and forks one child ahead: that one is handed an end of a pair of sockets, over which it and
the caller speak alone. Both end with the caller; where the parent's processor time is used up (thousands of files), another
follows.
"""

import gc
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

CPU_SECONDS, MEMORY, FILES = 9, 768 * 1024 * 1024, 64
# A machine that is busy with much else takes its time to load a program.
START_SECONDS = 60.0
#: what a child says before it looks at anything
THERE = b"+"

_ROOT = Path(__file__).resolve().parents[2]
# -I keeps the folder and the environment of the caller out; the one path that is needed is put back by hand.
_BOOT = """import sys; sys.path.insert(0, sys.argv[1]); from review.workbook import sandbox, warm_parent
warm_parent.serve(sandbox.load, sandbox.child)"""
_ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}


def ask(request: bytes, *, seconds: float) -> bytes:
    """A child's answer to the request; what there is of it where the child died of it.

    Raises TimeoutError where there is none within `seconds` from the child's beginning, OSError where no child can be made.
    """
    for anew in (False, True):  # the parent may be at its end just now
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                _parent.hand_over(theirs, anew=anew)
            ours.settimeout(START_SECONDS)
            with suppress(ConnectionError):
                if ours.recv(1) == THERE:
                    return _spoken(ours, f"{seconds}\n".encode() + request, seconds)
    raise OSError("the process that makes readers does not answer")


def _spoken(line: socket.socket, request: bytes, seconds: float) -> bytes:
    until, pieces = time.monotonic() + seconds, [b""]
    with suppress(ConnectionError):
        line.settimeout(seconds)
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        while len(pieces) == 1 or pieces[-1]:
            line.settimeout(max(0.001, until - time.monotonic()))
            pieces.append(line.recv(1 << 20))
    return b"".join(pieces)


class _Parent:
    """The caller's side of the parent."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._line: socket.socket | None = None
        self._owner = 0

    def hand_over(self, handle: socket.socket, *, anew: bool) -> None:
        """Give the parent one end of a pair: a new parent where there is none, or where `anew`. Raises OSError."""
        with self._turn:
            if self._line and self._owner == os.getpid() and not anew:  # not that of a process we were forked from
                with suppress(OSError):
                    socket.send_fds(self._line, [THERE], [handle.fileno()])
                    return
            socket.send_fds(self._started(), [THERE], [handle.fileno()])

    def _started(self) -> socket.socket:
        if self._line:
            self._line.close()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(_ROOT)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                close_fds=True,
            )
        threading.Thread(target=process.wait, daemon=True).start()  # so that no zombie stays behind
        self._owner = os.getpid()
        return self._line


_parent = _Parent()


# --- the parent and its children ----------------------------------------------------------------------------------


def serve(load: Callable[[], object], answer: Callable[[bytes], bytes]) -> None:
    """The whole life of the parent: limit itself, load, and fork a child ahead of each file until the caller is gone."""
    limit()
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.disable()  # a child lives for one file
    with socket.socket(fileno=0) as line:
        taken = True
        while taken:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                if os.fork() == 0:
                    ours.close()
                    _live(line, theirs, answer)
                theirs.close()
                taken = ours.recv(1) == THERE


def _live(line: socket.socket, parent: socket.socket, answer: Callable[[bytes], bytes]) -> NoReturn:
    """The whole life of a child: wait, greet, hear, look, answer. Dies where time or memory run out, and with its parent."""
    try:
        if parent not in select.select([line, parent], [], [])[0] and (message := socket.recv_fds(line, 1, 1))[0]:
            line.close()
            parent.sendall(THERE)
            parent.close()
            with socket.socket(fileno=message[1][0]) as caller, caller.makefile("rb") as heard:
                caller.sendall(THERE)
                signal.setitimer(signal.ITIMER_REAL, float(heard.readline()))
                caller.sendall(answer(heard.read()))
    finally:
        os._exit(0)


def limit() -> None:
    """What neither a child nor its parent can exceed."""
    for which, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (allowed, allowed))
