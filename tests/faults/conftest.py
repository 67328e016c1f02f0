"""The rig that the fault tests share, and the table that a run prints."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import bench
from tests.faults.bench import BASE_DIR, Rig


@pytest.fixture(scope="package")
def rig() -> Iterator[Rig]:
    """One installation for the whole package: the faults follow one another, as in life."""
    with Rig.built() as built:
        yield built


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table, and a copy of it in build/faults.md."""
    if not bench.TABLE:
        return
    total = sum(entry.times for entry in bench.TABLE.values())
    settings = " ".join(f"{name}={value}" for name, value in bench.SCALED.items())
    lines = [
        f"{total} faults, form {bench.FORM}; intervals: {settings if bench.FORM != 'production' else 'of production'}",
        "",
        bench.HEAD,
        *map(str, bench.TABLE.values()),
    ]
    terminalreporter.section("fault bench")
    for text in lines:
        terminalreporter.write_line(text)
    target = BASE_DIR / "build" / f"faults-{bench.FORM}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines) + "\n")
