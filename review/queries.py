"""Reads shared by screens and workbooks. Every function says how many queries it costs; none grows with the sheets."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Count, F, Max, Min, Prefetch, QuerySet

from review import beside, continuing
from review.models import (
    Artifact,
    Cycle,
    Decision,
    Edition,
    IndicatorYear,
    ItemComment,
    Job,
    JobState,
    Mail,
    MailState,
    MeasureReview,
    MeasureYear,
    Opinion,
    OutboxEvent,
    Rating,
    ReviewState,
    ScheduleItem,
    Submission,
    TargetChange,
)
from review.models.sheet import set_aside
from review.prepared import prepared

_years: ContextVar[list[Cycle] | None] = ContextVar("years", default=None)


@contextmanager
def only_showing(safe: bool) -> Iterator[None]:
    """A request that changes nothing, where it is `safe`: it reads the years at most once."""
    token = _years.set([] if safe else None)
    try:
        yield
    finally:
        _years.reset(token)


def every_year() -> list[Cycle]:
    """The years of all plans, the newest first. One query, and none the second time `only_showing`."""
    years = _years.get()
    if years:
        return years
    rows = list(Cycle.objects.select_related("plan").order_by("-fiscal_year", "plan_id"))
    if years is not None:
        years.extend(rows)
    return rows


def cycles_now() -> list[Cycle]:
    """Of each plan the year that people work on: the latest under way, else the latest opened, else the latest. One query."""
    years = sorted(every_year(), key=Cycle.how_near)
    return [one for _plan, one in sorted({one.plan_id: one for one in years}.items())]


def cycle_now() -> Cycle | None:
    """The same of all plans. One query."""
    return max(cycles_now(), key=Cycle.how_near, default=None)


def cycle_of(plan: str, fiscal_year: int) -> Cycle | None:
    """The cycle of a plan, by its short name, and a fiscal year, or None. One query."""
    return next((one for one in every_year() if one.key == (plan, fiscal_year)), None)


def reviews(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets with what every list shows: measure, owner, cycle, people. No further query per row."""
    people = ("submitted_by", "claimed_by", "proposed_by", "assigned_to")
    return briefly(base).select_related("cycle__plan", "measure_year__measure__field__parent__parent", *people)


def briefly(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets with measure and owner alone: a third of what `reviews` costs. Of `cycle.reviews`, each has that cycle."""
    rows = base.order_by("measure_year__measure__sort_key")
    return rows.select_related("measure_year__measure", "measure_year__owner")


@prepared(number=int)
def any_review(number: int) -> QuerySet[MeasureReview]:
    """The sheet of this number with what its page shows, for those from whom none is hidden. One query."""
    return reviews(MeasureReview.objects.filter(pk=number))


def to_show(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """`reviews`, each with what there is BESIDE it: what it has none of is not asked for, and nothing is read twice. For
    requests that change nothing; a sheet that is locked has its rows read anew."""
    return reviews(base).annotate(**beside.columns())


@prepared(number=int)
def any_to_show(number: int) -> QuerySet[MeasureReview]:
    """`any_review`, as `to_show`. One query."""
    return to_show(MeasureReview.objects.filter(pk=number))


def indicator_years(review: MeasureReview) -> list[IndicatorYear]:
    """This year's rows of the sheet's indicators, in order. One query."""
    year = review.measure_year
    if beside.is_to_show(review):
        known = [row for story in indicator_history(review).values() for row in story]
        now = [row for row in known if row.fiscal_year == year.fiscal_year]
        return [row for row in now if row.indicator.measure_id == year.measure_id]
    rows = IndicatorYear.objects.filter(indicator__measure_id=year.measure_id, fiscal_year=year.fiscal_year)
    return list(rows.select_related("indicator", "given_by").order_by("indicator__number"))


def indicator_history(review: MeasureReview) -> dict[int, list[IndicatorYear]]:
    """Every year of the 成果目標 that the sheet's year knows (`goals_of_year`). One query."""
    stored: dict[int, list[IndicatorYear]] | None = review.__dict__.get("_story")
    if stored is not None:
        return stored
    story: dict[int, list[IndicatorYear]] = {}
    for row in _story(measure=review.measure_year.measure_id):
        story.setdefault(row.indicator.number, []).append(row)
    known = goals_of_year(story, review.measure_year.fiscal_year)
    continuing.put_earlier(known.values())
    if beside.is_to_show(review):
        review.__dict__["_story"] = known
    return known


def goals_of_year(story: dict[int, list[IndicatorYear]], year: int) -> dict[int, list[IndicatorYear]]:
    """The 成果目標 that the year knows, those that ended before it included: {number: rows in year order}. One whose first
    row is a later year's is not there yet."""
    return {number: rows for number, rows in story.items() if rows[0].fiscal_year <= year}


@prepared(measure=int)
def _story(measure: int) -> QuerySet[IndicatorYear]:
    rows = IndicatorYear.objects.filter(indicator__measure_id=measure).select_related("indicator", "given_by")
    return rows.order_by("indicator__number", "fiscal_year")


def schedule(review: MeasureReview) -> list[ScheduleItem]:
    """The schedule rows of the sheet's year. One query."""
    return beside.read_once(review, "schedule", lambda: schedule_of(year=review.measure_year_id))


@prepared(year=int)
def schedule_of(year: int) -> QuerySet[ScheduleItem]:
    """The schedule rows of a 施策's year. One query."""
    return ScheduleItem.objects.filter(measure_year_id=year).order_by("position")


def full_reviews(cycle: Cycle, only: Collection[int] | None = None) -> list[MeasureReview]:
    """All sheets of a year with everything a workbook or an edition shows, in about ten queries; `only` some by id.

    Each has `measure_year.schedule.all()`, `measure_year.related.all()` and, as `years_by_number`,
    {indicator number: all its IndicatorYear rows in year order}; as `ratings_by_hand`, {hand: 総合評価}.
    `standing` lists its submissions not taken back, without their texts, the last at the end; `opinions_heard` its opinions.
    """
    base = MeasureReview.objects.filter(cycle=cycle)
    if only is not None:
        base = base.filter(pk__in=only)
    plan = Prefetch("measure_year__schedule", ScheduleItem.objects.order_by("position"))
    sent = Prefetch("submissions", Submission.standing(), to_attr="standing")
    rows: list[Any] = [*reviews(base).prefetch_related(plan, MeasureYear.naming("measure_year"), sent, Opinion.heard())]
    stories: dict[int, dict[int, list[IndicatorYear]]] = {}
    years = IndicatorYear.objects.filter(indicator__measure__years__review__in=base).select_related("indicator")
    for year in years.distinct().order_by("indicator__number", "fiscal_year"):
        stories.setdefault(year.indicator.measure_id, {}).setdefault(year.indicator.number, []).append(year)
    known = (goals_of_year(story, cycle.fiscal_year) for story in stories.values())
    continuing.put_earlier(rows for story in known for rows in story.values())
    rated = counted_ratings(base)
    for row in rows:
        # A book prints the whole plan, as the city's own document does: goals of later years too.
        row.years_by_number = stories.get(row.measure_year.measure_id, {})
        row.ratings_by_hand = rated.get(row.pk, {})
    return rows


def state_labels(cycle: Cycle) -> dict[str, str]:
    """{施策ID: the words for the state of its sheet}. One query."""
    rows = MeasureReview.objects.filter(cycle=cycle).values_list("measure_year__measure__code", "state")
    return {code: str(ReviewState(state).label) for code, state in rows}


def all_settled(cycle: Cycle) -> bool:
    """Whether every sheet of the year is approved (or settled with a reason). One query; False where none exists."""
    sheets = MeasureReview.objects.filter(cycle=cycle)
    return sheets.exists() and not sheets.exclude(state=ReviewState.APPROVED).exists()


# --- files and work in the background --------------------------------------------------------------------------------


def latest_sheet_files(reviews: QuerySet[MeasureReview]) -> QuerySet[Artifact]:
    """The newest workbook, and the newest PDF, of each of the sheets that has one, in order of 施策ID. One query."""
    newest = Artifact.objects.filter(review__in=reviews.values("pk"), retired_at=None).order_by()
    latest = newest.values("review", "kind").annotate(latest=Max("pk")).values("latest")
    rows = Artifact.objects.filter(pk__in=latest).select_related("review__measure_year__measure", "cycle")
    return rows.select_related("review__measure_year__owner").order_by("review__measure_year__measure__sort_key")


def consolidated_files(cycle: Cycle) -> QuerySet[Artifact]:
    """The year's consolidated workbooks that still have a file, newest first, those of editions among them. One query."""
    books = Artifact.objects.filter(cycle=cycle, kind=Artifact.Kind.CONSOLIDATED, retired_at=None)
    return books.select_related("edition", "cycle").order_by("-created_at", "-pk")


def backlog() -> dict[str, dict[str, Any]]:
    """What waits to be done in the background: {"events", "mails", "jobs"}: how many, and since when. Three queries.

    A job that gathers requests is not yet late: it counts from the moment it is due.
    """
    events = OutboxEvent.objects.filter(delivered_at=None, parked_at=None)
    mails = Mail.objects.filter(state__in=[MailState.WAITING, MailState.SENDING])
    jobs = Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING])
    return {
        "events": events.aggregate(count=Count("pk"), oldest=Min("created_at")),
        "mails": mails.aggregate(count=Count("pk"), oldest=Min("created_at")),
        "jobs": jobs.aggregate(count=Count("pk"), oldest=Min("not_before")),
    }


def job_counts() -> dict[str, int]:
    """{state: number of jobs}, every state present. One query."""
    counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counts.get(state.value, 0) for state in JobState}


# --- editions ---------------------------------------------------------------------------------------------------------


def editions(plan: str, fiscal_year: int) -> QuerySet[Edition]:
    """The editions of a plan's year without their snapshots, newest first. One query."""
    rows = Edition.objects.select_related("cycle__plan").defer("snapshot").order_by("-number")
    return rows.filter(cycle__plan__short_name=plan, cycle__fiscal_year=fiscal_year)


def published_years() -> list[Edition]:
    """The current edition of every published year, newest year first, with what an index shows of its snapshot
    (`totals`, `plan_name`, `scale`). One query, and not the snapshots themselves."""
    rows = Edition.objects.filter(current=True).select_related("cycle").defer("snapshot")
    parts = rows.annotate(totals=F("snapshot__totals"), plan_name=F("snapshot__plan"), scale=F("snapshot__scale"))
    return list(parts.order_by("-cycle__fiscal_year", "cycle__plan_id"))


def published_totals(plan_id: int, fiscal_year: int) -> tuple[dict[str, dict[str, int]], list[dict[str, Any]]] | None:
    """The `totals` of the year's current edition and their scale as data, None where none is published. One query."""
    totals = _published_totals(plan=plan_id, year=fiscal_year)
    return totals[0] if totals else None


@prepared(plan=int, year=int)
def _published_totals(plan: int, year: int) -> QuerySet[Any]:
    rows = Edition.objects.filter(cycle__plan_id=plan, cycle__fiscal_year=year, current=True)
    return rows.order_by().values_list("snapshot__totals", "snapshot__scale")


def shelf() -> list[Edition]:
    """Every edition without its snapshot, newest year first and newest edition first. One query."""
    rows = Edition.objects.select_related("cycle__plan").defer("snapshot")
    return list(rows.order_by("-cycle__fiscal_year", "cycle__plan_id", "-number"))


def shelf_state() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What differs wherever a public page may differ: editions, their plan and its next day, their books. One query."""
    names = ("sha256", "current", "published_at", *OF_PLAN, "artifacts__kind", "artifacts__sha256")
    rows = list(Edition.objects.values_list("pk", *continuing.beside_editions(), *names))
    return sorted({row[:-2] for row in rows}), sorted(
        {(pk, kind, file) for pk, *_, kind, file in rows if kind in BOOKS}
    )


OF_PLAN = ("cycle__plan__city", "cycle__plan__name", "cycle__plan__municipality_code", "cycle__plan__office")
#: the files of an edition that its pages show
BOOKS = (Artifact.Kind.CONSOLIDATED, Artifact.Kind.BOOK_PDF)


# --- what one sheet's screens show ---------------------------------------------------------------------------------


def submissions(review: MeasureReview) -> list[Submission]:
    """What was submitted, the latest last. One query."""
    return beside.read_once(review, "submissions", lambda: _submissions(review=review.pk))


@prepared(review=int)
def _submissions(review: int) -> QuerySet[Submission]:
    rows = Submission.objects.filter(review_id=review).select_related("submitted_by", "recalled_by")
    return rows.order_by("round")


def decisions(review: MeasureReview) -> list[Decision]:
    """The sheet's decisions in their order. One query."""
    return beside.read_once(review, "decisions", lambda: _decisions(review=review.pk))


@prepared(review=int)
def _decisions(review: int) -> QuerySet[Decision]:
    rows = Decision.objects.filter(review_id=review)
    people = rows.select_related("decided_by", "on_behalf_of", "later_reading", "meeting")
    return people.order_by("decided_at", "pk")


def comments(review: MeasureReview) -> list[ItemComment]:
    """All comments on the sheet, the oldest first. One query."""
    return beside.read_once(review, "comments", lambda: _comments(review=review.pk))


@prepared(review=int)
def _comments(review: int) -> QuerySet[ItemComment]:
    rows = ItemComment.objects.filter(review_id=review).select_related("author")
    return rows.order_by("created_at", "pk")


def latest_files(review: MeasureReview) -> list[Artifact]:
    """The sheet's newest workbook and its newest PDF, as far as there are any. One query."""
    newest = {
        file.kind: file for file in reversed(beside.read_once(review, "artifacts", lambda: _files_of(review=review.pk)))
    }
    return [newest[kind] for kind in (Artifact.Kind.SHEET, Artifact.Kind.SHEET_PDF) if kind in newest]


@prepared(review=int)
def _files_of(review: int) -> QuerySet[Artifact]:
    return Artifact.objects.filter(review_id=review, retired_at=None)


def target_changes(review: MeasureReview) -> dict[int, TargetChange]:
    """{indicator number: what the sheet changes in the year to come}. One query."""
    rows = beside.read_once(review, "target_changes", lambda: _target_changes(review=review.pk))
    return {row.indicator.number: row for row in rows}


@prepared(review=int)
def _target_changes(review: int) -> QuerySet[TargetChange]:
    return TargetChange.objects.filter(review_id=review).select_related("indicator", "changed_by")


def changes_of_year(cycle: Cycle) -> QuerySet[TargetChange]:
    """What the year's sheets change in the year to come, by 施策; not those of sheets that never came. One query."""
    rows = TargetChange.objects.filter(review__cycle=cycle, review__outcome="")
    rows = rows.select_related("indicator", "review__measure_year__measure")
    return rows.order_by("review__measure_year__measure__sort_key", "indicator__number")


def year_before(review: MeasureReview) -> MeasureYear | None:
    """The same 施策 in the year before. One query, two where it continues another."""
    measure, year = review.measure_year.measure, review.measure_year.fiscal_year - 1
    read = (_measure_years(measure=number, year=year) for number in (measure.pk, measure.continues_id) if number)
    return next(iter(beside.read_once(review, "year_before", lambda: next(filter(None, read), []))), None)


@prepared(measure=int, year=int)
def _measure_years(measure: int, year: int) -> QuerySet[MeasureYear]:
    return MeasureYear.objects.filter(measure_id=measure, fiscal_year=year)


# --- what lists of sheets show --------------------------------------------------------------------------------------


def counted_ratings(base: QuerySet[MeasureReview]) -> dict[int, dict[str, Rating]]:
    """{sheet: {hand: its latest 総合評価}}. A new submission sets aside the ratings of the one before. One query."""
    return latest_by_hand(counting_ratings(base))


def ratings_of(review: MeasureReview) -> dict[str, Rating]:
    """{hand: its latest 総合評価} of one sheet, as `counted_ratings`. One query."""
    return latest_by_hand(beside.read_once(review, "ratings", lambda: _ratings_of(review=review.pk))).get(review.pk, {})


@prepared(review=int)
def _ratings_of(review: int) -> QuerySet[Rating]:
    return counting_ratings(MeasureReview.objects.filter(pk=review))


def counting_ratings(base: QuerySet[MeasureReview]) -> QuerySet[Rating]:
    """The 総合評価 given since the sheets were last submitted, without those of withdrawn decisions, the oldest first."""
    rows = Rating.objects.filter(review__in=base.order_by().values("pk"), given_at__gte=F("review__submitted_at"))
    return rows.exclude(set_aside()).select_related("given_by").order_by("given_at", "pk")


def latest_by_hand(rows: Iterable[Rating]) -> dict[int, dict[str, Rating]]:
    """{sheet: {hand: its latest}} of such rows."""
    latest: dict[int, dict[str, Rating]] = {}
    for row in rows:
        latest.setdefault(row.review_id, {})[row.hand] = row
    return latest


def grade_counts(cycle: Cycle, *, fiscal_year: int) -> dict[str, int]:
    """{達成区分: number of 成果目標} of one year of the cycle's plan; {} where none was judged. One query."""
    rows = IndicatorYear.objects.filter(indicator__measure__plan_id=cycle.plan_id, fiscal_year=fiscal_year)
    pairs = rows.order_by().values_list("grade", "given_grade").annotate(Count("pk"))
    counts: Counter[str] = Counter()
    for computed, given, number in pairs:
        counts[given or computed] += number
    return {grade: number for grade, number in counts.items() if grade}
