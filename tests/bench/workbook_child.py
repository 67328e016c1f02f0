"""One measurement in a process of its own: `python -m tests.bench.workbook_child WAY COUNT FOLDER`.

Prints JSON: seconds and seconds of CPU from the values in memory to the finished file, and the process's peak memory in MiB with the
values in it. For `changed` the folder holds what a `cold` run remembered.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path

from review.workbook import engine
from review.workbook.part_cache import PartCache
from tests.bench import book_of, xlsxwriter_book
from tests.review.workbook import plain_book


def measure(way: str, count: int, folder: Path) -> dict[str, float]:
    changed = frozenset(range(0, count, 100)) if way == "changed" else frozenset()
    book = book_of.book(count, changed=changed)
    path = folder / f"{way}.xlsx"
    start, worked = time.perf_counter(), time.process_time()
    made = _write(way, book, path, folder / "1.parts")
    seconds, cpu = time.perf_counter() - start, time.process_time() - worked
    return {"seconds": seconds, "cpu": cpu, "peak": peak_mib(), "made": made, "size": path.stat().st_size}


def peak_mib() -> float:
    """The most memory this process ever held. `ru_maxrss` would name the parent's, where that held more."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write(way: str, book, path: Path, memory: Path) -> int:
    """Writes the book; returns how many parts had to be made."""
    if way == "xlsxwriter":
        xlsxwriter_book.write(book, path)
        return -1
    with path.open("wb") as out:
        if way == "openpyxl":
            plain_book.write(book, out)
            return -1
        parts = PartCache(memory)
        engine.write(book, out, parts=parts)
        return parts.made


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))))
