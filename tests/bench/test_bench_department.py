"""The department's pages in a plan of 30 and of 1,000 施策: queries and time of each. The queries must be the same."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.settings.base import BASE_DIR
from review.models import MeasureReview, MeasureYear, PlanField, ReviewState
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.review.acting import as_

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

SIZES = (30, 1_000)
TIMES = 15


def plan_of(cast: Cast, size: int) -> MeasureReview:
    """An open year with `size` 施策: two of 産業振興課, the others of 農林水産課, in every state."""
    cast.open(2)
    part = PlanField.objects.get(plan=cast.plan)
    for number in range(3, size + 1):
        cast._measure(part, number, cast.departments["農林水産課"], 2)
    states = (ReviewState.NOT_STARTED, ReviewState.EDITING, ReviewState.SUBMITTED, ReviewState.REVIEWED)
    for place, year in enumerate(MeasureYear.objects.filter(review=None).order_by("pk")):
        review = cycles.make_review(cast.cycle, year)
        MeasureReview.objects.filter(pk=review.pk).update(state=states[place % 4], round=place % 4 // 2)
    cycles.judge_year(cast.cycle)
    connection.cursor().execute("ANALYZE")
    return cast.sheet(1)


def pages(review: MeasureReview) -> dict[str, str]:
    """What a department opens."""
    steps = {f"entry {step}": reverse("meguri:entry", args=[review.pk, step]) for step in (1, 2, 3, 4)}
    return {
        "home": reverse("meguri:home"),
        "sheet": reverse("meguri:sheet", args=[review.pk]),
        **steps,
        "submit": reverse("meguri:submit", args=[review.pk]),
        "evidence": reverse("meguri:evidence", args=[review.pk]),
        "excel": reverse("meguri:upload", args=["dx", YEAR]),
        "help": reverse("meguri:help"),
    }


def cost_of(client: Client, path: str) -> tuple[int, float]:
    """Queries, and the milliseconds of the fastest call: a shared machine only ever adds."""
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    queries = len(caught)  # now: the next request empties the connection's log
    times = []
    for _turn in range(TIMES):
        begun = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - begun) * 1000)
    return queries, min(times)


def saving_cost(client: Client, review: MeasureReview) -> tuple[int, float]:
    """The same of an autosave, each time with another 実績."""
    address = reverse("meguri:autosave", args=[review.pk])
    times = []
    for turn in range(TIMES + 1):
        version = MeasureReview.objects.values_list("version", flat=True).get(pk=review.pk)
        form = {"step": "1", "version": str(version), "indicator:1:actual": f"{100 + turn}件"}
        with CaptureQueriesContext(connection) as caught:
            begun = time.perf_counter()
            assert client.post(address, form).status_code == 200
            times.append((time.perf_counter() - begun) * 1000)
        queries = len(caught)
    return queries, min(times[1:])


@pytest.fixture(scope="module")
def measured() -> dict[int, dict[str, tuple[int, float]]]:
    """{size: {page: cost}}, filled as the sizes run."""
    return {}


@pytest.mark.parametrize("size", SIZES)
def test_the_desk_in_plans_of_two_sizes(cast: Cast, measured, size: int) -> None:
    review = plan_of(cast, size)
    client = as_(cast.contributor)
    costs = {name: cost_of(client, path) for name, path in pages(review).items()}
    measured[size] = {**costs, "autosave": saving_cost(client, review)}
    if size == SIZES[-1] and SIZES[0] in measured:
        report(measured)
        small, large = (measured[each] for each in SIZES)
        assert {name: cost[0] for name, cost in small.items()} == {name: cost[0] for name, cost in large.items()}


def report(measured: dict[int, dict[str, tuple[int, float]]]) -> None:
    """On the screen and in build/bench-department.txt."""
    head = "page       " + "".join(f"{size:>8,} 施策: queries      ms" for size in measured)
    rows = [
        f"{name:<11}" + "".join(f"{measured[size][name][0]:>22} {measured[size][name][1]:>7.1f}" for size in measured)
        for name in measured[SIZES[0]]
    ]
    words = "\n".join([head, *rows])
    print(f"\n{words}")
    target = BASE_DIR / "build" / "bench-department.txt"
    target.parent.mkdir(exist_ok=True)
    target.write_text(words + "\n")
