"""The one table of `make bench`: what each job costs, and what another way costs with the same data in the same run.

A bench gives a line to `add`; `tests/bench/conftest.py` prints them all at the end and writes build/bench.md. Quick sizes
unless MEGURI_BENCH=full (`make bench FULL=1`).
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

FULL = os.environ.get("MEGURI_BENCH") == "full"
HEAD = ("job", "ours", "another way", "asked", "times as good", "met", "growth", "CPU", "wall")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One job. `unit` is /s where more is better, else less is. `limit` is of `ours`, or with `times` of the
    ratio to `peer`; `growth` is what one of many costs beside one of few; `cpu` and `wall` are seconds of the whole job."""

    job: str
    unit: str
    ours: float
    peer: float | None = None
    peer_name: str = ""
    limit: float | None = None
    times: bool = False
    growth: str = ""
    cpu: float | None = None
    wall: float | None = None

    @property
    def more_is_better(self) -> bool:
        return self.unit.endswith("/s")

    @property
    def ratio(self) -> float | None:
        """How many times as good as the other way; None where there is none."""
        if not self.peer or not self.ours:
            return None
        return self.ours / self.peer if self.more_is_better else self.peer / self.ours

    @property
    def met(self) -> bool | None:
        """Whether what was asked holds; None where nothing was asked or nothing is there to compare with."""
        value = self.ratio if self.times else self.ours
        if self.limit is None or value is None:
            return None
        return value >= self.limit if self.times or self.more_is_better else value <= self.limit

    def cells(self) -> list[str]:
        words, sign = "", "≥" if self.times or self.more_is_better else "≤"
        if self.limit is not None:
            words = f"{sign} {_number(self.limit)}" + (" times" if self.times else "")
        return [
            self.job,
            f"{_number(self.ours)} {self.unit}",
            f"{self.peer_name} {_number(self.peer)} {self.unit}" if self.peer is not None else self.peer_name,
            words,
            _number(self.ratio),
            {True: "yes", False: "NO", None: ""}[self.met],
            self.growth,
            "" if self.cpu is None else f"{_number(self.cpu)} s",
            "" if self.wall is None else f"{_number(self.wall)} s",
        ]


LINES: list[Line] = []


def add(**facts: object) -> Line:
    """Note a line; a bench may assert on its `met`."""
    line = Line(**facts)  # type: ignore[arg-type]
    LINES.append(line)
    return line


def growth(few: int, cost_of_few: float, many: int, cost_of_many: float) -> str:
    """What one of many costs beside one of few, of two costs in all."""
    return f"{few:,} → {many:,}: {(cost_of_many / many) / (cost_of_few / few):.2f}"


def shown() -> str:
    """The table, and on what it was measured."""
    rows = [HEAD, ("--",) * len(HEAD), *(line.cells() for line in LINES)]
    return "\n".join([machine(), "", *("| " + " | ".join(cells) + " |" for cells in rows)])


def machine() -> str:
    """The machine's name and what it is."""
    model = next(
        (row.partition(":")[2].strip() for row in _lines("/proc/cpuinfo") if row.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    size = "full sizes" if FULL else "quick sizes"
    return (
        f"{platform.node()}: {os.cpu_count()} cores, {model}, Python {platform.python_version()}, load"
        f" {os.getloadavg()[0]:.1f}, 8 kB on the disk in {to_disk() * 1000:.1f} ms at the end; {size}"
    )


def to_disk(tries: int = 51) -> float:
    """Seconds until a page that was written is on the disk, in the median: what every commit waits for."""
    build = Path(__file__).resolve().parents[2] / "build"
    build.mkdir(exist_ok=True)
    taken = []
    with tempfile.TemporaryFile(dir=build) as stream:
        for _try in range(tries):
            began = time.perf_counter()
            os.pwrite(stream.fileno(), bytes(8192), 0)
            os.fdatasync(stream.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _lines(path: str) -> list[str]:
    place = Path(path)
    return place.read_text().splitlines() if place.exists() else []


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
