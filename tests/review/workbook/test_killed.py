"""A builder that is killed at any moment, `kill -9`: nothing half is seen, nothing finished is harmed.

Five kills in `make test`, sixty with MEGURI_FAULTS=full. That a killed worker's job is done again, once, by another is
the fault bench's (tests/faults).
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest

from review.workbook import engine
from review.workbook.files import check_workbook
from review.workbook.part_cache import PartCache
from tests.review.workbook import killed_child
from tests.review.workbook.test_engine import assert_equal

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]

KILLS = 5 if os.environ.get("MEGURI_FAULTS", "short") == "short" else 60
ROOT = Path(__file__).resolve().parents[3]


def build_until_killed(folder: Path, first: int, moment: float) -> int:
    """Start a builder, kill it `moment` seconds into its second book; returns the number of the next book."""
    command = [sys.executable, "-m", killed_child.__name__, str(folder), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        lines = iter(child.stdout)
        while next(lines).split() != ["start", str(first + 1)]:
            pass
        time.sleep(moment)
        child.kill()
        seen = [int(line.split()[1]) for line in lines if line.startswith("start")]
    return max([first + 1, *seen]) + 1


def finished(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.xlsx")}


@pytest.mark.drill
def test_kills_leave_nothing_half_and_destroy_nothing(tmp_path: Path) -> None:
    dice, number, before = random.Random(6), 0, {}
    for _ in range(KILLS):
        number = build_until_killed(tmp_path, number, dice.uniform(0, 0.35))
        now = finished(tmp_path)
        for name in now:
            check_workbook(tmp_path / name)
        assert {name: now.get(name) for name in before} == before
        before = now
    assert len(before) >= KILLS
    # What a killed builder leaves is hidden, and marked for the sweep (services.artifacts.remove_orphans).
    others = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in before]
    assert all((path.name.startswith(".") and path.suffix == ".tmp") or path.name == "1.parts" for path in others)


@pytest.mark.drill
def test_what_a_killed_builder_remembered_is_right(tmp_path: Path) -> None:
    number = build_until_killed(tmp_path, 0, 0.2)
    warm, cold = BytesIO(), BytesIO()
    parts = PartCache(tmp_path / "memory" / "1.parts")
    engine.write(killed_child.book(number), warm, parts=parts)
    engine.write(killed_child.book(number), cold)
    assert parts.made <= 9
    assert_equal(warm.getvalue(), cold.getvalue())
