"""A 基準値 that is missing from a goal whose only target is of a later year: named with its place, and asked for by none."""

import pytest

from review.assessment.services import definitions, judging
from review.models import Indicator, IndicatorYear, Plan
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.assessment.test_definitions import ADDRESS, row_of
from workflow import steps

pytestmark = pytest.mark.django_db


def last_year_only(form: str = "kpi", baseline: str = "") -> None:
    """Every goal has a target for the plan's last year alone."""
    Plan.objects.update(form=form)
    Indicator.objects.update(baseline=baseline)
    IndicatorYear.objects.filter(fiscal_year__lte=YEAR).update(target="")
    IndicatorYear.objects.filter(fiscal_year=YEAR).update(actual="")


def test_a_missing_baseline_is_named_to_the_department_and_to_the_office_with_its_place(cast: Cast) -> None:
    cast.draft(1)
    last_year_only()
    office = as_(cast.reviewer)
    page = office.get(f"/plans/dx/{YEAR}/").content.decode()
    assert "基準値のない成果目標が2件あります" in page and ADDRESS in page
    listed = words(office.get(ADDRESS))
    assert "基準値を入力する成果目標" in listed and "基準値がありません" in listed
    steps.open_year(user=cast.reviewer, cycle_id=cast.cycle.pk)
    settle_background()
    review = cast.sheet()
    entry = words(as_(cast.contributor).get(f"/sheets/{review.pk}/entry/1/"))
    assert "確認者が「指標の定義の確認」の画面で入力します" in entry and "100件(令和7年度)" in entry
    assert set(submission.missing(review)) == {"indicator:1:actual", "indicator:2:actual"}
    goal = Indicator.objects.get(number=1)
    typed = {
        "indicator": goal.pk,
        "shown": goal.pk,
        "direction": "up",
        "unit": "件",
        "kind": "year",
        "baseline": "50件",
    }
    as_(cast.reviewer).post(ADDRESS, typed)
    entry = words(as_(cast.contributor).get(f"/sheets/{review.pk}/entry/1/"))
    assert entry.count("確認者が「指標の定義の確認」の画面で入力します") == 1 and "基準値 50件" in entry
    cast.fill(review, "80件")
    assert (row_of(1).rate_text, row_of(1).grade) == ("進捗率 60.0%", "B")
    assert (row_of(2).rate_text, row_of(2).status) == ("", "not_applicable")
    assert "基準値がないため、進み具合は計算できません。" in row_of(2).reason


def test_outside_a_list_of_kpi_nobody_is_asked_for_a_result_without_a_baseline(cast: Cast) -> None:
    cast.open(1)
    last_year_only(form="city")
    judging.judge_rows(
        IndicatorYear.objects.filter(fiscal_year=YEAR).select_related("indicator"), scale=judging.rating.DEFAULT
    )
    assert not submission.missing(cast.sheet())
    assert "実績はこのまま入力してください" in words(as_(cast.contributor).get(f"/sheets/{cast.sheet().pk}/entry/1/"))


def test_a_milestone_in_words_lacks_no_baseline(cast: Cast) -> None:
    cycle = cast.draft(1)
    last_year_only()
    IndicatorYear.objects.filter(fiscal_year=YEAR + 1).update(target="整備完了")
    assert definitions.open_in(cycle).bare == []
