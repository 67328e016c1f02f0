"""What the benches measured, as one table behind the last of them."""

from __future__ import annotations

from typing import Any

from config.settings.base import BASE_DIR
from tests.bench import table


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """On the screen and in build/bench.md."""
    if not table.LINES:
        return
    words = table.shown()
    terminalreporter.section("benches")
    terminalreporter.write_line(words)
    target = BASE_DIR / "build" / "bench.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(words + "\n")
