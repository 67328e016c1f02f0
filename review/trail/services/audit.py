"""Writing the audit trail, in the transaction of the change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from review import clock
from review.models import AuditEntry, User
from review.trail.services import signatures

_origin: ContextVar[tuple[str | None, str]] = ContextVar("origin", default=(None, ""))


@contextmanager
def origin(*, address: str | None, request_id: str) -> Iterator[None]:
    """Say from where the acts within the block come."""
    token = _origin.set((address, request_id))
    try:
        yield
    finally:
        _origin.reset(token)


def address() -> str | None:
    """From which address the present act comes, as far as that is known."""
    return _origin.get()[0]


def request_id() -> str:
    """The number of the present request; '' outside one."""
    return _origin.get()[1]


def write(actor: User | None, action: str, subject: str, **states: Mapping[str, Any] | None) -> AuditEntry:
    """Add one row, as `entry` makes it."""
    made = entry(actor, action, subject, **states)
    made.save()
    return made


def entry(
    actor: User | None,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """The row, signed and not stored yet. `subject` names the thing by kind and id: `review:12`, `cycle:3`."""
    place, request_id = _origin.get()
    made = AuditEntry(
        at=clock.now(),
        actor_key=actor.key if actor else None,
        action=action,
        subject=subject,
        before=dict(before or {}),
        after=dict(after or {}),
        address=place,
        request_id=request_id,
    )
    made.signature = signatures.sign(made)
    return made
