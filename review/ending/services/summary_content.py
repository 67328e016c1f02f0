"""What a 計画期間の総括 says: each goal over all years of the plan with its final grade, and a text for each 施策.

Made from the published years' rows. A year in which a sheet was settled as 未提出 or 対象外 has no result, whatever its
department had drafted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from review.assessment.services import judging
from review.domain.rating import Scale
from review.models import Cycle, IndicatorYear, MeasureReview, MeasureYear, Plan, PlanSummary

SCHEMA = "meguri-summary/1"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One 成果目標: its years in order, the grade that the rule proposes (the last year's), and the final one."""

    pk: int
    number: int
    name: str
    years: tuple[Mapping[str, Any], ...]
    proposed: str
    grade: str
    grade_reason: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One 施策 with its goals and its text."""

    pk: int
    code: str
    name: str
    department: str
    field: Mapping[str, str]
    text: str
    goals: tuple[Goal, ...]


def scale_of(plan: Plan) -> Scale:
    """The grade scale of the plan's last year. One query."""
    return judging.scale_of(Cycle.objects.filter(plan=plan).order_by("fiscal_year").last() or Cycle(plan=plan))


def parts_of(plan: Plan, summary: PlanSummary | None) -> list[Part]:
    """Every 施策 of the plan, those that ended before its last year among them. Four queries however many."""
    settled = dict[tuple[int, int], str]()
    outcomes = MeasureReview.objects.filter(cycle__plan=plan).exclude(outcome="").select_related("measure_year")
    for review in outcomes:
        settled[review.measure_year.measure_id, review.measure_year.fiscal_year] = str(review.get_outcome_display())
    rows: dict[int, dict[int, list[IndicatorYear]]] = {}
    within = IndicatorYear.objects.filter(indicator__measure__plan=plan, fiscal_year__in=plan.years)
    for row in within.select_related("indicator").order_by("indicator__number", "fiscal_year"):
        rows.setdefault(row.indicator.measure_id, {}).setdefault(row.indicator_id, []).append(row)
    latest: dict[int, MeasureYear] = {}
    years = MeasureYear.objects.filter(measure__plan=plan, fiscal_year__in=plan.years)
    for year in years.select_related("measure__field__parent__parent", "owner").order_by("fiscal_year"):
        latest[year.measure_id] = year
    ordered = sorted(latest.values(), key=lambda year: year.measure.sort_key)
    return [_part(year, rows.get(year.measure_id, {}).values(), settled, summary) for year in ordered]


def _part(
    year: MeasureYear,
    goals: Iterable[list[IndicatorYear]],
    settled: Mapping[tuple[int, int], str],
    summary: PlanSummary | None,
) -> Part:
    top = year.measure.field.path[0]
    return Part(
        pk=year.measure_id,
        code=year.measure.code,
        name=year.name,
        department=year.owner.name,
        field={"number": top.number, "name": top.name},
        text=summary.texts.get(str(year.measure_id), "") if summary else "",
        goals=tuple(_goal(rows, settled, summary.grades if summary else {}) for rows in goals),
    )


def _goal(
    rows: list[IndicatorYear], settled: Mapping[tuple[int, int], str], given: Mapping[str, Mapping[str, str]]
) -> Goal:
    goal = rows[0].indicator
    years = tuple(_year(row, settled.get((goal.measure_id, row.fiscal_year), "")) for row in rows)
    proposed = str(years[-1]["grade"])
    own = given.get(str(goal.pk), {})
    names = [row.name for row in rows if row.name]
    return Goal(
        pk=goal.pk,
        number=goal.number,
        name=names[-1] if names else "",
        years=years,
        proposed=proposed,
        grade=own.get("grade") or proposed,
        grade_reason=own.get("reason", ""),
    )


def _year(row: IndicatorYear, outcome: str) -> dict[str, Any]:
    return {
        "fiscal_year": row.fiscal_year,
        "target": row.target,
        "actual": "" if outcome else row.actual,
        "grade": "" if outcome else row.final_grade,
        "outcome": outcome,
    }


def snapshot_of(plan: Plan, summary: PlanSummary) -> dict[str, Any]:
    """All that is published, as plain data; the number and the day stand beside it, in the edition."""
    parts = parts_of(plan, summary)
    return {
        "schema": SCHEMA,
        "city": plan.city,
        "municipality_code": plan.municipality_code,
        "plan": plan.name,
        "short_name": plan.short_name,
        "years": list(plan.years),
        "scale": scale_of(plan).as_data(),
        "text": summary.text,
        "reason": summary.reason,
        "totals": dict(Counter(goal.grade for part in parts for goal in part.goals if goal.grade)),
        "measures": [_measure(part) for part in parts],
    }


def _measure(part: Part) -> dict[str, Any]:
    goals = [
        {
            "number": goal.number,
            "name": goal.name,
            "years": [dict(year) for year in goal.years],
            "proposed_grade": goal.proposed,
            "grade": goal.grade,
            "grade_reason": goal.grade_reason,
        }
        for goal in part.goals
    ]
    named = {"code": part.code, "name": part.name, "department": part.department, "field": dict(part.field)}
    return {**named, "text": part.text, "goals": goals}
