"""What a line of the table of notices is made of."""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

from review.domain.events import Event
from review.domain.reminding import Step
from review.models import OutboxEvent, User
from review.notices.services import notice_links as links
from review.notices.services.waiting import STATES


@dataclass(frozen=True)
class Notice:
    """One line of the table: who is told of which event, in which words, and what is asked for (`due`: by when).

    It leads to the sheet, unless it says where else, and its mail waits for the digest where it is not `urgent`."""

    event: Event
    to: Callable[[OutboxEvent], Iterable[User]]
    _: KW_ONLY
    title: str
    body: str = ""
    act: str = ""
    due: Callable[[OutboxEvent], datetime | None] | None = None
    link: Callable[[OutboxEvent], str] = links.sheet
    urgent: bool = True
    #: Whether `act` is asked for; False where it is only advised.
    asks: bool = True
    #: The step that is asked for: the notice is written while a sheet waits for it, and settled when none does any more.
    step: Step | None = None
    #: Whether the person who acted gets it too: they can take the step that they gave back.
    actor_too: bool = False

    @property
    def key(self) -> str:
        """The name of the line, under which its own words and people's choices are stored."""
        return f"{self.event.value}.{self.to.__name__}"

    @property
    def to_act(self) -> bool:
        """Whether it asks for an act."""
        return self.asks and bool(self.act)

    def fits(self, row: OutboxEvent) -> bool:
        """Whether the line is for this event: it asks for no step, or the sheet came to wait for that very step."""
        came_to = row.payload.get("state")
        return self.step is None or came_to is None or came_to in STATES[self.step]
