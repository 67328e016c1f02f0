"""Where a reviewer stands in the queue: the filters in the address, carried from the list to the sheet and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property

from review import clock, permissions
from review.assessment.services import standings
from review.assessment.services.assessment import CLAIM_LASTS
from review.listing import not_sent_by
from review.models import Cycle, IndicatorYear, MeasureReview, ReviewState, Step
from review.screens.views.answers import see_other
from review.screens.views.questions import whole
from review.screens.views.signed_in import SignedInRequest

PARAMETERS = ("state", "sort", "department", "flag", "who", "page")
WAITING = ReviewState.SUBMITTED.value
STATES = (WAITING, ReviewState.RETURNED.value, ReviewState.REVIEWED.value, ReviewState.APPROVED.value, "all")
SORTS = {
    "doubts": ("doubts", "-submitted_at"),
    "measure": ("measure_year__measure__sort_key",),
    "department": ("measure_year__owner__order", "measure_year__measure__sort_key"),
    "submitted": ("submitted_at",),
    "since": ("-state_since",),
}
DEFAULT_SORT = "-doubts"
UNASKED = Q(doubts=0, late=False)
FLAGS = ("none", "any", "missed", "undetermined", "late")
PEOPLE = ("me", "free", "others")


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The filters in the address; unknown values are ignored."""

    state: str
    sort: str
    department: str
    flag: str
    who: str

    @classmethod
    def of(cls, request: SignedInRequest) -> Filters:
        """From the address."""
        query = request.GET
        return cls(
            state=one_of(query.get("state", ""), STATES) or WAITING,
            sort=query.get("sort", DEFAULT_SORT),
            department=query.get("department", "") if whole(query.get("department", "")) is not None else "",
            flag=one_of(query.get("flag", ""), FLAGS),
            who=one_of(query.get("who", ""), PEOPLE),
        )

    @cached_property
    def narrowed(self) -> bool:
        """Whether anything but the state is asked for."""
        return bool(self.department or self.flag or self.who)


def one_of(text: str, known: tuple[str, ...]) -> str:
    """The text where it is known, else ''."""
    return text if text in known else ""


def chosen(request: SignedInRequest, cycle: Cycle, filters: Filters) -> QuerySet[MeasureReview]:
    """The sheets that match the filters, of those that the person may read, in their order."""
    reviews = cycle.reviews.visible(permissions.scope_of(request.user))
    if filters.state != "all":
        reviews = reviews.filter(state=filters.state)
    if filters.department:
        reviews = reviews.filter(measure_year__owner=int(filters.department))
    return by_person(by_flag(reviews, filters.flag), filters.who, request).order_by(*order(filters.sort))


def by_flag(reviews: QuerySet[MeasureReview], flag: str) -> QuerySet[MeasureReview]:
    """Narrowed to the sheets with, or without, something to ask about."""
    if flag in ("missed", "undetermined"):
        rows = IndicatorYear.objects.filter(
            indicator__measure=OuterRef("measure_year__measure"),
            fiscal_year=OuterRef("measure_year__fiscal_year"),
            status=flag,
        )
        return reviews.filter(Exists(rows))
    conditions = {"none": UNASKED, "any": Q(doubts__gt=0), "late": Q(late=True)}
    return reviews.filter(conditions[flag]) if flag in conditions else reviews


def by_person(reviews: QuerySet[MeasureReview], who: str, request: SignedInRequest) -> QuerySet[MeasureReview]:
    """Narrowed by who is on the sheet now; a claim that lapsed is none."""
    lasting = Q(claimed_at__gt=clock.now() - CLAIM_LASTS)
    mine = lasting & Q(claimed_by=request.user.pk)
    if who == "me":
        return reviews.filter(mine)
    if who == "free":
        return reviews.filter(~lasting | Q(claimed_by=None))
    return reviews.filter(lasting, claimed_by__isnull=False).exclude(mine) if who == "others" else reviews


def order(sort: str) -> list[str]:
    """The columns of a sort key; a leading minus turns it round. Unknown keys sort as by default."""
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        return order(DEFAULT_SORT)
    if sort.startswith("-"):
        columns = tuple(c.removeprefix("-") if c.startswith("-") else f"-{c}" for c in columns)
    return [*columns, "measure_year__measure__sort_key"]


def kinds(waiting: QuerySet[MeasureReview], user: Any, *, named: bool) -> dict[str, list[tuple[int, int]]]:
    """What waits as (sheet, round) in its order, by whether it may be confirmed without opening it ("clean"), and why not
    ("doubtful", "own"; "taken", where somebody else is on it and it is not `named`). One query."""
    parts: dict[str, list[tuple[int, int]]] = {kind: [] for kind in ("clean", "doubtful", "own", "taken")}
    shown = ("pk", "round", "free", "doubts", "late", "claimed_by", "claimed_at")
    for pk, seen, free, doubts, late, by, at in waiting.annotate(free=not_sent_by(user.pk)).values_list(*shown):
        taken = not named and by not in (None, user.pk) and at > clock.now() - CLAIM_LASTS
        parts["own" if not free else "doubtful" if doubts or late else "taken" if taken else "clean"].append((pk, seen))
    return parts


def queue_query(request: SignedInRequest, but: str = "") -> str:
    """The queue's own part of the address: what to hand on to a sheet and back, and whether one goes on to the next; `but`
    for one of them."""
    sent = request.POST if request.method == "POST" else request.GET
    known = {**{key: request.GET.get(key) for key in PARAMETERS if key != but}, "then": sent.get("then")}
    return urlencode({key: value for key, value in known.items() if value})


def back_to_queue(request: SignedInRequest, cycle: Cycle) -> HttpResponse:
    """On to the list as it was filtered."""
    return see_other("meguri:queue", *cycle.key, query=queue_query(request))


def to_review(request: SignedInRequest, cycle: Cycle) -> list[int]:
    """What waits for a 確認 by this person, as the queue was filtered. Two queries."""
    waiting = chosen(request, cycle, Filters.of(request)).filter(state=WAITING)
    return list(waiting.filter(not_sent_by(request.user.pk)).values_list("pk", flat=True))


def to_approve(request: SignedInRequest, cycle: Cycle) -> list[int]:
    """What waits for an 承認 by this person, in the order of the agenda. Five queries or so."""
    waiting = to_record(request, cycle)
    barred = permissions.barred(request.user, cycle.plan_id, waiting, Step.APPROVE)
    return [pk for pk in waiting if pk not in barred]


def to_record(request: SignedInRequest, cycle: Cycle) -> list[int]:
    """What waits for the 本部, in the order of the agenda."""
    return [sheet.pk for sheet in standings.in_order(standings.sheets_of(cycle).values()) if sheet.waits]


def neighbours(sheet: MeasureReview, numbers: list[int]) -> dict[str, int | None]:
    """Where the sheet stands among those that wait: {"place", "count", "before", "after"}."""
    if sheet.pk not in numbers:
        return {"place": None, "count": len(numbers), "before": None, "after": numbers[0] if numbers else None}
    at = numbers.index(sheet.pk)
    return {
        "place": at + 1,
        "count": len(numbers),
        "before": numbers[at - 1] if at else None,
        "after": numbers[at + 1] if at + 1 < len(numbers) else None,
    }
