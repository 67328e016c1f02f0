"""Another process at a share of a task."""

from __future__ import annotations

import gc
import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from review.background.services import helper
from review.background.services.helper import Helper


def squares(task: Callable[[], int]) -> Iterator[int]:
    """What the other process makes; it stops at thirteen."""
    for number in range(task()):
        if number == 13:
            raise ValueError(number)
        yield number**2


MAKING = f"{__name__}.{squares.__name__}"


def test_what_it_makes_is_taken_in_order_and_a_failure_is_told(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, other = (Helper(MAKING, tmp_path / name, stack) for name in ("one", "other"))
        other.give(20)
        one.give(4)
        assert list(one.made()) == [0, 1, 4, 9]
        with pytest.raises(RuntimeError):
            list(other.made())


def test_one_that_was_given_nothing_ends_with_who_started_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        process = Helper(MAKING, tmp_path / "one", stack)._process
        assert process.poll() is None
    assert process.poll() is not None


def test_it_does_not_look_for_garbage_in_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task, out, threshold = tmp_path / "task", tmp_path / "out", gc.get_threshold()
    task.write_bytes(pickle.dumps(3))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    before = gc.get_freeze_count()
    helper.work(MAKING, str(task), str(out))
    assert gc.get_freeze_count() > before
    gc.unfreeze()
    gc.set_threshold(*threshold)
