"""The storeys of CONTRIBUTING.md hold: nothing imports what stands above it."""

import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]


@pytest.mark.services
def test_imports_go_one_way():
    lint = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    ended = subprocess.run(lint, cwd=BASE_DIR, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
