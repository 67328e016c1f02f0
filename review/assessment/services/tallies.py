"""How far a year has come, counted in 施策: the one meaning of 提出, 承認, 対象外 and 未提出 on every screen.

A sheet settled with a reason stands in the state `approved` without having been submitted or approved by anybody,
so a count never goes by the state alone. 対象外 (an ended or merged 施策 too) stands outside every denominator.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from review.models import Cycle, MeasureReview, MeasureYear, Outcome, ReviewState
from review.models.sheet import OPEN_STATES

APPROVED_STATES = (ReviewState.APPROVED, ReviewState.PUBLISHED)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The numbers of a set of sheets, each sheet counted once; `submitted` counts those approved as well."""

    sheets: int = 0
    submitted: int = 0
    approved: int = 0
    excluded: int = 0
    not_submitted: int = 0

    @property
    def due(self) -> int:
        """How many 施策 are reviewed in the year: all but those 対象外."""
        return self.sheets - self.excluded

    @property
    def waiting(self) -> int:
        """提出待ち: with their departments, and still expected."""
        return self.due - self.not_submitted - self.submitted

    @property
    def unapproved(self) -> int:
        """How many still lack an approval."""
        return self.due - self.not_submitted - self.approved


def tally_of(sheets: Iterable[tuple[str, str]]) -> Tally:
    """The tally of sheets given as (state, outcome). No query."""
    return tally_of_counts(Counter(sheets))


def tally_of_counts(counts: Mapping[tuple[str, str], int]) -> Tally:
    """The tally of {(state, outcome): number of sheets}. No query."""

    def number(matches: Callable[[str, str], bool]) -> int:
        return sum(count for (state, outcome), count in counts.items() if matches(state, outcome))

    return Tally(
        sheets=sum(counts.values()),
        submitted=number(lambda state, outcome: not outcome and state not in OPEN_STATES),
        approved=number(lambda state, outcome: not outcome and state in APPROVED_STATES),
        excluded=number(lambda _state, outcome: outcome == Outcome.EXCLUDED),
        not_submitted=number(lambda _state, outcome: outcome == Outcome.NOT_SUBMITTED),
    )


def tallies() -> dict[int, Tally]:
    """{cycle: its tally}; one without sheets yet has its plan's 施策 of the year, none of them submitted.

    Three queries, whatever the number of years.
    """
    counts: dict[int, Counter[tuple[str, str]]] = {}
    rows = MeasureReview.objects.order_by().values_list("cycle", "state", "outcome").annotate(Count("pk"))
    for cycle, state, outcome, number in rows:
        counts.setdefault(cycle, Counter())[state, outcome] = number
    years = MeasureYear.objects.order_by().values_list("measure__plan", "fiscal_year").annotate(Count("pk"))
    planned = {(plan, year): number for plan, year, number in years}
    return {
        pk: tally_of_counts(counts[pk]) if pk in counts else Tally(sheets=planned.get((plan, year), 0))
        for pk, plan, year in Cycle.objects.order_by().values_list("pk", "plan", "fiscal_year")
    }
