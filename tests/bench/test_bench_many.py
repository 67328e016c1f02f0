"""Many at once: a year of 1,000 施策 launched, confirmed, approved, ended and drafted anew; seconds of each, and its queries.

The events of an act are delivered by themselves, as a worker delivers them. Half of the sheets are confirmed, and then all are approved; the submissions
are put into place directly, for one by one they would take longer than all that is measured.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from viewflow.workflow.models import Task

from config.settings.base import BASE_DIR
from review.background.services import outbox
from review.books.services import workbooks
from review.models import Job, MeasureReview, MeasureYear, ReviewState
from review.year.services.carried_over import carry_over
from tests.cast import YEAR, Cast
from tests.review.growing import more_sheets
from workflow import rows, steps
from workflow.demo.each import each
from workflow.flows import AnnualCycleFlow, MeasureReviewFlow
from workflow.models import SheetProcess

SHEETS = int(os.environ.get("MEGURI_BENCH_MANY", "1000"))
#: seconds that were asked for on two quiet cores
LIMITS = {"launch": 5, "confirm": 3, "approve": 3, "deliver": 10, "end": 5, "next year": 5}

pytestmark = [pytest.mark.bench, pytest.mark.postgres, pytest.mark.timeout(3600)]


@contextmanager
def measured(name: str, count: int) -> Iterator[None]:
    """A line of the table, with the chain of the trail, which a commit writes. On the screen and in build/bench-many.md."""
    queries = 0

    def counted(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    connection.cursor().execute("ANALYZE")
    wall, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(counted):
        yield
        connection.check_constraints()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    line = f"{name}, {count} sheets: {wall:.2f} s ({cpu:.2f} s CPU of this process), {queries} queries; asked: {LIMITS[name]} s"
    print(f"\n{line}", flush=True)
    target = BASE_DIR / "build" / "bench-many.txt"
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as stream:
        stream.write(line + "\n")


def at_their_step() -> None:
    """Each process where its sheet says: the sheets were put into their states directly."""
    numbers = dict(SheetProcess.objects.values_list("review_id", "pk"))
    for state, node in (
        (ReviewState.SUBMITTED, MeasureReviewFlow.review),
        (ReviewState.REVIEWED, MeasureReviewFlow.approve),
    ):
        sheets = MeasureReview.objects.filter(state=state).values_list("pk", flat=True)
        Task.objects.filter(finished=None, process__in=[numbers[pk] for pk in sheets]).update(flow_task=node)


def test_a_year_begins(cast: Cast) -> None:
    cycle = cast.draft(SHEETS)
    with measured("launch", SHEETS):
        while AnnualCycleFlow._launch(cycle):
            pass
    years = list(MeasureYear.objects.filter(fiscal_year=YEAR).select_related("measure", "owner"))
    with measured("next year", SHEETS):
        carry_over(years, YEAR + 1)


def test_sheets_are_decided_together_and_end(cast: Cast) -> None:
    cast.open(2)
    more_sheets(cast, SHEETS)
    at_their_step()
    for name, take, user, state in (
        ("confirm", steps.confirm, cast.reviewer2, ReviewState.SUBMITTED),
        ("approve", steps.approve, cast.approver, ReviewState.REVIEWED),
    ):
        chosen = list(MeasureReview.objects.filter(state=state).values_list("pk", "round"))
        with measured(name, len(chosen)):
            done, _refused = each(take, user=user, chosen=chosen)
        assert len(done) == len(chosen)
        with measured("deliver", len(chosen)):
            while outbox.deliver_waiting():
                pass
        assert not outbox.undelivered_ids() and Job.objects.filter(kind=workbooks.SHEET).count() >= len(chosen)
    numbers = list(SheetProcess.objects.filter(review__state=ReviewState.APPROVED).values_list("pk", flat=True))
    with measured("end", len(numbers)):
        for start in range(0, len(numbers), rows.SET):
            AnnualCycleFlow._end(numbers[start : start + rows.SET])
