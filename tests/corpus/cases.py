"""The table of hostile cases; the modules hostile_*.py fill it."""

from __future__ import annotations

from collections.abc import Callable

CASES: dict[str, tuple[str, Callable[[], bytes]]] = {}


def case(name: str, code: str, make: Callable[[], bytes]) -> None:
    """Add one case: its name, the code that refuses it, and what makes its bytes."""
    assert name not in CASES, name
    CASES[name] = (code, make)
