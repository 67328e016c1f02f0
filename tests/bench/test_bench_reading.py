"""Reading what people send back: a filled workbook of one sheet, with its limited child, beside readers without any gate.

python-calamine is measured where it is installed. Each way reads the same file in turn; the fastest counts.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from review.workbook import sandbox
from tests.bench import table
from tests.bench.bench_judge import COUNT, TARGET, measure
from tests.corpus import genuine

pytestmark = [pytest.mark.bench]

ASKED_MS = 15
TURNS = 30 if table.FULL else 12


def by_openpyxl(path: Path) -> None:
    book = load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            list(row)
    book.close()


def by_calamine(path: Path) -> None:
    calamine: Any = importlib.import_module("python_calamine")
    book = calamine.CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def ways(path: Path) -> dict[str, Callable[[], object]]:
    others = {"openpyxl, read-only, no gate": lambda: by_openpyxl(path)}
    if importlib.util.find_spec("python_calamine"):
        others["python-calamine, no gate"] = lambda: by_calamine(path)
    return {"ours": lambda: sandbox.read("entry", path), **others}


def seconds(work: Callable[[], object]) -> float:
    """By the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_reading_a_filled_workbook() -> None:
    path = genuine.SAMPLES / "libreoffice-7-entry-book.xlsx"
    assert sandbox.read("entry", path).finding.is_ok
    rounds: dict[str, list[float]] = {}
    for _turn in range(TURNS):
        for name, work in ways(path).items():
            rounds.setdefault(name, []).append(seconds(work))
    fastest = {name: min(rows) * 1000 for name, rows in rounds.items()}
    ours = fastest.pop("ours")
    for name, peer in fastest.items():
        table.add(
            job="a filled workbook, gate and child included",
            unit="ms",
            ours=ours,
            peer=peer,
            peer_name=name,
            limit=ASKED_MS,
            wall=ours / 1000,
        )


def test_judging() -> None:
    for what, fresh in (("the plan's own values", False), ("values never seen", True)):
        rate = measure(fresh=fresh)
        cpu, wall = (COUNT / one for one in (rate.cpu, rate.wall))
        table.add(job=f"judging, {what}, by CPU", unit="/s", ours=rate.cpu, limit=TARGET, cpu=cpu, wall=wall)
