"""Any person, any act, any order. `make faults` walks on for hours; this form takes two minutes."""

from __future__ import annotations

import logging
import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.workflow.walk.machine import Walk
from tests.workflow.walk.world import TALLY

WALKS = int(os.environ.get("MEGURI_WALKS", "6"))
SEED = os.environ.get("MEGURI_WALK_SEED")
SHRINK = int(os.environ.get("MEGURI_WALK_SHRINK", "1"))
STEPS = int(os.environ.get("MEGURI_WALK_STEPS", "30"))


@pytest.mark.timeout(1800)
def test_nothing_breaks_whoever_does_what(db: None) -> None:
    logging.disable(logging.CRITICAL)
    run_state_machine_as_test(
        seed(int(SEED))(Walk) if SEED else Walk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=SEED is None,
            database=None,
            print_blob=False,
            phases=[Phase.generate] + [Phase.shrink] * SHRINK,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(sorted(TALLY.items()))
