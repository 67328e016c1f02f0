"""Reads of long lists: the queue, the board. Prepared, so that a thousand sheets cost little more than thirty; every
function says how many queries it costs.

Those that take a cycle's number read all of its sheets: for pages that only people open who may read them all
(tests/review/test_access_table.py fails where such a page opens to anybody else).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from review.domain import answers
from review.models import (
    ChangeState,
    Cycle,
    Decision,
    IndicatorYear,
    MeasureReview,
    Meeting,
    PlanChange,
    PlanField,
    Rating,
    RecordedDecision,
    ReviewState,
    Submission,
)
from review.models.sheet import OF_REVIEW
from review.prepared import prepared
from review.queries import counting_ratings, latest_by_hand

#: How many rows a prepared question asks for by number: a page of a list.
AT_ONCE = 40


def listed(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets with what a long list shows of each, in the order of `base`: no narrative, no plan, and no cycle, which
    whoever lists one year's sheets holds already."""
    return base.select_related("measure_year__measure", "measure_year__owner", "submitted_by", "claimed_by").only(
        "cycle", "state", "outcome", "round", "late", "submitted_at", "state_since", "doubts", "extended_until", "again_due_at", "claimed_at",
        "measure_year__measure__code", "measure_year__name", "measure_year__demo", "measure_year__owner__name",
        "submitted_by__display_name", "submitted_by__username", "claimed_by__display_name", "claimed_by__username",
    )  # fmt: skip


def listed_rows(numbers: Sequence[int], cycle: Cycle) -> list[MeasureReview]:
    """One year's sheets of these numbers, in their order, as `listed` has them. One query for forty of them."""
    by_number = {row.pk: row for part in in_parts(numbers) for row in _listed(numbers=part)}
    return of_year([by_number[number] for number in numbers if number in by_number], cycle)


def of_year(sheets: Iterable[MeasureReview], cycle: Cycle) -> list[MeasureReview]:
    """The sheets with their year, which is at hand. No further query."""
    rows = list(sheets)
    for row in rows:
        row.cycle = cycle
    return rows


@prepared(numbers=AT_ONCE)
def _listed(numbers: list[int]) -> QuerySet[MeasureReview]:
    return listed(MeasureReview.objects.filter(pk__in=numbers)).order_by()


def in_parts(numbers: Sequence[int], size: int = AT_ONCE) -> Iterator[list[int]]:
    """The numbers by forties, the last part filled up with zeros, which no row has."""
    for start in range(0, len(numbers), size):
        part = list(numbers[start : start + size])
        yield [*part, *[0] * (size - len(part))]


def doubtful(measures: Sequence[int], fiscal_year: int) -> Iterator[tuple[int, str, list[str]]]:
    """(measure, status, unanswered flags) of each 成果目標 of these 施策 in a year. One query for forty of them."""
    for part in in_parts(measures):
        for measure, status, flags, replies in _doubtful(measures=part, year=fiscal_year):
            yield measure, status, answers.unanswered(flags, replies)


@prepared(measures=AT_ONCE, year=int)
def _doubtful(measures: list[int], year: int) -> QuerySet[Any]:
    rows = IndicatorYear.objects.filter(indicator__measure__in=measures, fiscal_year=year)
    return rows.order_by("indicator__measure_id", "indicator__number").values_list(
        "indicator__measure_id", "status", "flags", "answers"
    )


class OfOwner(NamedTuple):
    """How many of a department's sheets are in a state, and how many of them raise no question."""

    owner: int
    name: str
    state: str
    count: int
    clean: int


def by_owner(cycle: int) -> list[OfOwner]:
    """The year's sheets, counted for each department in its order and for each state. One query."""
    return list(map(OfOwner._make, _by_owner(cycle=cycle)))


@prepared(cycle=int)
def _by_owner(cycle: int) -> QuerySet[Any]:
    owner, clean = "measure_year__owner", Count("pk", filter=Q(doubts=0, late=False))
    rows = MeasureReview.objects.filter(cycle=cycle).order_by(f"{owner}__order", f"{owner}_id")
    rows = rows.values_list(f"{owner}_id", f"{owner}__name", "state", f"{owner}__order")
    return rows.annotate(Count("pk"), clean=clean).values_list(
        f"{owner}_id", f"{owner}__name", "state", "pk__count", "clean"
    )


class Mark(NamedTuple):
    """As much of one 成果目標 of one year as totals need."""

    grade: str
    given: bool
    status: str
    demo: bool
    jump: bool
    computed: str = ""
    rated: bool = False


MARKED = ("indicator__measure_id", "grade", "given_grade", "status", "demo", "flags_text", "rate")


def marks_of(plan: int, year: int) -> dict[int, list[Mark]]:
    """The judgements of a plan's 成果目標 in a year: {measure id: marks in order}. One query."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for measure, grade, given, status, demo, flags, rate in _marks(plan=plan, year=year):
        jump = '"jump"' in flags
        marks[measure].append(Mark(given or grade, bool(given), status, demo, jump, grade, rate is not None))
    return marks


@prepared(plan=int, year=int)
def _marks(plan: int, year: int) -> QuerySet[Any]:
    """Their MARKED columns; the flags as text: a thousand lists need not be parsed to look for one word."""
    rows = IndicatorYear.objects.filter(indicator__measure__plan=plan, fiscal_year=year)
    answered = When(answers__has_key="jump", then=Value(""))
    annotated = rows.annotate(flags_text=Case(answered, default=Cast("flags", TextField()), output_field=TextField()))
    return annotated.order_by("indicator__measure_id", "indicator__number").values_list(*MARKED)


def field_names(cycle: Cycle) -> dict[str, str]:
    """{number of the 分野 of the first level: its name}, in order. One query."""
    return dict(_field_names(plan=cycle.plan_id))


@prepared(plan=int)
def _field_names(plan: int) -> QuerySet[Any]:
    return PlanField.objects.filter(plan_id=plan, parent=None).order_by("order", "number").values_list("number", "name")


def first_level(way: str) -> Coalesce:
    """The number of the 分野 of the first level, above that of the 施策."""
    return Coalesce(f"{way}field__parent__parent__number", f"{way}field__parent__number", f"{way}field__number")


PEOPLE = 4


@prepared(people=PEOPLE, numbers=AT_ONCE)
def senders_among(people: list[int], numbers: list[int]) -> QuerySet[Any]:
    """(sheet, person) where one of the people submitted one of the sheets. One query."""
    sent = Submission.objects.filter(review__in=numbers, submitted_by__in=people)
    return sent.order_by().values_list("review_id", "submitted_by_id")


@prepared(people=PEOPLE, numbers=AT_ONCE)
def reviewers_among(people: list[int], numbers: list[int]) -> QuerySet[Any]:
    """(sheet, who had a hand in its review, in whose name) where one of the people did, or was represented. One query."""
    rows = Decision.objects.filter(OF_REVIEW, review__in=numbers)
    taken = rows.filter(Q(decided_by__in=people) | Q(on_behalf_of__in=people))
    return taken.order_by().values_list("review_id", "decided_by_id", "on_behalf_of_id")


def not_sent_by(user: int) -> Any:
    """Leaves out what the person submitted at any time."""
    return ~Exists(Submission.objects.filter(review=OuterRef("pk"), submitted_by=user))


def not_reviewed_by(user: int) -> Any:
    """Leaves out what the person confirmed or returned at review, or was represented in."""
    hand = Q(decided_by=user) | Q(on_behalf_of=user)
    return ~Exists(Decision.objects.filter(OF_REVIEW, hand, review=OuterRef("pk")))


@prepared(cycle=int)
def standing_sheets(cycle: int) -> QuerySet[Any]:
    """(id, state, outcome, 分野, doubts, measure) of every sheet of the year, in order of 施策ID. One query."""
    return (
        MeasureReview.objects.filter(cycle=cycle)
        .order_by("measure_year__measure__sort_key")
        .values_list(
            "pk", "state", "outcome", first_level("measure_year__measure__"), "doubts", "measure_year__measure_id"
        )
    )


def ratings_of_year(cycle: Cycle) -> dict[int, dict[str, Rating]]:
    """`queries.counted_ratings` of the whole year. One query."""
    return latest_by_hand(_ratings(cycle=cycle.pk))


@prepared(cycle=int)
def _ratings(cycle: int) -> QuerySet[Rating]:
    return counting_ratings(MeasureReview.objects.filter(cycle=cycle))


@prepared(cycle=int)
def open_records(cycle: int) -> QuerySet[RecordedDecision]:
    """What the 事務局 recorded and an approver has yet to confirm, of the sheets that still wait for it. One query."""
    rows = RecordedDecision.objects.filter(
        review__cycle=cycle, review__state=ReviewState.REVIEWED, closed_at=None, round=F("review__round")
    )
    return rows.select_related("review__measure_year__measure", "meeting", "recorded_by").order_by(
        "review__measure_year__measure__sort_key"
    )


@prepared(cycle=int)
def proposals(cycle: int) -> QuerySet[MeasureReview]:
    """The sheets for which 未提出 or 対象外 is proposed, in order of 施策ID. One query."""
    rows = MeasureReview.objects.filter(cycle=cycle).exclude(proposed_outcome="")
    return rows.select_related("measure_year__measure", "proposed_by").order_by("measure_year__measure__sort_key")


def proposed_changes(cycle: Cycle) -> QuerySet[PlanChange]:
    """The changes of the plan that wait for a decision, whatever the year from which they count, oldest first. One
    query."""
    rows = PlanChange.objects.filter(plan=cycle.plan_id, state=ChangeState.PROPOSED)
    return rows.select_related("measure", "proposed_by").order_by("proposed_at", "pk")


@prepared(cycle=int)
def meetings(cycle: int) -> QuerySet[Meeting]:
    """The year's meetings of the 本部, the oldest first. One query."""
    return Meeting.objects.filter(cycle=cycle).select_related("recorded_by")


@prepared(plan=int, year=int, before=int)
def graded_twice(plan: int, year: int, before: int) -> QuerySet[Any]:
    """(measure, 分野, 達成区分 computed and given, the same of the year `before`) of each 成果目標 that has a row in both
    years. One query."""
    rows = IndicatorYear.objects.filter(
        indicator__measure__plan=plan, fiscal_year=year, indicator__years__fiscal_year=before
    ).order_by()
    way = "indicator__years__"
    return rows.values_list(
        "indicator__measure_id", first_level("indicator__measure__"), "grade", "given_grade", f"{way}grade", f"{way}given_grade"
    )  # fmt: skip


@prepared(plan=int, year=int)
def farthest(plan: int, year: int) -> QuerySet[Any]:
    """(measure, its worst rate) of each 施策 that missed a target. One query."""
    missed = IndicatorYear.objects.filter(indicator__measure__plan=plan, fiscal_year=year, status="missed").order_by()
    return missed.values_list("indicator__measure_id").annotate(Min("rate"))
