"""What goes on from one plan to the next: which plans have ended, the values of former plans, and the 総括. And what goes
on within one plan: a 成果目標 that was moved into another 施策.

Every function says how many queries it costs; none grows with the 施策.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from review.models import Cycle, CycleState, Indicator, IndicatorYear, Plan, SummaryEdition


def _ended() -> QuerySet[Plan]:
    last = Cycle.objects.filter(plan=OuterRef("pk"), fiscal_year=OuterRef("last_year"), state=CycleState.PUBLISHED)
    return Plan.objects.filter(Exists(last)).order_by("-last_year", "pk")


def ended_plans() -> list[Plan]:
    """The plans whose last 年度 is published, the latest first. One query."""
    return list(_ended())


def to_lead_on() -> QuerySet[Plan]:
    """Those of which the 総括 is not published yet, or that nothing continues: home leads to them. One query."""
    done = Plan.objects.filter(continued_by__isnull=False, summary__state="published").values("pk")
    return _ended().exclude(pk__in=done)


def earlier_rows(goals: Iterable[Indicator]) -> dict[int, list[IndicatorYear]]:
    """{成果目標: the rows of those that it continues, in a former plan or in another 施策, up to where they ended, in year
    order}. No query where none continues another, else one for each step back."""
    heirs: dict[int, set[int]] = {}
    for goal in goals:
        if goal.continues_id:
            heirs.setdefault(goal.continues_id, set()).add(goal.pk)
    earlier: dict[int, list[IndicatorYear]] = {}
    while heirs:
        further: dict[int, set[int]] = {}
        within = Q(fiscal_year__lte=F("indicator__measure__plan__last_year"))
        for ended in ("indicator__last_year", "indicator__measure__last_year"):
            within &= Q(**{ended: None}) | Q(fiscal_year__lte=F(ended))
        rows = IndicatorYear.objects.filter(within, indicator__in=list(heirs)).select_related(
            "indicator__measure__plan"
        )
        for row in rows:
            for heir in heirs[row.indicator_id]:
                earlier.setdefault(heir, []).append(row)
            if row.indicator.continues_id:
                further.setdefault(row.indicator.continues_id, set()).update(heirs[row.indicator_id])
        heirs = further
    return {heir: sorted(rows, key=lambda row: row.fiscal_year) for heir, rows in earlier.items()}


def put_earlier(stories: Iterable[list[IndicatorYear]]) -> None:
    """Put the years of those that each goal continues before its own."""
    known = list(stories)
    earlier = earlier_rows({rows[0].indicator_id: rows[0].indicator for rows in known}.values())
    for rows in known:
        rows[:0] = earlier.get(rows[0].indicator_id, [])


def came_from(rows: Sequence[IndicatorYear]) -> dict[str, Any]:
    """{"fiscal_year", "code", "number"}: until when the earlier values of a 成果目標 stand elsewhere, and where; {} where
    all are its own."""
    former = [row for row in rows if row.indicator_id != rows[-1].indicator_id]
    if not former:
        return {}
    goal = former[-1].indicator
    return {"fiscal_year": former[-1].fiscal_year, "code": goal.measure.code, "number": goal.number}


def summary_shelf() -> list[SummaryEdition]:
    """Every edition of a 計画期間の総括 without its snapshot, the newest first. One query."""
    rows = SummaryEdition.objects.select_related("plan").defer("snapshot")
    return list(rows.order_by("-plan__last_year", "plan", "-number"))


def last_summary() -> Coalesce:
    """The newest edition of any 総括, 0 without one: for the mark of public pages, where it is part of another query."""
    newest = SummaryEdition.objects.order_by("-pk").values("pk")[:1]
    return Coalesce(Subquery(newest), Value(0))
