"""The fault bench's harness: a whole installation of its own in processes, load on it, and a table of what was done.

A `Rig` has its own PostgreSQL (with fsync), broker, mail sink, two workers, beat, and two desks: `front` takes steps as
the web does, `eye` looks. `rig.strike(kind)` is one fault under load: inject, recover, wait until all is quiet, check.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from config.local import broker as brokers
from config.local import postgres, processes
from config.local import worker as launcher
from tests import prepared

BASE_DIR = Path(__file__).resolve().parents[2]

# "short" is part of `make test`; "full" is `make faults`; "production" uses the intervals of a city.
FORM = os.environ.get("MEGURI_FAULTS", "short")
SCALED = {
    "MEGURI_SWEEP_SECONDS": "1",
    "MEGURI_LEASE_SECONDS": "2.5",
    "MEGURI_HEARTBEAT_SECONDS": "0.5",
    "MEGURI_MAIL_RETRY_SECONDS": "0.5",
    "EMAIL_TIMEOUT": "1",
    "MEGURI_MAIL_COALESCE_SECONDS": "0",
    "MEGURI_BUILD_COALESCE_SECONDS": "0",
    "MEGURI_RESTORE_INTERVAL": "1",
}
# A full run asks for this many of every kind.
TIMES = {"short": 1, "full": 22, "production": 2}[FORM]
# What the issue allows between the end of a fault and the last delivery; a loaded machine gets more before we give up.
PROMISED = 90
PATIENCE = {"short": 150, "full": 400, "production": 400}[FORM]


class Died(Exception):
    """The desk ended in the middle of a call."""


class Refused(Exception):
    """The desk's call failed; the words are those of the exception there."""


class Desk:
    """tests.faults.desk as a process; `desk.act(review=1)` is a call there."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.desk"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=output, text=True, env=env, cwd=BASE_DIR, process_group=0,
                preexec_fn=processes.dying_with(os.getpid(), signal.SIGKILL),
            )  # fmt: skip
        self.turn = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **given: self._call({"call": name, **given})

    def _call(self, request: dict[str, Any]) -> Any:
        assert self.popen.stdin and self.popen.stdout
        with self.turn:
            try:
                self.popen.stdin.write(json.dumps(request) + "\n")
                self.popen.stdin.flush()
                line = self.popen.stdout.readline()
            except (BrokenPipeError, ValueError) as error:
                raise Died from error
        if not line:
            raise Died
        reply = json.loads(line)
        if "error" in reply:
            raise Refused(reply["error"])
        return reply["answer"]

    def stop(self) -> None:
        self.popen.kill()
        self.popen.wait()
        for pipe in (self.popen.stdin, self.popen.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]


@dataclass
class Line:
    """One line of the table."""

    kind: str
    times: int = 0
    events: int = 0
    lost: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    slowest_request: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        longest, usual = max(self.recoveries, default=0), sorted(self.recoveries)[len(self.recoveries) // 2 :][:1]
        return (
            f"| {self.kind} | {self.times} | {self.events} | {self.lost} | {self.repeated} | {len(self.wrong)} |"
            f" {usual[0] if usual else 0:.1f} | {longest:.1f} | {self.slowest_request * 1000:.0f} | {self.note} |"
        )


HEAD = (
    "| fault | injected | events | lost | mails repeated | violations | recovery, median s | longest s"
    " | slowest request ms | |\n|--|--|--|--|--|--|--|--|--|--|"
)
TABLE: dict[str, Line] = {}


def line(kind: str) -> Line:
    return TABLE.setdefault(kind, Line(kind))


class Rig:
    """The installation. `with Rig.built() as rig:`."""

    def __init__(self, sink: str, more: dict[str, str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="meguri-faults-"))
        self.sink_module, self.more = sink, more
        self.since = 0
        self.keys: list[str] = []
        self.seen: dict[str, int] = {}
        self.turns = 0
        self.mails = itertools.count(1)

    @classmethod
    @contextlib.contextmanager
    def built(cls, sink: str = "tests.faults.sink", **more: str) -> Iterator[Rig]:
        """With that mail server, and `more` settings."""
        rig = cls(sink, more)
        try:
            rig._build()
            yield rig
        finally:
            rig._stop()

    # --- building ---

    def _build(self) -> None:
        started = postgres.start(durable=True, ours=True, data=prepared.cluster())
        self.postgres = replace(started, url=prepared.address(started.url))
        self.broker = brokers.start(self.folder / "broker", ours=True)
        self.smtp_port = processes.free_port()
        self.env = self._environment()
        self._start_sink()
        self.workers: dict[str, processes.Process] = {}
        for name in ("one", "two"):
            self.start_worker(name)
        self.start_beat()
        self.front, self.eye = self.new_desk(), self.new_desk()
        for name in self.workers:
            self.wait_for_worker(name)
        self.front.set_up(sheets=4)
        self.wait_until(lambda: len(self.eye.sheets()) == 4, "sheets")
        self.sheets: list[int] = self.eye.sheets()
        self.wait_until_quiet()

    def _environment(self) -> dict[str, str]:
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("MEGURI_", "EMAIL_"))}
        return {
            **outer,
            **({} if FORM == "production" else SCALED),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "MEGURI_ENV_FILE": "",
            "MEGURI_DATA_ROOT": str(self.folder / "data"),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.broker.url,
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.smtp_port),
            "MEGURI_TEST_TASKS": "tests.faults.one_by_one",
            **self.more,
        }

    def _start_sink(self) -> None:
        self.sink_folder = self.folder / "sink"
        self.sink_folder.mkdir()
        self.sink("ok")
        command = [sys.executable, "-m", self.sink_module, self.smtp_port, self.sink_folder]
        self.sink_process = processes.start(
            "sink", command, log=self.folder / "sink.log", env=dict(os.environ), cwd=BASE_DIR
        )
        processes.wait_until(lambda: processes.port_taken(self.smtp_port), process=self.sink_process)

    def start_worker(self, name: str, **more: str) -> None:
        """Returns at once."""
        log = self.folder / f"worker-{name}.log"
        log.unlink(missing_ok=True)
        self.workers[name] = launcher.start_worker(env={**self.env, **more}, log=log, name=name, concurrency=1)

    def wait_for_worker(self, name: str) -> None:
        launcher.wait_until_started(self.workers[name], seconds=PATIENCE)

    def start_beat(self) -> None:
        self.beat = launcher.start_beat(
            env=self.env, log=self.folder / "beat.log", schedule=self.folder / "beat-schedule"
        )

    def new_desk(self, **more: str) -> Desk:
        return Desk({**self.env, **more}, self.folder / "desk.log")

    def _stop(self) -> None:
        for name in ("front", "eye"):
            if name in self.__dict__:
                getattr(self, name).stop()
        rest = [*self.__dict__.get("workers", {}).values(), *map(self.__dict__.get, ("beat", "sink_process"))]
        for process in rest:
            if process is not None:
                process.kill()
        for server in map(self.__dict__.get, ("broker", "postgres")):
            if server is not None:
                server.stop()
        if not os.environ.get("MEGURI_FAULTS_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- looking ---

    def wait_until(self, holds: Callable[[], Any], what: str, seconds: float = PATIENCE, pause: float = 0.1) -> None:
        """Returns when `holds()`; AssertionError, with the workers' last lines, where it never does."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(Refused):
                if holds():
                    return
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {name}\n{worker.log_tail(25)}" for name, worker in self.workers.items())
                raise AssertionError(f"{what}: not within {seconds:.0f} s\n{logs}")
            time.sleep(pause)

    def wait_until_quiet(self) -> None:
        left: list[str] = []

        def quiet() -> bool:
            left[:] = self.eye.waiting()
            return not left

        try:
            self.wait_until(quiet, "quiet", pause=0.15)
        except AssertionError as error:
            raise AssertionError(f"still waiting: {left}\n{error}") from None

    def sink(self, mode: str) -> None:
        """How the mail server behaves from now on."""
        scratch = self.sink_folder / "mode.new"
        scratch.write_text(mode)
        scratch.replace(self.sink_folder / "mode")

    def write_mails(self, count: int) -> None:
        """Commit so many mails of a number that no other has."""
        self.front.write_mails(count=count, first=next(self.mails) * 10_000)

    def delivered(self) -> list[tuple[str, int, float]]:
        """(Message-ID, number of the try minus one, moment) of each mail that the sink answered for."""
        path = self.sink_folder / "mails"
        rows = [row.split() for row in path.read_text().splitlines()] if path.exists() else []
        return [(row[0], int(row[1]), float(row[3])) for row in rows if len(row) == 4]

    def children(self, name: str) -> list[int]:
        """The pool processes of a worker."""
        path = Path(f"/proc/{self.workers[name].pid}/task/{self.workers[name].pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    # --- one fault ---

    def strike(self, kind: str, inject: Callable[[], None], *, mails_may_wait: bool = False) -> None:
        """One fault under load: inject (and recover), wait until all is delivered, check, and note it in the table."""
        entry, load = line(kind), Load(self)
        with load:
            load.wait_for(2)
            inject()
            recovered = time.monotonic()
            load.wait_for(load.done + 1)
        self.wait_until_quiet()
        entry.recoveries.append(time.monotonic() - recovered)
        entry.slowest_request = max(entry.slowest_request, *load.seconds)
        self.look(entry, load.keys)

    def look(self, entry: Line, keys: list[str] | None = None) -> None:
        """Run the invariants over what is new and add the outcome to the line."""
        outcome = self.eye.check(since=self.since, keys=keys or [])
        if outcome["wrong"] and self.eye.waiting():
            # An alarm is written by the clock, also between the quiet and the look. What is wrong stays wrong.
            self.wait_until_quiet()
            outcome = self.eye.check(since=self.since, keys=keys or [])
        self.keys += keys or []
        self.since = outcome["last"]
        wrong = outcome["wrong"] + self._mails(entry)
        entry.times += 1
        entry.events += outcome["events"]
        entry.lost += sum(word.startswith("lost") for word in wrong)
        entry.wrong += wrong
        assert not wrong, f"after {entry.kind}: " + "\n".join(wrong)

    def _mails(self, entry: Line) -> list[str]:
        """Each sent mail arrived; of several copies, all but one say that they are a repeat."""
        tries: dict[str, list[int]] = {}
        for message, again, _moment in self.delivered():
            tries.setdefault(message, []).append(again)
        wrong = []
        for message, (state, attempts, _cause) in self.eye.mails().items():
            copies = tries.get(message, [])
            if state == "sent" and not copies:
                wrong.append(f"lost: mail {message} never reached the server")
            unmarked = sum(not again for again in copies)
            if unmarked > 1 or (len(copies) > 1 and attempts < 2):
                wrong.append(f"mail {message} came {len(copies)} times, {unmarked} of them unmarked")
            entry.repeated += max(0, len(copies) - 1) - self.seen.get(message, 0)
            self.seen[message] = max(0, len(copies) - 1)
        return wrong


class Load:
    """Steps taken by the front desk, one after another, in a thread, until the block ends."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.keys: list[str] = []
        self.seconds: list[float] = [0.0]
        self.errors: list[str] = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    @property
    def done(self) -> int:
        return len(self.keys)

    def __enter__(self) -> Load:
        self.thread.start()
        return self

    def __exit__(self, *failed: object) -> None:
        self.stopping.set()
        self.thread.join(timeout=60)

    def wait_for(self, steps: int) -> None:
        """Until so many steps were acknowledged."""
        deadline = time.monotonic() + PATIENCE
        while self.done < steps:
            assert time.monotonic() < deadline, f"no step was acknowledged: {self.errors[-3:]}"
            time.sleep(0.02)

    def _work(self) -> None:
        rig = self.rig
        while not self.stopping.is_set():
            rig.turns += 1
            try:
                taken = rig.front.act(review=rig.sheets[rig.turns % len(rig.sheets)])
                self.keys.append(taken["key"])
                self.seconds.append(taken["seconds"])
            except Refused as error:  # not acknowledged: whether it was done is not known, and need not be
                self.errors.append(str(error))
            except Died:
                rig.front = rig.new_desk()
            self.stopping.wait(0.3)


def running(rig: Rig, part: str, kind: str = "") -> bool:
    """Return while a worker has a job ("jobs"; of that kind) or a mail ("mails") in its hands, as often as one can be caught;
    whether it was."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(Refused):
            busy = rig.eye.busy()[part]
            if busy and (not kind or kind in busy):
                return True
        time.sleep(0.01)
    return False


def gone(pid: int) -> bool:
    """No such process, or only its entry is left."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def port_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
