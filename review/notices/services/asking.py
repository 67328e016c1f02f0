"""Asking again: everybody who may act on a waiting sheet has a notice, also those who got their post later.

An event asks those who are there when it happens. Posts, proxies and reorganisations begin later, by a day as much as by an act,
so the sweep compares who may act with who has a notice. It asks nobody twice: whoever has an open notice gets no other one.
The notices of those who may no longer act, because their post or the representation ended, are settled.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from review import clock, holders, locks, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.reminding import Step
from review.models import (
    Appointment,
    Cycle,
    CycleState,
    MeasureReview,
    Notification,
    OutboxEvent,
    ReviewState,
    Role,
    User,
)
from review.models import Step as Decided
from review.notices.services import waiting
from review.trail.services import audit

_DECIDED = {Step.ENDORSE: Decided.ENDORSE, Step.REVIEW: Decided.REVIEW, Step.DECIDE: Decided.APPROVE}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One step of the same sheets, and whom to ask for it. `fallen`: the office, where nobody is there for the step."""

    step: Step
    fallen: bool
    sheets: tuple[int, ...]
    people: tuple[int, ...]


def ask_anew() -> int:
    """Send a notice to all who may act on a waiting sheet and have none; how many requests. From the sweep, so it may
    run twice at once: each year is locked and checked again."""
    running = Cycle.objects.filter(state__in=waiting.RUNNING).order_by("pk")
    for cycle in running:
        Notification.objects.filter(pk__in=lapsed(cycle)).update(settled_at=clock.now())
        if cycle.state == CycleState.DECIDING:
            _ask_for_the_year(cycle)
    return sum(_ask(cycle) for cycle in running if missing(cycle))


def _ask(cycle: Cycle) -> int:
    with transaction.atomic():
        requests = missing(Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk))
        for request in requests:
            keys = User.objects.filter(pk__in=request.people).order_by("pk").values_list("key", flat=True)
            facts = {"step": request.step.value, "sheets": list(request.sheets), "people": [str(key) for key in keys]}
            entry = audit.write(None, "step.ask", f"cycle:{cycle.pk}", after=facts)
            payload = {**facts, "people": list(request.people), "fallen": request.fallen}
            event = outbox.announce(
                Event.STEP_ASKED, key=f"{cycle.pk}:{entry.pk}", cycle=cycle, payload={**payload, "kind": "asked"}
            )
            # At once: until its notices stand, the next sweep would ask again.
            outbox.deliver(event.pk)
        return len(requests)


def _ask_for_the_year(cycle: Cycle) -> None:
    """Ask new approvers while the year waits for its decision, and settle the notices of former ones."""
    with transaction.atomic():
        state = Cycle.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=cycle.pk)
        notices = Notification.objects.filter(cycle=cycle, to_act=True, settled_at=None, asks__has_key="year")
        recipients = set(notices.values_list("recipient_id", flat=True))
        people = {user.pk: str(user.key) for user in holders.able(Role.APPROVER, plan=cycle.plan_id)}
        notices.exclude(recipient__in=people).exclude(event=Event.DECISION_CALLED).update(settled_at=clock.now())
        untold = OutboxEvent.objects.filter(cycle=cycle, delivered_at=None, name=Event.CYCLE_READY).exists()
        new = sorted(people.keys() - recipients)
        if state != CycleState.DECIDING or untold or not new:
            return
        facts = {"step": "decide_year", "people": [people[pk] for pk in new]}
        entry = audit.write(None, "step.ask", f"cycle:{cycle.pk}", after=facts)
        key = f"{cycle.pk}:asked:{entry.pk}"
        event = outbox.announce(Event.CYCLE_READY, key=key, cycle=cycle, payload={"people": new})
        outbox.deliver(event.pk)


def lapsed(cycle: Cycle) -> list[int]:
    """The open notices that ask somebody for a step of sheets who holds no post for it any more, neither their own nor as a
    proxy. The office keeps its notices: what nobody else can take falls to it."""
    rows = Notification.objects.filter(cycle=cycle, to_act=True, settled_at=None, asks__has_key="step")
    notices = list(rows.values_list("pk", "recipient_id", "asks"))
    sheets = {review.pk: review for review in waiting.sheets(cycle)} if notices else {}
    people = _Audience(list(sheets.values()))
    office = {user.pk for user in waiting.reviewers(cycle.plan_id)} if notices else set()

    def holds(person: int, asks: Mapping[str, Any]) -> bool:
        waits = [sheets[pk] for pk in asks["sheets"] if pk in sheets]
        return not waits or any(person in people.holders(Step(asks["step"]), review) for review in waits)

    return [pk for pk, person, asks in notices if person not in office and not holds(person, asks)]


def missing(cycle: Cycle) -> list[Request]:
    """The requests that are missing. None for sheets with an event that is not delivered yet."""
    sheets = [review for review in waiting.sheets(cycle) if not locks.is_closed(review)]
    on_the_way = OutboxEvent.objects.filter(cycle=cycle, delivered_at=None)
    untold = set(on_the_way.values_list("review_id", flat=True))
    if not sheets or None in untold:
        return []
    people, recipients = _Audience(sheets), _recipients(cycle)
    waiting_sheets: dict[tuple[Step, bool, int], list[int]] = defaultdict(list)
    for review in sheets:
        if review.pk in untold:
            continue
        step, notified = waiting.step_of(review), recipients[waiting.step_of(review), review.pk]
        able, fallen = people.of(review, notified)
        for person in sorted(able - notified):
            waiting_sheets[step, fallen, person].append(review.pk)
    groups: dict[tuple[Step, bool, tuple[int, ...]], list[int]] = defaultdict(list)
    for (step, fallen, person), rows in waiting_sheets.items():
        groups[step, fallen, tuple(rows)].append(person)
    return [
        Request(step=step, fallen=fallen, sheets=rows, people=tuple(whom))
        for (step, fallen, rows), whom in groups.items()
    ]


def _recipients(cycle: Cycle) -> dict[tuple[Step, int], set[int]]:
    """{step and sheet: who has an open notice that asks for it}. One query."""
    recipients: dict[tuple[Step, int], set[int]] = defaultdict(set)
    rows = Notification.objects.filter(cycle=cycle, to_act=True, settled_at=None, asks__has_key="step")
    for person, asks in rows.values_list("recipient_id", "asks"):
        for sheet in asks["sheets"]:
            recipients[Step(asks["step"]), sheet].add(person)
    return recipients


@dataclass
class _Audience:
    """Who may take the steps of the sheets; each post is looked up once."""

    sheets: Collection[MeasureReview]
    posts: dict[tuple[Step, int], list[User]] = field(default_factory=dict)
    sent: set[int] = field(init=False)

    def __post_init__(self) -> None:
        rows = MeasureReview.objects.filter(pk__in=[review.pk for review in self.sheets])
        sent = rows.annotate(times=Count("submissions")).filter(times__gt=0)
        self.sent = set(sent.values_list("pk", flat=True))

    def of(self, review: MeasureReview, notified: Collection[int]) -> tuple[set[int], bool]:
        """Who is to be asked (of those with a notice, as many as may act), and whether it falls to the office."""
        step = waiting.step_of(review)
        members = self._members(step, review)
        if step == Step.SUBMIT:
            if members:
                return self._of_department(review, members), False
        elif able := {user.pk for user in members if user.pk in notified or self._may(user, review, step)}:
            return able, False
        return {user.pk for user in self._members(Step.REVIEW, review)}, True

    def holders(self, step: Step, review: MeasureReview) -> set[int]:
        return {user.pk for user in self._members(step, review)}

    def _members(self, step: Step, review: MeasureReview) -> list[User]:
        owner = review.measure_year.owner_id if step in waiting.OF_A_DEPARTMENT else 0
        if (step, owner) not in self.posts:
            self.posts[step, owner] = list(_holders(step, review))
        return self.posts[step, owner]

    def _may(self, user: User, review: MeasureReview, step: Step) -> bool:
        return bool(permissions.in_whose_name(user, review, _DECIDED[step]))

    def _of_department(self, review: MeasureReview, members: list[User]) -> set[int]:
        """A returned sheet is with who sent it; one taken back with the department, which knows: there only newcomers
        are asked."""
        everybody = {user.pk for user in members}
        if review.state == ReviewState.RETURNED and review.assigned_to_id in everybody:
            return set()  # asked by the return or by the handing over
        if review.state == ReviewState.RETURNED:
            return ({review.submitted_by_id or 0} & everybody) or everybody
        return _newcomers(review, everybody) if review.pk in self.sent else everybody


def _holders(step: Step, review: MeasureReview) -> Iterable[User]:
    owner = [review.measure_year.owner]
    if step == Step.SUBMIT:
        return holders.able(Role.CONTRIBUTOR, Role.HEAD, departments=owner)
    if step == Step.ENDORSE:
        return holders.able(Role.HEAD, departments=owner)
    return holders.able(Role.REVIEWER if step == Step.REVIEW else Role.APPROVER, plan=review.cycle.plan_id)


def _newcomers(review: MeasureReview, members: set[int]) -> set[int]:
    """Whose post or proxy in the department began since the sheet came into its state."""
    since, owner = timezone.localdate(review.state_since), review.measure_year.owner_id
    mine = Q(department=owner, starts_on__gte=since)
    held = Appointment.objects.filter(mine, user__in=members).values_list("user_id", flat=True)
    lent = holders.proxies_on(clock.today()).filter(mine, deputy__in=members).values_list("deputy_id", flat=True)
    return {*held, *lent}
