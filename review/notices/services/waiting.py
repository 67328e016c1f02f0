"""Who has a sheet now, and by when it is due: the basis of reminders, nudges and screens."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from review import clock, holders, queries
from review.domain.reminding import Step
from review.models import (
    Appointment,
    Cycle,
    CycleState,
    Department,
    MeasureReview,
    MeasureYear,
    ReviewState,
    Role,
    User,
)
from review.models.sheet import OPEN_STATES

STATES: dict[Step, tuple[ReviewState, ...]] = {
    Step.SUBMIT: OPEN_STATES,
    Step.ENDORSE: (ReviewState.ENDORSING,),
    Step.REVIEW: (ReviewState.SUBMITTED,),
    Step.DECIDE: (ReviewState.REVIEWED,),
}
_STEPS = {state.value: step for step, states in STATES.items() for state in states}
# Steps that are a department's: they are called to mind department by department.
OF_A_DEPARTMENT = (Step.SUBMIT, Step.ENDORSE)
RUNNING = (CycleState.OPEN, CycleState.DECIDING)


def step_of(review: MeasureReview) -> Step:
    """Which step the sheet waits for; raises KeyError once it is approved."""
    return _STEPS[review.state]


def sheets(cycle: Cycle) -> QuerySet[MeasureReview]:
    """The sheets of the year that wait for somebody. One query."""
    waiting = MeasureReview.objects.filter(cycle=cycle, cycle__state__in=RUNNING, state__in=list(_STEPS), outcome="")
    return queries.reviews(waiting)


def still(step: Step, ids: Collection[int]) -> list[MeasureReview]:
    """Those of the sheets that wait for this step at this moment. One query."""
    rows = MeasureReview.objects.filter(pk__in=ids, cycle__state__in=RUNNING, state__in=STATES[step], outcome="")
    return list(queries.reviews(rows))


def still_needed(asks: Mapping[str, Any]) -> bool:
    """Whether what a notice asks for (`Notification.asks`) is still to be done. One query."""
    if "year" in asks:
        return Cycle.objects.filter(pk=asks["year"], state=CycleState.DECIDING).exists()
    return bool(still(Step(asks["step"]), asks["sheets"]))


def any_waits(asks: Mapping[str, Any], states: Mapping[int, str]) -> bool:
    """The same of a sheet's step, by {sheet: state} of those that run on. No query."""
    step = Step(asks["step"])
    return any(states.get(sheet) in STATES[step] for sheet in asks["sheets"])


def actors(step: Step, departments: Iterable[Department], plan: int) -> list[User]:
    """Who can take the step. Where a department has nobody for it, the next in line: its head, then the office."""
    owners = list(departments)
    candidates = {
        Step.SUBMIT: [holders.able(Role.CONTRIBUTOR, departments=owners), heads(owners), reviewers(plan)],
        Step.ENDORSE: [heads(owners), reviewers(plan)],
        Step.REVIEW: [reviewers(plan)],
        Step.DECIDE: [holders.able(Role.APPROVER, plan=plan), reviewers(plan)],
    }[step]
    return next((people for rows in candidates if (people := list(rows))), [])


def unmanned(cycle: Cycle) -> list[Department]:
    """The owning departments in which nobody is there to enter or to submit today. One query."""
    owners = owning(cycle)
    held = Appointment.objects.filter(
        holders.held_on(clock.today()), role__in=(Role.CONTRIBUTOR, Role.HEAD), user__is_active=True
    )
    return list(owners.exclude(pk__in=held.values("department")).order_by("name"))


def without_mail(cycle: Cycle) -> list[User]:
    """Who is asked in the year and has no mail address: what they are asked reaches them on the screen only. One
    query."""
    members = holders.able(Role.CONTRIBUTOR, Role.HEAD, departments=owning(cycle))
    desks = holders.able(Role.REVIEWER, Role.APPROVER, plan=cycle.plan_id)
    return list(
        User.objects.filter(Q(pk__in=members.values("pk")) | Q(pk__in=desks.values("pk")), email="").order_by("pk")
    )


def owning(cycle: Cycle) -> QuerySet[Department]:
    years = MeasureYear.objects.filter(measure__plan=cycle.plan_id, fiscal_year=cycle.fiscal_year)
    return Department.objects.filter(pk__in=years.values("owner"))


def heads(departments: Iterable[Department]) -> QuerySet[User]:
    return holders.able(Role.HEAD, departments=list(departments))


def reviewers(plan: int | None) -> QuerySet[User]:
    """The office that looks after the plan's years; without a plan, of every one."""
    return holders.able(Role.REVIEWER, plan=plan)
