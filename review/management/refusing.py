"""A refusal of a service as a command tells it: one sentence, status 1, nothing half-saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.management.base import CommandError

from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed


def refusing(handle: Callable[..., None]) -> Callable[..., None]:
    """A `handle` whose refusals become a CommandError with the sentence and those of the fields."""

    @wraps(handle)
    def answered(*args: Any, **options: Any) -> None:
        try:
            handle(*args, **options)
        except (Invalid, NotAllowed, AlreadyDecided) as refusal:
            raise CommandError(" ".join([str(refusal), *getattr(refusal, "fields", {}).values()])) from refusal

    return answered
