"""One step on many sheets, for whoever waits for the end of it: the demo and the tests."""

from collections.abc import Callable, Sequence
from typing import Any

from review.models import MeasureReview, User
from workflow import steps


def each(
    take: Callable[..., MeasureReview], *, user: User, chosen: Sequence[tuple[int, int]], **words: Any
) -> tuple[list[int], dict[int, str]]:
    """Take the step on the sheets, `chosen` as (review id, round). Each stands for itself: returns the ids that were done
    and, for the others, the sentence why not."""
    taken: list[int] = []
    why: dict[int, str] = {}

    def keep(done: list[int], refused: dict[int, str], failed: dict[int, str]) -> None:
        taken.extend(done)
        why.update(refused | failed)

    for _part in steps.in_parts(take, user=user, chosen=chosen, keep=keep, **words):
        pass
    return taken, why
