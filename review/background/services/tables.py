"""What reacts to an event, does a job or belongs to the sweep: tables that the layers above hand in at start-up.

`review/wiring.py` and `workflow/wiring.py` hold them, to be read from top to bottom; this is only how they come down here,
where events are delivered and jobs are done.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.domain.events import Event
from review.models import OutboxEvent

#: Takes events of one name, each of another sheet, inside the delivery's transaction; raising undoes the whole delivery,
#: which is tried again later.
Reaction = Callable[[Sequence[OutboxEvent]], None]
#: Takes the `jobs.Claim`; must end by `with claim.finishing(): …`.
Handler = Callable[[Any], None]
#: May run twice at once, and is called again in half a minute.
Part = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Tables:
    #: to every event, before `reactions`
    always: Sequence[Reaction] = ()
    reactions: Mapping[Event, Sequence[Reaction]] = field(default_factory=dict)
    #: kind of a job -> what does it; kinds are stored and never change
    jobs: Mapping[str, Handler] = field(default_factory=dict)
    sweep: Sequence[Part] = ()
    #: class of an error -> its cause in plain words for the operator
    causes: Mapping[type[BaseException], str] = field(default_factory=dict)


_installed: dict[str, Tables] = {}


def install(layer: str, tables: Tables) -> None:
    """Hand in a layer's tables; those of the same layer before are replaced."""
    _installed[layer] = tables


def reactions_to(event: str) -> Iterator[Reaction]:
    """What the event sets off, the lowest layer first."""
    for tables in _installed.values():
        yield from tables.always
        yield from tables.reactions.get(Event(event), ())


def handler_of(kind: str) -> Handler:
    """What does jobs of the kind. Raises KeyError for an unknown one."""
    return handlers()[kind]


def handlers() -> dict[str, Handler]:
    return {kind: handler for tables in _installed.values() for kind, handler in tables.jobs.items()}


def sweep() -> list[Part]:
    """The parts of the sweep, the lowest layer first."""
    return [part for tables in _installed.values() for part in tables.sweep]


def cause_of(error: BaseException) -> str:
    """The words for an error that a layer knows; '' where none does."""
    known = (pair for tables in _installed.values() for pair in tables.causes.items())
    return next((words for kind, words in known if isinstance(error, kind)), "")
