"""What a decided change does to the plan's rows, from its 年度 on. Years that were published are never touched."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from review.assessment.services import judging
from review.domain import items
from review.models import (
    ChangeKind,
    Cycle,
    CycleState,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    MeasureYear,
    Outcome,
    Plan,
    PlanChange,
    ScheduleItem,
)
from review.plan.services import measure_state, plan_settings
from review.plan.services.measure_state import CLOSED, next_number
from review.plan.services.plan_changes import accepted_for
from review.plan.services.plan_proposals import FOLDED, Detail, Part, cycle_of
from review.reader_words import city_language
from review.trail.services import audit

#: What a goal takes along into another 施策.
DEFINITION = (
    "direction", "unit", "kind", "sort", "baseline", "defined_at", "defined_by_id", "defined_for", "defined_reason",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What is left for the flow: sheets to begin in the open year, and sheets to lead out of it as 対象外."""

    begin: tuple[MeasureYear, ...] = ()
    lead_out: tuple[MeasureReview, ...] = ()


def take_effect(change: PlanChange) -> Effects:
    """Change the rows. For the transaction of the decision."""
    kind = ChangeKind.EDIT if change.kind in FOLDED else ChangeKind(change.kind)
    effects = _APPLY[kind](change, Detail.of(change))
    _judge(change)
    return effects


def carry_on(cycle: Cycle) -> None:
    """A year was drafted from the one before: the changes that count from it, decided before it was drafted, name and
    place its 施策. Running it twice changes nothing."""
    for change in accepted_for(cycle.plan, cycle.fiscal_year):
        detail, measure = Detail.of(change), change.measure
        if measure and change.kind in {ChangeKind.EDIT, ChangeKind.MERGE, *FOLDED}:
            for year in measure.years.filter(fiscal_year=cycle.fiscal_year):
                named = {"name": detail.name} if detail.name else {}
                measure_state.store(cycle, measure, named | _not_yet(year, detail.values))


def _not_yet(year: MeasureYear, values: dict[str, Any]) -> dict[str, Any]:
    """What the decision could not change while the year had no rows, and what is not there already."""
    there = set(year.schedule.values_list("name", flat=True))
    new = {key for key in values if key.startswith("goal:+") or key.rpartition(":")[2] in measure_state.DEFINED}
    rows = {key for key in values if key.startswith("row:+")}
    new |= {key for key in rows if values.get(f"{key.rpartition(':')[0]}:name") in there}
    return {key: value for key, value in values.items() if key not in new}


# --- the rows of the years to come ---------------------------------------------------------------------------------


def closed_years(of: PlanChange | Measure) -> list[int]:
    """The years of its plan that nothing may touch."""
    return list(Cycle.objects.filter(plan=of.plan_id, state__in=CLOSED).values_list("fiscal_year", flat=True))


def goals_from(change: PlanChange, indicators: Iterable[Indicator]) -> QuerySet[IndicatorYear]:
    """The 成果目標's years from the change on."""
    rows = IndicatorYear.objects.filter(indicator__in=list(indicators), fiscal_year__gte=change.fiscal_year)
    return rows.exclude(fiscal_year__in=closed_years(change))


def sheet_of(change: PlanChange, measure_id: int | None) -> MeasureReview | None:
    """The 施策's sheet in the change's first year, where that year is under way."""
    return MeasureReview.objects.filter(
        measure_year__measure=measure_id, measure_year__fiscal_year=change.fiscal_year
    ).first()


def _judge(change: PlanChange) -> None:
    cycle = Cycle.objects.filter(plan=change.plan_id, fiscal_year=change.fiscal_year).first()
    if cycle:
        rows = IndicatorYear.objects.filter(
            indicator__measure__plan=change.plan_id, fiscal_year=cycle.fiscal_year
        ).filter(Q(indicator__measure=change.measure_id) | Q(status=""))
        judging.judge_rows(rows.select_related("indicator"), scale=judging.scale_of(cycle))


def _touch(change: PlanChange, measure_id: int | None, *, open_keys: Iterable[str] = ()) -> None:
    """A form that was opened before must not write over the change; a new item is open where a return named items."""
    review = sheet_of(change, measure_id)
    if review is None:
        return
    review.version += 1
    if review.open_items is not None:
        review.open_items = sorted({*review.open_items, *open_keys})
    review.save(update_fields=["version", "open_items"])
    audit.write(
        actor=change.decided_by,
        action="plan_change.sheet",
        subject=f"review:{review.pk}",
        after={"change": change.pk, "kind": change.kind},
    )


# --- 施策 ----------------------------------------------------------------------------------------------------------


def _add(change: PlanChange, detail: Detail) -> Effects:
    made = [make(change.plan_id, change.fiscal_year, part) for part in detail.parts]
    cycle = Cycle.objects.filter(plan=change.plan_id, fiscal_year=change.fiscal_year).first()
    for year in made if detail.values else ():
        if cycle:
            measure_state.store(cycle, year.measure, detail.values)
    return Effects(begin=tuple(made) if _runs(change) else ())


def _edit(change: PlanChange, detail: Detail) -> Effects:
    """The form of the whole 施策: what differs from what it showed."""
    if change.measure is None:
        raise ValueError("a change names its 施策")
    ended = [key.split(":")[1] for key, value in detail.values.items() if key.startswith("goal:") and value is True]
    if ended:
        _end_goals(change, change.measure.indicators.filter(number__in=ended))
    made = measure_state.store(cycle_of(change.plan, change.fiscal_year), change.measure, detail.values)
    if "owner" in detail.values:  # who had taken the sheet over works in the department that it leaves
        sheets = MeasureReview.objects.filter(measure_year__measure=change.measure)
        sheets.filter(measure_year__fiscal_year=change.fiscal_year).update(assigned_to=None)
    _touch(change, change.measure_id, open_keys=made)
    return Effects()


def _split(change: PlanChange, detail: Detail) -> Effects:
    begun = []
    for part in detail.parts:
        made = make(change.plan_id, change.fiscal_year, part, change.measure)
        taken = Indicator.objects.filter(measure=change.measure_id, number__in=part.takes).order_by("number")
        measure = Measure.objects.get(plan=change.plan_id, code=part.code)
        for indicator in taken:
            _copy_goal(change, indicator, measure)
        _end_goals(change, taken)
        begun.append(made)
    _touch(change, change.measure_id)
    return Effects(begin=tuple(begun) if _runs(change) else ())


def _runs(change: PlanChange) -> bool:
    """Whether the year is under way, so that the sheet of a new 施策 begins."""
    return Cycle.objects.filter(plan=change.plan_id, fiscal_year=change.fiscal_year, state=CycleState.OPEN).exists()


def make(plan: int, fiscal_year: int, part: Part, origin: Measure | None = None) -> MeasureYear:
    """The new 施策 and its first year, which begins with the words of its origin."""
    measure = Measure.objects.create(plan_id=plan, field_id=part.field, code=part.code, first_year=fiscal_year)
    before = origin.years.filter(fiscal_year__lte=fiscal_year).order_by("-fiscal_year").first() if origin else None
    words: dict[str, Any] = before.carried() if before else {}
    year = MeasureYear.objects.create(
        measure=measure, fiscal_year=fiscal_year, name=part.name, owner_id=part.owner, **words
    )
    if before:
        year.name_related(office.pk for office in before.related_as_named())
        ScheduleItem.objects.bulk_create(
            ScheduleItem(measure_year=year, position=item.position, name=item.name, bars=item.bars)
            for item in before.schedule.all()
        )
    return year


def _end(change: PlanChange, detail: Detail) -> Effects:
    return Effects(lead_out=_finish(change, [change.measure_id]))


def _merge(change: PlanChange, detail: Detail) -> Effects:
    if change.measure is None:
        raise ValueError("a merge names the 施策 that stays")
    for indicator in Indicator.objects.filter(measure__in=detail.others).order_by("measure__sort_key", "number"):
        if indicator.last_year is None or indicator.last_year >= change.fiscal_year:
            _copy_goal(change, indicator, change.measure)
    if detail.name:
        measure_state.store(cycle_of(change.plan, change.fiscal_year), change.measure, {"name": detail.name})
    keys = [items.actual_key(number) for number in change.measure.indicators.values_list("number", flat=True)]
    _touch(change, change.measure_id, open_keys=keys)
    return Effects(lead_out=_finish(change, detail.others))


def _finish(change: PlanChange, measures: Iterable[int | None]) -> tuple[MeasureReview, ...]:
    """Let the 施策 end with the year before. A drafted year loses it; a sheet under way is led out as 対象外."""
    led: list[MeasureReview] = []
    for measure in Measure.objects.filter(pk__in=[pk for pk in measures if pk]):
        measure.last_year = change.fiscal_year - 1
        measure.save(update_fields=["last_year"])
        review = sheet_of(change, measure.pk)
        if review:
            review.proposed_outcome, review.proposed_by = Outcome.EXCLUDED, change.proposed_by
            with city_language():
                review.outcome_reason = f"{change.get_kind_display()}: {change.reason}"
            review.save(update_fields=["proposed_outcome", "proposed_by", "outcome_reason"])
            led.append(review)
        before = clear(measure, change.fiscal_year + bool(review))
        audit.write(
            actor=change.decided_by,
            action="plan_change.clear",
            subject=f"plan_change:{change.pk}",
            before={"code": measure.code, **before},
        )
    return tuple(led)


def clear(measure: Measure, first: int) -> dict[str, object]:
    """Take the drafts of the years from the first on away; what they were, for the trail."""
    closed = closed_years(measure)
    years = MeasureYear.objects.filter(measure=measure, fiscal_year__gte=first, review=None)
    goals = IndicatorYear.objects.filter(indicator__measure=measure, fiscal_year__gte=first)
    years, goals = years.exclude(fiscal_year__in=closed), goals.exclude(fiscal_year__in=closed)
    before = {
        "years": list(years.values("fiscal_year", "name", "owner__name")),
        "goals": list(goals.values("indicator__number", "fiscal_year", "name", "target")),
    }
    goals.delete()
    ScheduleItem.objects.filter(measure_year__in=years).delete()
    years.delete()
    return before


# --- the period ----------------------------------------------------------------------------------------------------


def _extend(change: PlanChange, detail: Detail) -> Effects:
    """The plan goes on; its history shows it beside what its page changed. The next year is drafted by the caller."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=change.plan_id)
    before, plan.last_year = plan.last_year, detail.last_year or plan.last_year
    plan.save(update_fields=["last_year"])
    audit.write(
        actor=change.decided_by,
        action=plan_settings.CHANGED,
        subject=f"plan:{plan.pk}",
        before={"last_year": before},
        after={"last_year": plan.last_year, "reason": change.reason},
    )
    return Effects()


# --- 成果目標 -------------------------------------------------------------------------------------------------------


def _copy_goal(change: PlanChange, indicator: Indicator, to: Measure) -> None:
    """The 成果目標 goes on in another 施策: its words and 目標 from the change on, linked to its history."""
    words = {name: getattr(indicator, name) for name in DEFINITION}
    made = Indicator.objects.create(measure=to, number=next_number(to), continues=indicator, **words)
    ahead = list(goals_from(change, [indicator]))
    rows = ahead or list(indicator.years.filter(fiscal_year__lt=change.fiscal_year).order_by("-fiscal_year")[:1])
    IndicatorYear.objects.bulk_create(
        IndicatorYear(
            indicator=made,
            fiscal_year=row.fiscal_year if ahead else change.fiscal_year,
            name=row.name,
            target=row.target if ahead else "",
        )
        for row in rows
    )


def _end_goals(change: PlanChange, indicators: Iterable[Indicator]) -> None:
    ending = list(indicators)
    rows = goals_from(change, ending)
    audit.write(
        actor=change.decided_by,
        action="plan_change.clear",
        subject=f"plan_change:{change.pk}",
        before={"goals": list(rows.values("indicator__number", "fiscal_year", "name", "target", "actual"))},
    )
    rows.delete()
    for indicator in ending:
        indicator.last_year = change.fiscal_year - 1
        indicator.save(update_fields=["last_year"])


_APPLY = {
    ChangeKind.ADD: _add,
    ChangeKind.EDIT: _edit,
    ChangeKind.SPLIT: _split,
    ChangeKind.MERGE: _merge,
    ChangeKind.END: _end,
    ChangeKind.EXTEND: _extend,
}
