"""Workbooks side by side: this engine cold, the same with 1 % of the sheets changed, plain openpyxl, and XlsxWriter.

Every measurement is a process of its own, from values in memory to a finished file; the ways take turns, three times,
and the fastest of each counts, for a busy machine only ever adds. `MEGURI_BENCH_SHEETS=30,300` measures less.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

pytestmark = pytest.mark.bench

SIZES = [int(size) for size in os.environ.get("MEGURI_BENCH_SHEETS", "30,300,1000,3000").split(",")]
ROUNDS = 3
OPENPYXL_UP_TO = 300
WAYS = {
    "cold": "めぐり・最初から",
    "changed": "めぐり・1%変更",
    "openpyxl": "openpyxl(書式共有)",
    "xlsxwriter": "XlsxWriter",
}
ROOT = Path(__file__).resolve().parents[2]

Figures = dict[str, dict[str, float]]


def run(way: str, count: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.workbook_child", way, str(count), str(folder)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def measured(count: int, folder: Path) -> Figures:
    """The best seconds, by the clock and of CPU, and the highest peak of each way."""
    rounds: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(ROUNDS):
        own = folder / str(number)
        own.mkdir()
        for way, figures in rounds.items():
            if way != "openpyxl" or count <= OPENPYXL_UP_TO:
                figures.append(run(way, count, own))
    return {
        way: {
            "seconds": min(one["seconds"] for one in figures),
            "cpu": min(one["cpu"] for one in figures),
            "peak": max(one["peak"] for one in figures),
        }
        for way, figures in rounds.items()
        if figures
    }


def shown(count: int, figures: Figures) -> str:
    lines = []
    whole = figures["xlsxwriter"]
    for way, one in figures.items():
        seconds, cpu = one["seconds"], one["cpu"]
        each, faster = f"{seconds / count * 1000:6.2f} ms/sheet", whole["seconds"] / seconds
        lines.append(
            f"| {count:5,} | {WAYS[way]} | {seconds:7.3f} s | {cpu:7.3f} s | {each} | {one['peak']:4.0f} MiB "
            f"| {faster:5.1f} | {whole['cpu'] / cpu:5.1f} |"
        )
    return "\n".join(lines)


@pytest.fixture(scope="module")
def figures(tmp_path_factory) -> dict[int, Figures]:
    print(
        "\n| sheets | way | time | CPU | per sheet | peak | times XlsxWriter's speed | by CPU |\n|--|--|--|--|--|--|--|--|"
    )
    rows = {}
    for count in SIZES:
        folder = tmp_path_factory.mktemp(f"sheets{count}")
        rows[count] = measured(count, folder)
        print(shown(count, rows[count]), flush=True)
        if count == min(SIZES):
            for way in WAYS:
                assert len(load_workbook(folder / "0" / f"{way}.xlsx").sheetnames) == count + 4
    return rows


@pytest.mark.parametrize("count", [1000, 3000])
def test_cold_is_three_times_as_fast_as_xlsxwriter(figures, count: int) -> None:
    ways = figures.get(count) or pytest.skip("not measured")
    assert ways["xlsxwriter"]["seconds"] / ways["cold"]["seconds"] >= 3


@pytest.mark.parametrize("count", [1000, 3000])
def test_one_per_cent_changed_is_twenty_times_as_fast(figures, count: int) -> None:
    ways = figures.get(count) or pytest.skip("not measured")
    assert ways["xlsxwriter"]["seconds"] / ways["changed"]["seconds"] >= 20


def test_three_thousand_sheets_take_no_more_than_150_mib(figures) -> None:
    ways = figures.get(3000) or pytest.skip("not measured")
    assert max(ways["cold"]["peak"], ways["changed"]["peak"]) <= 150


def test_a_sheet_costs_no_more_among_three_thousand_than_among_three_hundred(figures) -> None:
    if not {300, 3000} <= figures.keys():
        pytest.skip("not measured")
    assert figures[3000]["cold"]["seconds"] / 3000 <= figures[300]["cold"]["seconds"] / 300 * 1.05
