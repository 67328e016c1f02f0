"""A build machine that is too slow for all long proofs says which it has not begun, and fails for none of them."""

import os
import subprocess
import sys

from tests.services_plugin import LEFT, UNTIL

TRIED = "tests/config/test_health.py"


def test_what_has_not_begun_in_time_is_left_and_told() -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TRIED],
        env={**own, UNTIL: "0", "MEGURI_TEST_DATABASE": "sqlite"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert LEFT in run.stdout and f"{TRIED}: " in run.stdout, run.stdout
    assert "passed" not in run.stdout
