"""Whom a notice can be for: each audience makes people of an event.

The names of these functions must not change: with the event they name a line of the table, under which the administrator's own
words and people's choices stand. Within `of_a_set` what they ask of many events is asked once.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from review import holders, permissions
from review.domain.events import Event
from review.models import Department, ItemComment, MeasureReview, OutboxEvent, ReviewState, Role, Step, User
from review.models.sheet import OPEN_STATES

_set: ContextVar[tuple[Sequence[OutboxEvent], dict[Any, Any]]] = ContextVar("events")


@contextmanager
def of_a_set(rows: Sequence[OutboxEvent]) -> Iterator[None]:
    """Make people of these events: each post is read once."""
    token = _set.set((rows, {}))
    try:
        yield
    finally:
        _set.reset(token)


def _able(*roles: str, owner: Department | None = None, plan: int | None = None) -> list[User]:
    """Who holds a role today or stands in for it, in the owning department or in the plan; read once in a set."""
    _rows, read = _set.get(((), {}))
    people: list[User] | None = read.get((roles, owner, plan))
    if people is None:
        people = read[roles, owner, plan] = list(
            holders.able(*roles, departments=[owner] if owner else None, plan=plan)
        )
    return people


def review_of(row: OutboxEvent) -> MeasureReview:
    """The sheet that the event tells of. Raises ValueError where it names none."""
    if row.review is None:
        raise ValueError(f"{row.name} tells of a sheet but names none")
    return row.review


def _plan(row: OutboxEvent) -> int | None:
    """The plan of which the event tells; None where it is of none: everybody with the role is concerned."""
    if row.cycle is not None:
        return row.cycle.plan_id
    return row.review.cycle.plan_id if row.review is not None else None


def department(row: OutboxEvent) -> Iterable[User]:
    """Contributors and heads of the department whose sheet it is."""
    return _able(Role.CONTRIBUTOR, Role.HEAD, owner=review_of(row).measure_year.owner)


def heads(row: OutboxEvent) -> Iterable[User]:
    return _able(Role.HEAD, owner=review_of(row).measure_year.owner)


def sender(row: OutboxEvent) -> Iterable[User]:
    """Whom the sheet was handed over to, else who sent it, while they still belong to the department; else the whole
    department."""
    review = review_of(row)
    members = department(row)
    whom = review.assigned_to_id or review.submitted_by_id
    return [user for user in members if user.pk == whom] or members


def heads_to_endorse(row: OutboxEvent) -> Iterable[User]:
    """The heads who can take the 所属長の確認 of the sheet now."""
    return _able_on(row, heads(row), Step.ENDORSE)


def reviewers(row: OutboxEvent) -> Iterable[User]:
    """Those of the reviewing office; where the event is about a sheet under review, those who may decide on it."""
    return _able_on(row, _able(Role.REVIEWER, plan=_plan(row)), Step.REVIEW)


def reviewing_office(row: OutboxEvent) -> Iterable[User]:
    """Everybody of the reviewing office, to know."""
    return _able(Role.REVIEWER, plan=_plan(row))


def approvers(row: OutboxEvent) -> Iterable[User]:
    """The approvers; where the event is about a confirmed sheet, those who may decide on it, and where it asks for the
    year's decision anew, those who came into the post since."""
    named = row.payload.get("people") if row.name == Event.CYCLE_READY else None
    able = _able_on(row, _able(Role.APPROVER, plan=_plan(row)), Step.APPROVE)
    return [user for user in able if named is None or user.pk in named]


#: The state in which a sheet waits for the step.
_WAITS = {Step.ENDORSE: ReviewState.ENDORSING, Step.REVIEW: ReviewState.SUBMITTED, Step.APPROVE: ReviewState.REVIEWED}


def _able_on(row: OutboxEvent, people: Iterable[User], step: Step) -> Iterable[User]:
    """Those of the people who may take the step on the event's sheet, where it waits for that step."""
    if row.review is None or row.review.state != _WAITS[step]:
        return people
    if step == Step.ENDORSE:
        return [user for user in people if permissions.in_whose_name(user, row.review, step)]
    plan, role = row.review.cycle.plan_id, Role.REVIEWER if step == Step.REVIEW else Role.APPROVER
    rows, read = _set.get(((row,), {}))
    sheets = [one.review.pk for one in rows if one.review and one.review.cycle.plan_id == plan]

    def may(user: User) -> bool:
        key = (user.pk, step, plan)
        if key not in read:
            read[key] = permissions.barred(user, plan, sheets, step)
        return bool(holders.standing(user).within(plan).capacities(role)) and row.review_id not in read[key]

    return [user for user in people if may(user)]


def owners_of_open_sheets(row: OutboxEvent) -> Iterable[User]:
    """Contributors and heads of every department that has still to send a sheet of the year."""
    owners = Department.objects.filter(owned__review__cycle=row.cycle, owned__review__state__in=OPEN_STATES)
    return holders.able(Role.CONTRIBUTOR, Role.HEAD, departments=list(owners.distinct()))


def everyone(row: OutboxEvent) -> Iterable[User]:
    return holders.holding(*Role.values)


def managers(row: OutboxEvent) -> Iterable[User]:
    return holders.holding(Role.REVIEWER, Role.ADMINISTRATOR, plan=_plan(row))


def leaders(row: OutboxEvent) -> Iterable[User]:
    """Those who lead a plan on into its next years."""
    return holders.holding(Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR)


def keepers_of_the_trail(row: OutboxEvent) -> Iterable[User]:
    return holders.holding(Role.ADMINISTRATOR, Role.AUDITOR)


def correction_sender(row: OutboxEvent) -> Iterable[User]:
    """Who sent the correction, while they still review; else every reviewer."""
    everybody = reviewers(row)
    return [user for user in everybody if user.pk == row.payload["sender"]] or everybody


def offices(row: OutboxEvent) -> Iterable[User]:
    """Contributors and heads of the departments that the event names."""
    touched = Department.objects.filter(pk__in=row.payload.get("offices", []))
    return holders.able(Role.CONTRIBUTOR, Role.HEAD, departments=list(touched))


def named(row: OutboxEvent) -> Iterable[User]:
    """The people whom the event itself names, as far as they are still here."""
    return User.objects.filter(is_active=True, pk__in=row.payload.get("people", [])).order_by("pk")


def asked(row: OutboxEvent) -> Iterable[User]:
    """The departments that are asked to answer."""
    departments = Department.objects.filter(pk__in=row.payload["departments"])
    return holders.able(Role.CONTRIBUTOR, Role.HEAD, departments=list(departments))


def conversation(row: OutboxEvent) -> Iterable[User]:
    """The owning department, and everybody who commented on the sheet before and may still read it."""
    authors = ItemComment.objects.filter(review=row.review).values("author")
    others = User.objects.filter(is_active=True, pk__in=authors)
    return [*department(row), *(user for user in others if permissions.may_read(user, review_of(row)))]
