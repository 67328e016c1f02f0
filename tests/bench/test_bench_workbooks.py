"""Workbooks side by side: this engine cold, the same with 1 % of the sheets changed, plain openpyxl, and XlsxWriter.

Every measurement is a process of its own, from values in memory to a finished file; the ways take turns, three times,
and the fastest of each counts, for a busy machine only ever adds. `MEGURI_BENCH_SHEETS=30,300` measures less.
What is asked is asked of the processor's time, which other work on the machine changes least.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.bench import table

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

SIZES = [
    int(size)
    for size in os.environ.get("MEGURI_BENCH_SHEETS", "30,300,1000,3000" if table.FULL else "30,1000,3000").split(",")
]
ROUNDS = 3 if table.FULL else 1
COLD, CHANGED, SIZE, PEAK = 4, 40, 1.15, 150
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
            "size": figures[-1]["size"],
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
def test_the_book_beside_xlsxwriter(figures, count: int) -> None:
    """Cold, with 1 % changed, and the file; each line stands in the table whether or not what was asked is met."""
    ways = figures.get(count) or pytest.skip("not measured")
    few, whole = min(figures), ways["xlsxwriter"]
    lines = [
        table.add(
            job=f"book of {count:,} sheets, {job}",
            unit="s of CPU",
            ours=ways[way]["cpu"],
            peer=whole["cpu"],
            peer_name="XlsxWriter",
            limit=least,
            times=True,
            growth=table.growth(few, figures[few][way]["cpu"], count, ways[way]["cpu"]),
            cpu=ways[way]["cpu"],
            wall=ways[way]["seconds"],
        )
        for job, way, least in (("from nothing", "cold", COLD), ("1 % changed", "changed", CHANGED))
    ]
    megabytes = {way: ways[way]["size"] / 1e6 for way in ("cold", "xlsxwriter")}
    lines.append(
        table.add(
            job=f"its file (asked: {SIZE} times XlsxWriter's)",
            unit="MB",
            ours=megabytes["cold"],
            peer=megabytes["xlsxwriter"],
            peer_name="XlsxWriter",
            limit=round(megabytes["xlsxwriter"] * SIZE, 2),
        )
    )
    peak = max(ways["cold"]["peak"], ways["changed"]["peak"])
    lines.append(
        table.add(job="its memory", unit="MiB", ours=peak, peer=whole["peak"], peer_name="XlsxWriter", limit=PEAK)
    )
    assert all(line.met for line in lines), [line.job for line in lines if not line.met]


def test_a_sheet_costs_no_more_among_three_thousand_than_among_three_hundred(figures) -> None:
    few = next((size for size in (300, 1000) if size in figures), 0)
    if not few or 3000 not in figures:
        pytest.skip("not measured")
    assert figures[3000]["cold"]["cpu"] / 3000 <= figures[few]["cold"]["cpu"] / few * 1.05
