"""What another grade scale would make of last year's values, before anybody saves it."""

from collections import Counter
from dataclasses import dataclass

from review.assessment.services import judging
from review.domain import rating
from review.models import Cycle, IndicatorYear


@dataclass(frozen=True, kw_only=True)
class Change:
    """One 成果目標 whose grade would be another."""

    row: IndicatorYear
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Last year's computed grades: how many of each on the present scale and on the other, and which goals change."""

    fiscal_year: int
    before: list[tuple[rating.Grade, int]]
    after: list[tuple[rating.Grade, int]]
    changes: list[Change]

    @property
    def counted(self) -> bool:
        """Whether last year has any graded goal."""
        return any(count for _grade, count in self.before)


def preview(cycle: Cycle, scale: rating.Scale) -> Preview:
    """Judge last year's values on the year's present scale and on this one. Nothing is stored. Three queries."""
    present, year = judging.scale_of(cycle), cycle.fiscal_year - 1
    rows = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan_id, fiscal_year=year)
    goals = list(
        rows.select_related("indicator__measure__plan").order_by("indicator__measure__sort_key", "indicator__number")
    )
    pairs = [
        Change(row=row, before=before, after=after)
        for row, before, after in zip(
            goals, judging.labels_on(goals, present), judging.labels_on(goals, scale), strict=True
        )
    ]
    return Preview(
        fiscal_year=year,
        before=_counts(present, [pair.before for pair in pairs]),
        after=_counts(scale, [pair.after for pair in pairs]),
        changes=[pair for pair in pairs if pair.before != pair.after],
    )


def _counts(scale: rating.Scale, letters: list[str]) -> list[tuple[rating.Grade, int]]:
    counted = Counter(letters)
    return [(grade, counted[grade.letter]) for grade in scale.grades]
