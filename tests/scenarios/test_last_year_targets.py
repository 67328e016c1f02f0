"""A KPI list of 42 goals with targets for the last year only: judged each year by progress, published, missed by nobody
before the targets' year, and in that year judged plainly."""

from __future__ import annotations

import pytest

from review.assessment.services import judging
from review.books.services.snapshot import snapshot_of
from review.models import Cycle, Indicator, IndicatorYear
from review.publication.services import open_data, schemas
from tests.cast import YEAR, Cast
from tests.review.acting import as_

pytestmark = pytest.mark.django_db
LAST = 2025


def kpi_list(cast: Cast) -> Cycle:
    """14 施策 with three goals each: 基準値 50件, a target for the last year alone."""
    cycle = cast.draft(14, indicators=3)
    Indicator.objects.update(baseline="50件")
    IndicatorYear.objects.update(target="", actual="")
    IndicatorYear.objects.filter(fiscal_year=LAST).update(target="100件")
    return cycle


def judged(year: int, actual: str) -> list[IndicatorYear]:
    rows = IndicatorYear.objects.filter(fiscal_year=year).select_related("indicator")
    rows.update(actual=actual)
    return judging.judge_rows(rows, scale=judging.scale_of(Cycle.objects.get()))


def test_42_goals_are_judged_by_progress_and_in_the_last_year_plainly(cast: Cast) -> None:
    kpi_list(cast)
    for year, actual, letter in ((2022, "60件", "C"), (2023, "70件", "B"), (2024, "80件", "C")):
        rows = judged(year, actual)
        assert len(rows) == 42
        assert {row.status for row in rows} == {"not_applicable"}
        assert {row.rate_text for row in rows} == {f"進捗率 {(int(actual[:2]) - 50) * 2}.0%"}, year
        assert all("目標は令和7年度です。" in row.reason for row in rows)
        assert letter or rows
    assert {row.status for row in judged(LAST, "90件")} == {"missed"}
    assert {row.status for row in judged(LAST, "100件")} == {"achieved"}


def test_the_year_is_published_with_progress_on_every_page_and_table(cast: Cast) -> None:
    kpi_list(cast)
    cycle = Cycle.objects.get()
    judged(YEAR, "80件")
    from tests.cast import settle_background
    from workflow import steps

    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    snapshot = snapshot_of(cycle)
    goals = [one for row in snapshot["measures"] for one in row["indicators"]]
    assert len(goals) == 42 and {one["baseline"] for one in goals} == {"50件"}
    assert {one["progress"]["target_year"] for one in goals} == {LAST}
    assert not schemas.measure_schema()["properties"]["indicators"]["items"]["properties"].keys() & {"missed"}
    edition = {"label": "公表前", "number": None, "published_at": None}
    tidy = [row for row in open_data.indicator_rows(snapshot, edition) if row["year"] == YEAR]
    assert {(str(row["progress"]), row["rate"], row["baseline"], row["status"]) for row in tidy} == {
        ("0.6000", None, "50件", "目標年度前")
    }
    page = as_(cast.reviewer).get(f"/sheets/{cycle.reviews.first().pk}/").content.decode()
    assert "基準値からの進み具合は 60.0% です(経過 3/4 年)。" in page and "50件" in page
