"""Reads shared by screens and workbooks. Every function says how many queries it costs; none grows with the sheets."""

from __future__ import annotations

from django.db.models import Count, Prefetch, QuerySet

from review.models import Cycle, IndicatorYear, MeasureReview, ReviewState, ScheduleItem
from review.models.cycle import CycleState


def cycle_now() -> Cycle | None:
    """The year that people work on: the latest one that is open, else the latest of all. One or two queries."""
    cycles = Cycle.objects.select_related("plan").order_by("-fiscal_year")
    return cycles.filter(state__in=[CycleState.OPEN, CycleState.DECIDING, CycleState.SCHEDULED]).first() or (
        cycles.exclude(state=CycleState.DRAFT).first() or cycles.first()
    )


def cycle_of(fiscal_year: int) -> Cycle | None:
    """The cycle of a fiscal year, or None. One query."""
    return Cycle.objects.select_related("plan").filter(fiscal_year=fiscal_year).first()


def reviews(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets with what every list shows: measure, owner, cycle, people. No further query per row."""
    return base.select_related(
        "cycle",
        "cycle__plan",
        "measure_year__measure__field",
        "measure_year__owner",
        "submitted_by",
        "claimed_by",
        "proposed_by",
    ).order_by("measure_year__measure__code")


def indicator_years(review: MeasureReview) -> list[IndicatorYear]:
    """This year's rows of the sheet's indicators, in order. One query."""
    year = review.measure_year
    rows = IndicatorYear.objects.filter(indicator__measure_id=year.measure_id, fiscal_year=year.fiscal_year)
    return list(rows.select_related("indicator", "given_by").order_by("indicator__number"))


def indicator_history(review: MeasureReview) -> dict[int, list[IndicatorYear]]:
    """Every year of every indicator of the sheet: {number: rows in year order}. One query."""
    rows = IndicatorYear.objects.filter(indicator__measure_id=review.measure_year.measure_id)
    story: dict[int, list[IndicatorYear]] = {}
    for row in rows.select_related("indicator").order_by("indicator__number", "fiscal_year"):
        story.setdefault(row.indicator.number, []).append(row)
    return story


def schedule(review: MeasureReview) -> list[ScheduleItem]:
    """The schedule rows of the sheet's year. One query."""
    return list(ScheduleItem.objects.filter(measure_year_id=review.measure_year_id).order_by("position"))


def full_reviews(cycle: Cycle) -> list[MeasureReview]:
    """All sheets of a year with everything a workbook or an edition shows, in about eight queries.

    Each has `measure_year.schedule.all()`, `measure_year.related.all()` and, as `years_by_number`,
    {indicator number: all its IndicatorYear rows in year order}.
    """
    rows = list(
        reviews(MeasureReview.objects.filter(cycle=cycle)).prefetch_related(
            Prefetch("measure_year__schedule", ScheduleItem.objects.order_by("position")), "measure_year__related"
        )
    )
    stories: dict[int, dict[int, list[IndicatorYear]]] = {}
    years = IndicatorYear.objects.filter(indicator__measure__years__review__cycle=cycle).select_related("indicator")
    for year in years.distinct().order_by("indicator__number", "fiscal_year"):
        stories.setdefault(year.indicator.measure_id, {}).setdefault(year.indicator.number, []).append(year)
    for row in rows:
        row.years_by_number = stories.get(row.measure_year.measure_id, {})  # type: ignore[attr-defined]
    return rows


def state_counts(cycle: Cycle) -> dict[str, int]:
    """{state: number of sheets}, every state present. One query."""
    counts = dict(
        MeasureReview.objects.filter(cycle=cycle).order_by().values_list("state").annotate(Count("pk"))
    )
    return {state.value: counts.get(state.value, 0) for state in ReviewState}


def all_settled(cycle: Cycle) -> bool:
    """Whether every sheet of the year is approved (or settled with a reason). One query; False where none exists."""
    sheets = MeasureReview.objects.filter(cycle=cycle)
    return sheets.exists() and not sheets.exclude(state=ReviewState.APPROVED).exists()
