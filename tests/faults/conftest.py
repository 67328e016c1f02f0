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


def pytest_sessionfinish() -> None:
    """The table in build/faults-FORM.md: with several processes, that of the one which struck."""
    if bench.TABLE:
        target = BASE_DIR / "build" / f"faults-{bench.FORM}.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(table()) + "\n")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table."""
    if bench.TABLE:
        terminalreporter.section("fault bench")
        for text in table():
            terminalreporter.write_line(text)


def table() -> list[str]:
    total = sum(entry.times for entry in bench.TABLE.values())
    scaled = " ".join(f"{name}={value}" for name, value in bench.SCALED.items())
    intervals = "of production" if bench.FORM == "production" else scaled
    return [
        f"{total} faults, form {bench.FORM}; intervals: {intervals}",
        "",
        bench.HEAD,
        *map(str, bench.TABLE.values()),
    ]
