"""What a line of the table of notices is made of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from review.domain.reminding import Step
from review.models import OutboxEvent, User
from review.notices.services.waiting import STATES


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
    #: The step that is asked for: the notice is written while a sheet waits for it, and settled when none does any more.
    step: Step | None = None
    #: Whether the person who acted gets it too: they can take the step that they gave back.
    actor_too: bool = False

    def fits(self, row: OutboxEvent) -> bool:
        """Whether the line is for this event: it asks for no step, or the sheet came to wait for that very step."""
        came_to = row.payload.get("state")
        return self.step is None or came_to is None or came_to in STATES[self.step]
