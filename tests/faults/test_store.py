"""The files in an object store that is slow, or answers nothing at all: an installation of its own with a real store."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from review.background.services import causes
from tests.faults.bench import FORM, TIMES, Rig, line
from tests.store import Store

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]

# The settings give up after 3 s for a connection and 10 s for an answer, twice.
HANGING_SECONDS = float(os.environ.get("MEGURI_FULL_SECONDS", {"short": 30, "full": 30, "production": 300}[FORM]))
SLOW_SECONDS = 15
CURRENT_WITHIN = 120


class StoreRig(Rig):
    """The same installation with its files in a store."""

    def _build(self) -> None:
        self.store = Store(self.folder)
        super()._build()

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), **self.store.env}

    def _stop(self) -> None:
        if "store" in self.__dict__:
            self.store.process.kill()
        super()._stop()


@pytest.fixture(scope="module")
def stored() -> Iterator[StoreRig]:
    with StoreRig.built() as built:
        yield built  # type: ignore[misc]


@pytest.mark.drill
def test_slow(stored: StoreRig) -> None:
    """It answers, each time after a second or two."""

    def slow() -> None:
        until = time.monotonic() + SLOW_SECONDS
        while time.monotonic() < until:
            stored.store.process.pause()
            time.sleep(1.5)
            stored.store.process.resume()
            time.sleep(0.1)

    for _ in range(TIMES):
        stored.strike("store_slow", slow)
    assert max(line("store_slow").recoveries) < CURRENT_WITHIN


@pytest.mark.drill
def test_hanging(stored: StoreRig) -> None:
    """It accepts and never answers, longer than anybody waits; then all books are current without a person."""
    reasons = set()

    def hang() -> None:
        stored.store.process.pause()
        try:
            stored.front.request_book()
            stored.wait_until(lambda: stored.eye.busy()["causes"], "a job says why it failed", seconds=120)
            reasons.update(stored.eye.busy()["causes"])
            time.sleep(HANGING_SECONDS)
        finally:
            stored.store.process.resume()

    for _ in range(TIMES):
        stored.strike("store_hanging", hang)
    line("store_hanging").note = f"{HANGING_SECONDS:.0f} s: " + " / ".join(sorted(reasons))
    assert reasons == {causes.NO_ANSWER}, reasons
    assert max(line("store_hanging").recoveries) < CURRENT_WITHIN
    assert {name for name in stored.store.names() if "/consolidated/" in name}, "the files lie in the store"
