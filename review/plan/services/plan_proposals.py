"""Changes in mid-plan: the shape of a proposal, and the current rows that it starts from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from review.models import ChangeKind, Cycle, CycleState, IndicatorYear, Measure, MeasureYear, Plan, PlanChange

#: What older versions proposed one by one is proposed by the form of the whole 施策 now. Their rows stay as they are.
FOLDED = {
    ChangeKind.RENAME, ChangeKind.OWNER, ChangeKind.INDICATOR_ADD, ChangeKind.INDICATOR_RENAME, ChangeKind.INDICATOR_SPLIT,
    ChangeKind.INDICATOR_MERGE, ChangeKind.INDICATOR_END,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Part:
    """A new 施策: its 施策ID, name, owner and 分野 (ids), and the numbers of the 成果目標 that it takes along."""

    code: str
    name: str
    owner: int
    field: int = 0
    takes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Detail:
    """The content of a change; which parts count depends on its kind. `values` are keys of `measure_state`, as changed."""

    name: str = ""
    others: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    last_year: int | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def of(cls, change: PlanChange) -> Detail:
        """That of a stored change."""
        data = change.detail
        return cls(
            name="" if change.kind in FOLDED else data.get("name", ""),
            others=tuple(data.get("others", ())),
            parts=tuple(Part(**{**one, "takes": tuple(one["takes"])}) for one in data.get("parts", ())),
            last_year=data.get("last_year"),
            values=_folded(change) if change.kind in FOLDED else data.get("values", {}),
        )


def _folded(change: PlanChange) -> dict[str, Any]:
    """What a row of an older kind says, as the form of the whole 施策 says it."""
    data, numbers = change.detail, change.detail.get("numbers", ())
    if change.kind == ChangeKind.RENAME:
        return {"name": data.get("name", "")}
    if change.kind == ChangeKind.OWNER:
        return {"owner": str(data.get("owner") or "")}
    renamed = change.kind == ChangeKind.INDICATOR_RENAME
    values: dict[str, Any] = {} if renamed else {f"goal:{number}:end": True for number in numbers}
    for place, goal in enumerate(data.get("goals", ()), start=1):
        mark = numbers[0] if renamed else f"+{place}"
        parts = {"name": goal["name"], "direction": goal.get("direction"), str(change.fiscal_year): goal.get("target")}
        values |= {f"goal:{mark}:{part}": text for part, text in parts.items() if text}
    return values


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that a reviewer proposes. `measure` is the id of the 施策 that it starts from, None for a new one."""

    plan: int
    fiscal_year: int
    kind: ChangeKind
    measure: int | None
    detail: Detail
    reason: str


def open_years(plan: Plan) -> list[int]:
    """The years from which a change can still count: those that are neither published nor decided."""
    closed = Cycle.objects.filter(plan=plan, state__in=[CycleState.SCHEDULED, CycleState.PUBLISHED])
    last = max(closed.values_list("fiscal_year", flat=True), default=plan.first_year - 1)
    return [year for year in plan.years if year > last]


def living(plan: Plan, fiscal_year: int) -> list[Measure]:
    """The 施策 that the plan has in the year. One query."""
    rows = Measure.objects.filter(plan=plan, first_year__lte=fiscal_year).order_by("sort_key")
    return [row for row in rows if row.last_year is None or row.last_year >= fiscal_year]


def goals_of(measure: Measure, fiscal_year: int) -> dict[int, str]:
    """{number: 評価項目} of the 成果目標 that the 施策 has in the year, by the latest words up to it. One query."""
    rows = IndicatorYear.objects.filter(indicator__measure=measure).select_related("indicator")
    names: dict[int, str] = {}
    for row in rows.order_by("indicator__number", "fiscal_year"):
        ended = row.indicator.last_year is not None and row.indicator.last_year < fiscal_year
        if not ended and (row.fiscal_year <= fiscal_year or row.indicator.number not in names):
            names[row.indicator.number] = row.name or names.get(row.indicator.number, "")
    return names


def latest(measure: Measure, fiscal_year: int) -> MeasureYear | None:
    """The 施策 in the year, or in the last year before that has a row. One query."""
    rows = measure.years.filter(fiscal_year__lte=fiscal_year).select_related("owner").order_by("-fiscal_year")
    return rows.first() or measure.years.select_related("owner").order_by("fiscal_year").first()


def cycle_of(plan: Plan, fiscal_year: int) -> Cycle:
    """The 年度の評価; of a year that is not drafted yet, as it will be."""
    latest_first = list(Cycle.objects.filter(plan=plan).order_by("-fiscal_year"))
    known = next((one for one in latest_first if one.fiscal_year == fiscal_year), None)
    return known or Cycle(plan=plan, fiscal_year=fiscal_year, form=latest_first[0].form if latest_first else {})
