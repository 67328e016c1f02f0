"""Any person, any act, any order: a short walk in `make drills`, and a long one that `make faults` carries on.

The long one walks for twenty minutes at most and keeps in build/walk-DATABASE.json the seed that comes next, so that the
next run carries on where this one stopped. `MEGURI_WALK_SEED` walks from one seed alone, as a failure names it.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.workflow.walk.machine import Walk
from tests.workflow.walk.world import TALLY

LONG = os.environ.get("MEGURI_FAULTS", "short") != "short"
SLICE_SECONDS = float(os.environ.get("MEGURI_WALK_SECONDS", "1200"))
#: (seed, walks, steps of each) of the short form: two minutes on both databases together.
SHORT = {"postgresql": (3, 8, 30), "sqlite": (8, 8, 30)}
MOST_SEEDS = 4
#: What a run must have done at least once to say anything.
REACHED = ("submit", "confirm", "approve")
BUNDLE, STEPS = 10, 60
BUILD = Path(__file__).resolve().parents[2] / "build"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What is refused is logged, thousands of times."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def walk(number: int, walks: int, steps: int) -> None:
    """`walks` walks of up to `steps` steps from one seed; a failure is shrunk and printed with it."""
    run_state_machine_as_test(
        seed(number)(Walk),
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            database=None,
            phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.drill
@pytest.mark.timeout(3600)
@pytest.mark.skipif(LONG, reason="the long form says more")
def test_nothing_breaks_whoever_does_what(db: None) -> None:
    TALLY.clear()
    if given := os.environ.get("MEGURI_WALK_SEED"):
        walk(int(given), BUNDLE, STEPS)
        return
    first, walks, steps = SHORT[connection.vendor]
    # Another rule shifts what a seed does: the next seeds are walked until something was said.
    for number in range(first, first + MOST_SEEDS):
        walk(number, walks, steps)
        missed = [name for name in REACHED if not TALLY[name, "done"]]
        if not missed:
            return
    pytest.fail(f"no walk came to {missed}: {sorted(TALLY.items())}")


@pytest.mark.fault
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not LONG, reason="walks for twenty minutes: make faults")
def test_nothing_breaks_on_a_long_walk(db: None) -> None:
    path = BUILD / f"walk-{connection.vendor}.json"
    record: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"seed": 1000, "walks": 0, "done": {}}
    ends = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < ends:
        TALLY.clear()
        before = Walk.walks
        walk(record["seed"], BUNDLE, STEPS)
        record["seed"] += 1
        record["walks"] += Walk.walks - before
        done = {f"{name}: {answer}": times for (name, answer), times in TALLY.items()}
        record["done"] = dict(sorted((Counter(record["done"]) + Counter(done)).items()))
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    print(
        f"\n{record['walks']} walks of up to {STEPS} steps on {connection.vendor}, {sum(record['done'].values())} acts"
    )
