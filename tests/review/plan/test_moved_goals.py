"""A 成果目標 that a split or a merge moves keeps its years, and says under which 施策ID they stood."""

from __future__ import annotations

import pytest

from review import queries
from review.assessment.services import next_year
from review.books.services.snapshot import snapshot_of
from review.models import ChangeKind, Edition, Indicator, IndicatorYear, Measure, MeasureReview
from review.plan.services.plan_proposals import Detail
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.plan.test_plan_changes import NEXT, changed, part
from workflow import steps

pytestmark = pytest.mark.django_db
MARK = "令和5年度までは「{} 成果目標{}」の値です。"


def history(code: str, number: int) -> list[tuple[int, str]]:
    review = MeasureReview.objects.get(measure_year__measure__code=code)
    return [(row.fiscal_year, row.actual) for row in queries.indicator_history(review)[number]]


def test_a_goal_taken_along_by_a_split_has_its_old_years_and_the_old_code(cast: Cast) -> None:
    cast.open(1)
    changed(cast, ChangeKind.SPLIT, YEAR, Detail(parts=(part(cast, "01-08", (2,)),)))
    assert history("01-08", 1) == [(2022, "80件"), (2023, "90件"), (YEAR, ""), (NEXT, "")]
    review = MeasureReview.objects.get(measure_year__measure__code="01-08")
    cast.fill(review, "300件", user=cast.other)
    row = IndicatorYear.objects.get(indicator__measure__code="01-08", fiscal_year=YEAR)
    assert "jump" in row.flags, "it is compared with the year before, which stands under the old code"
    assert MARK.format("01-01", "②") in words(as_(cast.other).get(f"/sheets/{review.pk}/"))


def test_a_goal_that_a_merge_brings_has_its_old_years_and_counts_once(cast: Cast) -> None:
    cycle = cast.open(2, indicators=1)
    changed(cast, ChangeKind.MERGE, YEAR, Detail(others=(Measure.objects.get(code="01-02").pk,)))
    assert history("01-01", 2) == [(2022, "80件"), (2023, "90件"), (YEAR, ""), (NEXT, "")]
    assert MARK.format("01-02", "①") in words(as_(cast.contributor).get(f"/sheets/{cast.sheet(1).pk}/"))
    cast.fill(cast.sheet(1))
    rows = snapshot_of(cycle)["measures"]
    assert [len(one["indicators"]) for one in rows] == [2, 1]
    years = [cell["fiscal_year"] for cell in rows[0]["indicators"][1]["years"]]
    assert years == [2022, 2023, YEAR, NEXT]


def test_a_goal_that_comes_next_year_is_not_there_yet(cast: Cast) -> None:
    cycle = cast.open(2, indicators=1)
    cast.fill(cast.sheet(2))
    changed(cast, ChangeKind.MERGE, NEXT, Detail(others=(Measure.objects.get(code="01-02").pk,)))
    assert set(queries.indicator_history(cast.sheet(1))) == {1}
    coming = snapshot_of(cycle)["measures"][0]["indicators"][1]
    assert [cell["fiscal_year"] for cell in coming["years"]] == [NEXT] and coming["grade"] == ""


def test_what_the_year_to_come_asks_is_the_goals_own(cast: Cast) -> None:
    cast.open(2, indicators=1)
    changed(cast, ChangeKind.MERGE, YEAR, Detail(others=(Measure.objects.get(code="01-02").pk,)))
    ahead = next_year.ahead(cast.sheet(1), queries.indicator_history(cast.sheet(1)), {})
    assert {number: one.indicator.measure.code for number, one in ahead.items()} == {1: "01-01", 2: "01-01"}
    assert Indicator.objects.get(measure__code="01-01", number=2).continues.measure.code == "01-02"


def test_citizens_read_under_which_code_the_earlier_values_stood(cast: Cast) -> None:
    cycle = cast.open(2, indicators=1)
    changed(cast, ChangeKind.MERGE, YEAR, Detail(others=(Measure.objects.get(code="01-02").pk,)))
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    goal = Edition.objects.get().snapshot["measures"][0]["indicators"][1]
    assert goal["came_from"] == {"fiscal_year": 2023, "code": "01-02", "number": 1}
    client = as_(cast.contributor)
    page = words(client.get(f"/results/dx/{YEAR}/01-01/"))
    assert MARK.format("01-02", "①") in page and page.count("までは「") == 1
    assert "01-02" in words(client.get(f"/results/en/dx/{YEAR}/01-01/"))
