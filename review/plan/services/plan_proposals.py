"""Changes in mid-plan: the shape of a proposal, and the current rows that it starts from."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from review.models import ChangeKind, Cycle, CycleState, IndicatorYear, Measure, MeasureYear, Plan


@dataclass(frozen=True, kw_only=True)
class Part:
    """A new 施策: its 施策ID, name, owner and 分野 (ids), and the numbers of the 成果目標 that it takes along."""

    code: str
    name: str
    owner: int
    field: int = 0
    takes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A new 成果目標: 評価項目, the 目標 of the first 年度, and the direction ('' to be inferred)."""

    name: str
    target: str = ""
    direction: str = ""


@dataclass(frozen=True, kw_only=True)
class Detail:
    """The content of a change; which parts count depends on its kind. `values` are keys of `measure_state`, as changed."""

    name: str = ""
    owner: int | None = None
    others: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    numbers: tuple[int, ...] = ()
    goals: tuple[Goal, ...] = ()
    last_year: int | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """From plain data."""
        return cls(
            name=data.get("name", ""),
            owner=data.get("owner"),
            others=tuple(data.get("others", ())),
            parts=tuple(Part(**{**one, "takes": tuple(one["takes"])}) for one in data.get("parts", ())),
            numbers=tuple(data.get("numbers", ())),
            goals=tuple(Goal(**one) for one in data.get("goals", ())),
            last_year=data.get("last_year"),
            values=data.get("values", {}),
        )


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
