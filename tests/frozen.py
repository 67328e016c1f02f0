"""A published year without its whole story: frozen at once from rows, for tests of what comes after publication."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from review import clock
from review.assessment.services import judging
from review.books.services.snapshot import snapshot_of
from review.models import Cycle, CycleState, Edition, IndicatorYear, MeasureReview, MeasureYear, ReviewState
from review.publication.services import publication
from tests.cast import YEAR, Cast
from tests.remembered import remembered


@remembered
def frozen(cast: Cast, sheets: int = 2, *, actual: str = "120件") -> Edition:
    """The 第1版 of a year of `sheets` 施策, every 実績 the same. No file of it is made."""
    return freeze_now(cast, cast.draft(sheets), actual)


def freeze_now(cast: Cast, cycle: Cycle, actual: str = "") -> Edition:
    """The 第1版 of a drafted year as its rows stand; `actual` is typed into every 成果目標 first, where one is given."""
    now = clock.now()
    MeasureReview.objects.bulk_create(
        MeasureReview(cycle=cycle, measure_year=year, state=ReviewState.PUBLISHED, state_since=now)
        for year in MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year)
    )
    rows = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year)
    if actual:
        rows.update(actual=actual)
    judging.judge_rows(rows, scale=judging.scale_of(cycle), corrected=True)
    cycle.state, cycle.published_at = CycleState.PUBLISHED, now
    cycle.due_at, cycle.closes_at = cycle.due_at or now, cycle.closes_at or now
    cycle.save(update_fields=["state", "published_at", "due_at", "closes_at"])
    first = Edition(cycle=cycle, number=1, decided_by=cast.approver, decided_at=now)
    return publication.freeze(first, snapshot_of(cycle), at=now)


def follow(edition: Edition, snapshot: Mapping[str, Any]) -> Edition:
    """The next edition of the same year, with that snapshot."""
    following = Edition(
        cycle=edition.cycle,
        number=edition.number + 1,
        kind=Edition.Kind.CORRECTION,
        previous=edition,
        decided_by=edition.decided_by,
        decided_at=edition.decided_at,
    )
    return publication.freeze(following, snapshot, at=clock.now())


def changed(edition: Edition, code: str, actual: str, year: int = YEAR) -> dict[str, Any]:
    """The edition's snapshot with another 実績 in the first 成果目標 of a 施策, and nothing else."""
    snapshot = copy.deepcopy(edition.snapshot)
    row = next(row for row in snapshot["measures"] if row["code"] == code)
    next(cell for cell in row["indicators"][0]["years"] if cell["fiscal_year"] == year)["actual"] = actual
    return snapshot
