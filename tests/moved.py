"""Moving the product's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from review import clock


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move the clock by `by` within the block."""
    token = clock.SHIFT.set(by)
    try:
        yield
    finally:
        clock.SHIFT.reset(token)
