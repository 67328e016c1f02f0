"""The numbers beside the menu: what waits for one person, counted in one query."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery

from review import calendar, continuing
from review.listing import not_reviewed_by, not_sent_by
from review.models import (
    ChangeState,
    City,
    Concurrence,
    Correction,
    Cycle,
    CycleState,
    Decision,
    IndicatorYear,
    Job,
    JobState,
    MeasureReview,
    MeasureYear,
    Meeting,
    Notification,
    PlanChange,
    RecordedDecision,
    ReviewState,
    Role,
    User,
)
from review.models.sheet import OPEN_STATES
from review.prepared import Ask, prepared
from review.screens.services import announcement

AT_WORK = (CycleState.OPEN, CycleState.DECIDING, CycleState.SCHEDULED)


class HowMany(Subquery):
    """The number of rows of a query, as one column of another."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk"))


def counted(
    user: int,
    keys: Collection[str],
    departments: Collection[int],
    headed: Collection[int],
    plans: Mapping[str, Collection[int | None]],
) -> dict[str, Any]:
    """{name of ROWS: how many}, 0 for what is not in `keys`, the stored name of the `city`, the standing `announcement` and the
    `closed` days as text; no query per number, one in all.

    `plans`: role -> the plans in which the person holds it, None among them for every one."""
    limits = {role: [plan for plan in held if plan] for role, held in plans.items() if held and None not in held}
    size = 1 << max(len(departments), len(headed), 1, *map(len, limits.values())).bit_length()
    names = tuple(sorted(keys))
    rows = question(names, size, tuple(sorted(limits)))(
        user=user,
        departments=padded(departments, size),
        headed=padded(headed, size),
        **{f"{role}_plans": padded(held, size) for role, held in limits.items()},
    )
    return defaultdict(int, zip((*names, "city", "announcement", "closed"), rows[0], strict=True) if rows else ())


def padded(numbers: Collection[int], size: int) -> list[int]:
    """The numbers, and zeros, which no row has, up to the length that the question takes."""
    return [*numbers, *[0] * (size - len(numbers))]


@lru_cache(maxsize=64)
def question(names: tuple[str, ...], size: int, limited: tuple[str, ...]) -> Ask[tuple[Any, ...]]:
    """The counts of these names for somebody with up to `size` departments, and plans for each of the `limited` roles."""
    kinds: dict[str, type | int] = {"user": int}
    kinds |= {"departments": size} if DEPARTMENTS & set(names) else {}
    kinds |= {"headed": size} if "endorse" in names else {}
    roles = {name: PLANS[name][0] for name in names if name in PLANS and PLANS[name][0] in limited}
    kinds |= {f"{role}_plans": size for role in roles.values()}

    @prepared(**kinds)
    def numbers(user: int, departments: Any = (), headed: Any = (), **plans: Any) -> QuerySet[Any, tuple[Any, ...]]:
        rows = {name: ROWS[name](user, departments, headed) for name in names}
        for name, role in roles.items():
            rows[name] = rows[name].filter(**{f"{PLANS[name][1]}__in": plans[f"{role}_plans"]})
        columns = [HowMany(rows[name]) for name in names]
        texts = Subquery(City.objects.values("name")[:1]), Subquery(announcement.latest()), calendar.closed_days()
        return User.objects.filter(pk=user).values_list(*columns, *texts)

    return numbers


# --- what is counted: each from the person, their departments, and those that they head ------------------------------


def at_work() -> QuerySet[MeasureReview]:
    """The sheets of the years on which work goes on."""
    return MeasureReview.objects.filter(cycle__state__in=[CycleState.OPEN, CycleState.DECIDING])


def with_demo_values() -> QuerySet[Cycle]:
    """The years under way that hold invented values."""
    year = OuterRef("fiscal_year")
    texts = MeasureYear.objects.filter(demo=True, fiscal_year=year, measure__plan=OuterRef("plan"))
    values = IndicatorYear.objects.filter(demo=True, fiscal_year=year, indicator__measure__plan=OuterRef("plan"))
    return Cycle.objects.filter(Exists(texts) | Exists(values), state__in=AT_WORK)


Rows = Callable[[int, Any, Any], QuerySet[Any]]
ROWS: dict[str, Rows] = {
    "own": lambda user, own, headed: at_work().filter(measure_year__owner__in=own, state__in=OPEN_STATES),
    "endorse": lambda user, own, headed: at_work().filter(measure_year__owner__in=headed, state=ReviewState.ENDORSING),
    "asked": lambda user, own, headed: Concurrence.objects.filter(
        department__in=own, answer=Concurrence.Answer.WAITING
    ),
    "to_review": lambda user, own, headed: at_work().filter(not_sent_by(user), state=ReviewState.SUBMITTED),
    "approve": lambda user, own, headed: at_work().filter(
        not_sent_by(user), not_reviewed_by(user), state=ReviewState.REVIEWED
    ),
    "proposed": lambda user, own, headed: at_work().exclude(proposed_outcome="").exclude(proposed_by=user),
    "years": lambda user, own, headed: Cycle.objects.filter(state=CycleState.DECIDING),
    "to_settle": lambda user, own, headed: PlanChange.objects.filter(state=ChangeState.PROPOSED).exclude(
        proposed_by=user
    ),
    "to_read": lambda user, own, headed: Decision.objects.filter(on_behalf_of=user, later_reading=None),
    "failed_jobs": lambda user, own, headed: Job.objects.filter(state=JobState.FAILED),
    "unread": lambda user, own, headed: Notification.objects.filter(recipient=user, read_at=None, settled_at=None),
    "demo": lambda user, own, headed: with_demo_values(),
    "under_way": lambda user, own, headed: Job.objects.filter(state__in=[JobState.RUNNING, JobState.WAITING]),
    "corrections": lambda user, own, headed: Correction.objects.filter(state__in=Correction.OPEN),
    "records": lambda user, own, headed: RecordedDecision.objects.filter(closed_at=None),
    "meetings": lambda user, own, headed: Meeting.objects.all(),
    "changes": lambda user, own, headed: PlanChange.objects.filter(state=ChangeState.PROPOSED),
    "ended": lambda user, own, headed: continuing.to_lead_on(),
}
#: How much there is at all of what a page shows beside its own: where there is nothing, the page does not ask for it.
BESIDE = ("under_way", "corrections", "records", "meetings", "changes", "ended")
#: Those that a post in one plan counts in that plan only: whose post, and where the row names its plan.
PLANS = {
    "to_review": (Role.REVIEWER.value, "cycle__plan"),
    "approve": (Role.APPROVER.value, "cycle__plan"),
    "proposed": (Role.APPROVER.value, "cycle__plan"),
    "years": (Role.APPROVER.value, "plan"),
    "to_settle": (Role.APPROVER.value, "plan"),
}
#: Those that ask for the person's departments.
DEPARTMENTS = frozenset({"own", "asked"})
