"""What a line of the table of notices is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from review.models import OutboxEvent, User


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line of the table: who is told, in which words, and whether it asks for an act (then `act` says which, and
    `due` by when)."""

    to: Callable[[OutboxEvent], Iterable[User]]
    title: str
    body: str = ""
    act: str = ""
    due: Callable[[OutboxEvent], datetime | None] | None = None
    link: Callable[[OutboxEvent], str]
    urgent: bool = False
    to_act: bool = False
