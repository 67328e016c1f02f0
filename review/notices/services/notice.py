"""What a line of the table of notices is made of, and how screens show it: to whom it goes, and what it is about."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from review.domain.events import Event
from review.domain.reminding import Step
from review.models import OutboxEvent, Role, User
from review.notices.services import notice_choices
from review.notices.services import notice_links as links
from review.notices.services.waiting import STATES

_WRITERS = frozenset({Role.CONTRIBUTOR, Role.HEAD})
_OFFICE = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})

#: Each audience of the table: its words, and the roles that it can reach. One that is not named here reaches anybody.
AUDIENCES: dict[str, tuple[Any, frozenset[str]]] = {
    "department": (_("主管部署"), _WRITERS),
    "owners_of_open_sheets": (_("主管部署"), _WRITERS),
    "sender": (_("提出した人"), _WRITERS),
    "heads": (_("所属長"), frozenset({Role.HEAD})),
    "heads_to_endorse": (_("所属長"), frozenset({Role.HEAD})),
    "late_heads": (_("所属長"), frozenset({Role.HEAD, Role.REVIEWER})),
    "called": (_("次に手続きをする人"), frozenset({*_WRITERS, Role.REVIEWER, Role.APPROVER})),
    "office": (_("確認者"), frozenset({Role.REVIEWER})),
    "reviewers": (_("確認者"), frozenset({Role.REVIEWER})),
    "reviewing_office": (_("確認者"), frozenset({Role.REVIEWER})),
    "approvers": (_("承認者"), frozenset({Role.APPROVER})),
    "managers": (_("確認者と管理者"), _OFFICE),
    "everyone": (_("全員"), frozenset(Role.values)),
}
# What stands in a subject in place of what is filled in; anything else is 〇〇.
_STANDING_FOR = {"step": "手続き", "due": "〇月〇日", "when": "〇開庁日", "count": "〇", "until": "〇月〇日"}
_ANYBODY = (_("関係する人"), frozenset(Role.values))


@dataclass(frozen=True)
class Notice:
    """One line of the table: who is told of which event, in which words, and what is asked for (`due`: by when, where that is
    not when the step is due).

    It leads to the sheet, unless it says where else, by the name of an address or by a function; its mail waits for the digest
    where it is not `urgent`."""

    event: Event
    to: Callable[[OutboxEvent], Iterable[User]]
    _: KW_ONLY
    title: str
    body: str = ""
    act: str = ""
    due: Callable[[OutboxEvent], datetime | None] | None = None
    link: str | Callable[[OutboxEvent], str] = "meguri:sheet"
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
        return self.asks and bool(self.act)

    @property
    def label(self) -> str:
        """The original subject with 〇〇 for whatever is filled in."""
        return self.title.format_map(defaultdict(lambda: "〇〇", _STANDING_FOR))

    @property
    def audience(self) -> Any:
        """To whom it goes, in words."""
        return AUDIENCES.get(self.to.__name__, _ANYBODY)[0]

    @property
    def reaches(self) -> frozenset[str]:
        """The roles that it can reach."""
        return AUDIENCES.get(self.to.__name__, _ANYBODY)[1]

    @property
    def usual(self) -> notice_choices.Channel:
        """How it reaches whoever has chosen nothing."""
        return notice_choices.usual(urgent=self.urgent)

    def due_at(self, row: OutboxEvent) -> datetime | None:
        """By when what it asks for is due; None where no day is set."""
        if self.due:
            return self.due(row)
        return row.review.step_due_at if self.step and row.review else None

    def address(self, row: OutboxEvent) -> str:
        return links.address(self.link, row) if isinstance(self.link, str) else self.link(row)

    def fits(self, row: OutboxEvent) -> bool:
        """Whether the line is for this event: it asks for no step, or the sheet came to wait for that very step."""
        came_to = row.payload.get("state")
        return self.step is None or came_to is None or came_to in STATES[self.step]
