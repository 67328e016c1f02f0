"""The layers of docs/architecture.md hold: nothing imports what stands above it."""

import re
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


def test_each_exception_from_a_security_rule_says_why():
    """In shipped code on its line, in pyproject.toml beside the rule."""
    silent = []
    for folder in ("config", "review", "tasks", "workflow"):
        for path in (BASE_DIR / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                match = re.search(r"# noqa: [A-Z0-9, ]*\bS\d{3}\b[A-Z0-9, ]*(.*)", line)
                if match and not re.match(r"\s*(\(|- )\S", match[1]):
                    silent.append(f"{path.relative_to(BASE_DIR)}:{number}")
    assert not silent
    linter = (
        (BASE_DIR / "pyproject.toml")
        .read_text()
        .partition("[tool.ruff.lint]")[2]
        .partition("[tool.ruff.lint.isort]")[0]
    )
    assert '"S"' in linter, "the security rules are part of the check"
    for line in linter.splitlines():
        if re.match(r'\s*"S\d{3}",', line) and "#" not in line:
            # The rule above says it for both of a pair.
            assert line.strip() in ('"S106",',), f"{line.strip()} in pyproject.toml says no reason"
