"""One line a sheet on home, 合議 among the work, and a receipt after the submission."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from review import clock
from review.models import Concurrence, IndicatorYear, MeasureYear
from review.sheet.views import at_a_glance, home
from review.templatetags.words import day_text
from tests.cast import YEAR, Cast
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets

HOME = "/"


def test_a_sheet_s_line_says_what_is_there_and_what_is_missing(cast: Cast) -> None:
    cast.open(2)
    page = words(as_(cast.contributor).get(HOME))
    assert page.count("実績 0/2") == 2
    first = IndicatorYear.objects.filter(fiscal_year=YEAR).order_by("pk")[0]
    IndicatorYear.objects.filter(pk=first.pk).update(actual="50件", status="missed")
    assert "実績 1/2・要因 未" in at_a_glance.lines([cast.sheet(1)])[cast.sheet(1).pk]
    year = MeasureYear.objects.get(pk=cast.sheet(1).measure_year_id)
    year.texts = {**year.texts, "cause": "人手が足りなかった。"}
    year.save()
    assert "要因" not in at_a_glance.lines([cast.sheet(1)])[cast.sheet(1).pk]


def test_the_lines_cost_no_query_for_each_sheet(cast: Cast) -> None:
    cast.open(2)
    client = as_(cast.contributor)
    client.get(HOME)
    few = queries_of(client, HOME)
    more_sheets(cast, 12)
    assert queries_of(client, HOME) <= few


def test_a_request_for_concurrence_is_work(cast: Cast) -> None:
    cycle = cast.open(1)
    office = cast.departments["市民課"]
    Concurrence.objects.create(
        review=cast.sheet(1), round=1, department=office, asked_by=cast.contributor, asked_at=clock.now(),
        due_on=clock.today() + timedelta(days=5),
    )  # fmt: skip
    page = words(as_(cast.related).get(HOME))
    assert "合議の依頼" in page and "今、することはありません" not in page
    (tab,) = home.plan_tabs(cast.related, [cycle], None)
    assert tab["count"] == 1


def test_after_the_submission_the_sheet_is_a_receipt_and_no_lock(cast: Cast) -> None:
    cycle = cast.open(2)
    cycle.review_due_at = clock.now() + timedelta(days=9)
    cycle.save()
    review = cast.submitted(1)
    page = as_(cast.contributor).get(reverse("meguri:sheet", args=[review.pk]))
    text = words(page)
    assert "提出しました" in text and "今は入力できません" not in text
    assert "成果目標の実績 2件" in text and f"{cast.reviewer}さん" in text
    assert day_text(cycle.review_due_at) in text and "見本の施策2" in text
    assert page.content.decode().count(reverse("meguri:recall", args=[review.pk])) == 1
    for who in (cast.reviewer2, cast.related):
        assert "次に見る人" not in words(as_(who).get(reverse("meguri:sheet", args=[review.pk])))
