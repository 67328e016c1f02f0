"""What a 年度 begins with: the 施策 of the year before, their 取組内容 and the names of their 成果目標."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q

from review.models import IndicatorYear, MeasureYear, ScheduleItem
from review.people.services import reorganisation_moves


def carry_over(years: Sequence[MeasureYear], following: int) -> None:
    """Make the rows of the `following` year as far as they do not exist yet, in the caller's transaction. Some ten queries."""
    before = {year.measure_id: year for year in years}
    _measures(before, following)
    after = {year.measure_id: year.pk for year in _rows(before, following)}
    _schedules({year.pk: after[measure] for measure, year in before.items()})
    _goals(years, following)


def _rows(measures: Collection[int], fiscal_year: int) -> Any:
    return MeasureYear.objects.filter(measure__in=measures, fiscal_year=fiscal_year)


def _measures(before: dict[int, MeasureYear], following: int) -> None:
    """The 施策, with their 関連部署."""
    there = set(_rows(before, following).values_list("measure_id", flat=True))
    made = MeasureYear.objects.bulk_create(
        MeasureYear(
            measure_id=measure,
            fiscal_year=following,
            name=year.name,
            owner=reorganisation_moves.office_now(year),
            **year.carried(),
        )
        for measure, year in before.items()
        if measure not in there
    )
    through = MeasureYear.related.through
    new = {before[year.measure_id].pk: year.pk for year in made}
    offices = through.objects.filter(measureyear__in=new).order_by("pk").values_list("measureyear_id", "department_id")
    through.objects.bulk_create(through(measureyear_id=new[year], department_id=office) for year, office in offices)


def _schedules(years: dict[int, int]) -> None:
    """{year before: the following one}: the 取組内容, where the following has none."""
    there = set(ScheduleItem.objects.filter(measure_year__in=years.values()).values_list("measure_year_id", flat=True))
    items = ScheduleItem.objects.filter(measure_year__in=[old for old, new in years.items() if new not in there])
    ScheduleItem.objects.bulk_create(
        ScheduleItem(
            measure_year_id=years[item.measure_year_id], position=item.position, name=item.name, bars=item.bars
        )
        for item in items.order_by("measure_year", "position")
    )


def _goals(years: Sequence[MeasureYear], following: int) -> None:
    """The 成果目標 that go on, each under its name of the year before."""
    for fiscal_year in {year.fiscal_year for year in years}:
        measures = [year.measure_id for year in years if year.fiscal_year == fiscal_year]
        rows = IndicatorYear.objects.filter(indicator__measure__in=measures)
        there = rows.filter(indicator__measure__in=measures, fiscal_year=following).values("indicator")
        going_on = Q(indicator__last_year=None) | Q(indicator__last_year__gte=following)
        new = rows.filter(going_on, fiscal_year=fiscal_year).exclude(indicator__in=there).order_by("pk")
        IndicatorYear.objects.bulk_create(
            IndicatorYear(indicator_id=goal, fiscal_year=following, name=name)
            for goal, name in new.values_list("indicator_id", "name")
        )
