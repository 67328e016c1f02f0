"""Reads of long lists: the queue, the board. Prepared, so that a thousand sheets cost little more than thirty; every
function says how many queries it costs.

Those that take a cycle's number read all of its sheets: for pages that only people open who may read them all
(tests/review/test_access_table.py fails where such a page opens to anybody else).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from review.domain import answers
from review.models import (
    ChangeState,
    Cycle,
    Decision,
    IndicatorYear,
    MeasureReview,
    MeasureYear,
    Meeting,
    PlanChange,
    Rating,
    RecordedDecision,
    ReviewState,
    Submission,
)
from review.models.sheet import OF_REVIEW
from review.prepared import Ask, prepared
from review.queries import counting_ratings, latest_by_hand, reviews, to_show

#: How many rows a prepared question asks for by number: a page of a list, and all that waits in a year.
AT_ONCE, YEAR = 40, 1000


#: How many departments of a person a prepared question asks for.
OFFICES = 4


def own_sheet(number: int, departments: Iterable[int], *, shown: bool) -> MeasureReview | None:
    """The sheet of this number with what its page shows, if it is one of the departments'; read to be `shown` only, or to be
    changed. Nothing of another's leaves the database. One query for four departments."""
    read = _own_to_show if shown else _own
    parts = in_parts(sorted(departments), OFFICES)
    return next((row for part in parts for row in read(number=number, departments=part)), None)


@prepared(number=int, departments=OFFICES)
def _own_to_show(number: int, departments: list[int]) -> QuerySet[MeasureReview]:
    return to_show(MeasureReview.objects.of(departments).filter(pk=number))


@prepared(number=int, departments=OFFICES)
def _own(number: int, departments: list[int]) -> QuerySet[MeasureReview]:
    return reviews(MeasureReview.objects.of(departments).filter(pk=number))


def listed(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets with what a long list shows of each, in the order of `base`: no narrative, no plan, and no cycle, which
    whoever lists one year's sheets holds already."""
    return base.select_related("measure_year__measure", "measure_year__owner", "submitted_by", "claimed_by").only(
        "cycle",
        "state",
        "outcome",
        "round",
        "late",
        "submitted_at",
        "state_since",
        "doubts",
        "extended_until",
        "again_due_at",
        "claimed_at",
        "measure_year__measure__code",
        "measure_year__name",
        "measure_year__demo",
        "measure_year__owner__name",
        "submitted_by__display_name",
        "submitted_by__username",
        "claimed_by__display_name",
        "claimed_by__username",
    )


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


@prepared(measures=AT_ONCE, year=int, before=int)
def judged_goals(measures: list[int], year: int, before: int) -> QuerySet[Any]:
    """The 成果目標 of these 施策 in a year with their judgement, each with the 実績 of the year before as `actual_before` and,
    where it was missed, the 施策's texts of the year as `texts`. One query."""
    earlier = IndicatorYear.objects.filter(indicator=OuterRef("indicator"), fiscal_year=before).order_by()
    its = MeasureYear.objects.filter(measure=OuterRef("indicator__measure"), fiscal_year=year).order_by()
    rows = IndicatorYear.objects.filter(indicator__measure__in=measures, fiscal_year=year).select_related("indicator")
    missed = When(status="missed", then=its.values("texts"))
    rows = rows.annotate(actual_before=earlier.values("actual"), texts=Case(missed)).order_by("indicator__number")
    return rows.only(
        "name",
        "target",
        "actual",
        "status",
        "rate",
        "rate_text",
        "grade",
        "given_grade",
        "reason",
        "reading",
        "answers",
        "indicator__number",
        "indicator__measure",
    )


class OfOwner(NamedTuple):
    """How many of a department's sheets are in a state, and how many of them raise no question."""

    owner: int
    name: str
    state: str
    sheets: int
    clean: int


def by_owner(cycle: int) -> list[OfOwner]:
    """The year's sheets, counted for each department in its order and for each state. One query."""
    return list(map(OfOwner._make, _by_owner(cycle=cycle)))


@prepared(cycle=int)
def _by_owner(cycle: int) -> QuerySet[Any]:
    owner, unasked = "measure_year__owner", Count("pk", filter=Q(doubts=0, late=False))
    counted = ("owner_of", "name_of", "state", "sheets", "unasked")
    rows = MeasureReview.objects.filter(cycle=cycle).order_by(f"{owner}__order", f"{owner}_id")
    rows = rows.values(f"{owner}__order", "state", owner_of=F(f"{owner}_id"), name_of=F(f"{owner}__name"))
    numbers: QuerySet[Any] = rows.annotate(sheets=Count("pk"), unasked=unasked).values_list(*counted)
    return numbers


class Mark(NamedTuple):
    """As much of one 成果目標 of one year as totals need."""

    grade: str
    given: bool
    status: str
    demo: bool
    jump: bool
    computed: str = ""
    rated: bool = False


MARKED = (
    "fiscal_year", "indicator__measure_id", "indicator_id", "grade", "given_grade", "status", "demo", "flags_text", "rate",
)  # fmt: skip


class Goals(NamedTuple):
    """The judgements of one 施策's 成果目標 in a year, in order, and whose they are; the worst rate of a missed one."""

    marks: list[Mark]
    numbers: list[int]
    farthest: Decimal | None = None


Years = dict[int, dict[int, Goals]]


def goals_of(plan: int, year: int) -> Years:
    """A plan's 成果目標 in a year and in the one before: {year: {measure id: its goals}}. One query."""
    years: Years = {year: {}, year - 1: {}}
    for at, measure, number, grade, given, status, demo, flags, rate in _marks(plan=plan, year=year, before=year - 1):
        goals = years[at].get(measure)
        if goals is None:
            goals = years[at][measure] = Goals([], [])
        goals.marks.append(Mark(given or grade, bool(given), status, demo, '"jump"' in flags, grade, rate is not None))
        goals.numbers.append(number)
        if status == "missed" and rate is not None and (goals.farthest is None or rate < goals.farthest):
            years[at][measure] = goals._replace(farthest=rate)
    return years


@prepared(plan=int, year=int, before=int)
def _marks(plan: int, year: int, before: int) -> QuerySet[Any]:
    """Their MARKED columns; the flags as text: a thousand lists need not be parsed to look for one word."""
    rows = IndicatorYear.objects.filter(indicator__measure__plan=plan, fiscal_year__in=[year, before])
    answered = When(answers__has_key="jump", then=Value(""))
    annotated = rows.annotate(flags_text=Case(answered, default=Cast("flags", TextField()), output_field=TextField()))
    return annotated.order_by("indicator__measure_id", "indicator__number").values_list(*MARKED)


class Part(NamedTuple):
    """A 分野 of the first level, as they stand in the plan."""

    order: int
    number: str
    name: str


def first_level(column: str) -> Coalesce:
    """The column of the 分野 of the first level, above that of the sheet's 施策."""
    way = "measure_year__measure__field"
    return Coalesce(f"{way}__parent__parent__{column}", f"{way}__parent__{column}", f"{way}__{column}")


PEOPLE = 4


def of_people(build: Callable[..., QuerySet[Any]]) -> Ask[Any]:
    """The question about some people and any number of sheets, prepared for a page of a list and for a whole year."""
    sizes = {size: prepared(people=PEOPLE, numbers=size)(build) for size in (AT_ONCE, YEAR)}

    def ask(people: list[int], numbers: Sequence[int]) -> list[Any]:
        size = AT_ONCE if len(numbers) <= AT_ONCE else YEAR
        return [row for part in in_parts(numbers, size) for row in sizes[size](people=people, numbers=part)]

    return ask


@of_people
def senders_among(people: list[int], numbers: list[int]) -> QuerySet[Any]:
    """(sheet, person) where one of the people submitted one of the sheets. One query for a thousand."""
    sent = Submission.objects.filter(review__in=numbers, submitted_by__in=people)
    return sent.order_by().values_list("review_id", "submitted_by_id")


@of_people
def hands_among(people: list[int], numbers: list[int]) -> QuerySet[Any]:
    """`senders_among`, and (sheet, who had a hand in its review, in whose name) where one of the people did, or was
    represented. One query for a thousand."""
    rows = Decision.objects.filter(OF_REVIEW, review__in=numbers)
    taken = rows.filter(Q(decided_by__in=people) | Q(on_behalf_of__in=people)).order_by()
    nobody = Value(None, output_field=IntegerField())
    sent = Submission.objects.filter(review__in=numbers, submitted_by__in=people).order_by().annotate(nobody=nobody)
    return sent.values_list("review_id", "submitted_by_id", "nobody").union(
        taken.values_list("review_id", "decided_by_id", "on_behalf_of_id"), all=True
    )


def not_sent_by(user: int) -> Any:
    """Leaves out what the person submitted at any time."""
    return ~Exists(Submission.objects.filter(review=OuterRef("pk"), submitted_by=user))


def not_reviewed_by(user: int) -> Any:
    """Leaves out what the person confirmed or returned at review, or was represented in."""
    hand = Q(decided_by=user) | Q(on_behalf_of=user)
    return ~Exists(Decision.objects.filter(OF_REVIEW, hand, review=OuterRef("pk")))


@prepared(cycle=int, user=int)
def standing_sheets(cycle: int, user: int) -> QuerySet[Any]:
    """(id, state, outcome, doubts, measure, round, whether 未提出 or 対象外 is proposed, whether the person sent or reviewed it,
    and its 分野: order, number, name) of every sheet of the year, in order of 施策ID. One query."""
    parts = [first_level(column) for column in Part._fields]
    sheets = MeasureReview.objects.filter(cycle=cycle).order_by("measure_year__measure__sort_key")
    rows = sheets.annotate(own=Q(~not_sent_by(user)) | Q(~not_reviewed_by(user)))
    columns = ("pk", "state", "outcome", "doubts", "measure_year__measure_id", "round", "proposed_outcome", "own")
    return rows.values_list(*columns, *parts)


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
