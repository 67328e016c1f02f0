"""Another process of Meguri at a share of a large task: it is started while the task is not known yet, for it takes a second
to begin; it is given its share once, and what it makes is taken as it comes."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from review.background.services.collector import settle

#: what the other process runs
PROCESS = """import sys, django; django.setup()
from django.utils.module_loading import import_string; import_string(sys.argv[1])(*sys.argv[2:])"""
WORK = "review.background.services.helper.work"
#: after so many pieces it says how far it is
AT_ONCE = 50


class Helper:
    """Another process, ended with `stack` at the latest. `making` names a function that gets a callable, which gives its
    task as soon as that is there, and yields what it makes; `place` is a path that nobody else uses."""

    def __init__(self, making: str, place: Path, stack: ExitStack) -> None:
        self._given, self._out = place.with_suffix(".task"), place.with_suffix(".out")
        self._out.touch()
        settings_module = os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings.dev")
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, WORK, making, str(self._given), str(self._out)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": settings_module},
        )
        stack.callback(self._end)

    def give(self, task: Any) -> None:
        """Its share, which can be pickled."""
        self._given.write_bytes(pickle.dumps(task))
        if self._process.stdin:
            self._process.stdin.close()

    def made(self) -> Iterator[Any]:
        """What it makes, as it comes. Raises RuntimeError where it could not make all of it."""
        with self._out.open("rb") as stream:
            done = 0
            for made in map(int, self._process.stdout or ()):
                yield from (pickle.load(stream) for _each in range(made - done))  # noqa: S301 - written by our own process
                done = made
        if self._process.wait():
            raise RuntimeError("another process could not make its share")

    def _end(self) -> None:
        with self._process:  # closes the pipes and waits
            self._process.kill()


def work(making: str, given: str, out: str) -> None:
    """In the other process: make the share, both files being those of the process that waits for it."""
    make: Callable[[Callable[[], Any]], Iterator[Any]] = import_string(making)

    def task() -> Any:
        sys.stdin.read()
        share = pickle.loads(Path(given).read_bytes())  # noqa: S301 - written by our own parent process
        settle()
        return share

    def tell(made: int) -> None:
        sys.stdout.write(f"{made}\n")
        sys.stdout.flush()

    number = 0
    with Path(out).open("wb") as stream:
        for number, piece in enumerate(make(task), start=1):
            pickle.dump(piece, stream)
            if number % AT_ONCE == 0:
                stream.flush()
                tell(number)
    tell(number)
