"""A list of 42 KPI with targets for the last year only, from its file through two published editions: the year before the
targets' is judged by progress from 基準値 and misses nothing, the targets' own year by the targets themselves."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from review import clock
from review.assessment.services import definitions
from review.assessment.services.definitions import Definition
from review.domain import items
from review.models import Cycle, Edition, Indicator, IndicatorYear, MeasureReview
from review.sheet.services import submission
from review.year.services import cycles
from tests.cast import Cast, settle_background
from tests.review.acting import as_, words
from tests.scenarios.test_first_year import manage
from workflow import steps

pytestmark = pytest.mark.django_db
BEFORE, LAST = 2024, 2025
#: Of each 施策: name, unit, direction, 基準値, target of 令和7年度; and for each year the 実績 and what comes of it, worked
#: out by hand: 指標の状態, progress or rate, grade (two of three years are gone in 令和6年度).
GOALS: tuple[tuple[str, str, str, str, str, dict[int, tuple[str, str, str, str]]], ...] = (
    # (80-50)/(100-50) = 0.6 after 2/3 of the time: 0.9 of the pace
    ("利用者の数", "人", "up", "50人", "100人", {
        BEFORE: ("80人", "目標年度前", "0.6000", "B"), LAST: ("95人", "未達成", "0.9500", "B"),
    }),
    # (50-60)/(30-60) = 1/3 after 2/3: half the pace; 30/28 in the end
    ("窓口の待ち時間", "分", "down", "60分", "30分", {
        BEFORE: ("50分", "目標年度前", "0.3333", "C"), LAST: ("28分", "達成", "1.0714", "A"),
    }),
    # met before its year, (72-40)/(70-40); then fallen short of, 49/70
    ("満足した人の割合", "%", "up", "40%", "70%", {
        BEFORE: ("72%", "達成", "1.0667", "A"), LAST: ("49%", "未達成", "0.7000", "C"),
    }),
)  # fmt: skip


def brought_in(cast: Cast, folder: Path) -> Cycle:
    """14 施策 with three goals each, from a file, drafted by the office and its definitions confirmed; opened."""
    rows = [
        [f"1-{n}", f"施策{n}", "産業振興課", name, unit, base, target]
        for n in range(1, 15)
        for name, unit, _way, base, target, _years in GOALS
    ]
    head = ["番号", "施策", "担当課", "指標", "単位", "基準値", "令和7年度目標"]
    with (folder / "kpi.csv").open("w", encoding="cp932", newline="") as file:
        csv.writer(file).writerows([["架空市総合戦略 KPI一覧"], head, *rows])
    manage(
        "create_plan", "kpi", "--name", "架空市総合戦略", "--years", "2023-2025", "--city", "架空市", "--form", "kpi"
    )
    manage("import_plan", str(folder / "kpi.csv"), "--plan", "kpi", "--year", str(BEFORE))
    address = reverse("meguri:first_year", args=["kpi"])
    assert as_(cast.reviewer).post(address, {"fiscal_year": str(BEFORE)}).status_code == 303
    cycle = Cycle.objects.get()
    assert definitions.open_in(cycle).bare == []
    ways = {name: (way, unit) for name, unit, way, *_rest in GOALS}
    chosen = {}
    for row in IndicatorYear.objects.filter(fiscal_year=BEFORE).select_related("indicator"):
        way, unit = ways[row.name]
        chosen[row.indicator_id] = Definition(direction=way, unit=unit, kind="year")
    assert definitions.confirm(user=cast.reviewer, cycle=cycle, chosen=chosen) == 42
    return cycle


def run(cast: Cast, cycle: Cycle) -> Edition:
    """The year from its deadlines to its 第1版, by those whose work it is."""
    now = clock.now()
    deadlines = cycles.Deadlines(due_at=now + timedelta(days=14), closes_at=now + timedelta(days=21))
    cycles.set_deadlines(user=cast.reviewer, cycle_id=cycle.pk, deadlines=deadlines)
    steps.open_year(user=cast.reviewer, cycle_id=cycle.pk)
    settle_background()
    for review in MeasureReview.objects.filter(cycle=cycle):
        texts = {
            items.actual_key(number): years[cycle.fiscal_year][0] for number, (*_words, years) in enumerate(GOALS, 1)
        }
        texts |= {"x-kpiの評価": "順調", "cause": "見本の要因です。", "response": "見本の対応です。"}
        submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
        sent = steps.submit(user=cast.contributor, review_id=review.pk)
        sent = steps.confirm(user=cast.reviewer2, review_id=sent.pk, round=sent.round)
        steps.approve(user=cast.approver, review_id=sent.pk, round=sent.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    return Edition.objects.get(cycle=cycle, current=True)


def table(year: int) -> list[dict[str, str]]:
    """The published rows of the goals, as anybody fetches them."""
    answer = Client().get(reverse("publication:data", args=["kpi", year, "indicators.csv"]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def judged_as_worked_out(year: int) -> None:
    """Every goal of the published year has the verdict, the progress or rate and the grade of the table above."""
    by_name: dict[str, list[dict[str, str]]] = {}
    for row in table(year):
        if row["年度_西暦"] == str(year):
            by_name.setdefault(row["評価項目"], []).append(row)
    expected: dict[str, Any] = {name: years[year] for name, *_words, years in GOALS}
    assert {name: len(rows) for name, rows in by_name.items()} == dict.fromkeys(expected, 14)
    for name, (actual, status, figure, grade) in expected.items():
        column = "進捗率" if year < LAST else "達成率"
        got = {(row["実績"], row["判定"], row[column], row["達成区分"]) for row in by_name[name]}
        assert got == {(actual, status, figure, grade)}, name


@pytest.mark.drill
def test_two_editions_of_42_kpi_with_targets_for_the_last_year_only(cast: Cast, tmp_path: Path) -> None:
    first = brought_in(cast, tmp_path)
    run(cast, first)
    assert Indicator.objects.count() == 42
    judged_as_worked_out(BEFORE)
    page = words(Client().get(f"/results/kpi/{BEFORE}/1-1/"))
    assert (
        "目標は令和7年度です。" in page
        and "進み具合は60.0%です(経過2/3年に対して90.0%)" in page
        and "基準値 50人" in page
    )
    assert not IndicatorYear.objects.filter(fiscal_year__lt=LAST, status="missed").exists()
    second = Cycle.objects.get(plan=first.plan, fiscal_year=LAST)
    targets = IndicatorYear.objects.filter(fiscal_year=LAST).values_list("target", flat=True)
    assert sorted(set(targets)) == ["100人", "30分", "70%"] and len(targets) == 42
    run(cast, second)
    judged_as_worked_out(LAST)
    assert {row["判定"] for row in table(BEFORE) if row["年度_西暦"] == str(BEFORE)} == {"目標年度前", "達成"}
    assert "未達成" in words(Client().get(f"/results/kpi/{LAST}/1-1/"))
    assert as_(cast.reviewer).get(reverse("meguri:plan_end", args=["kpi"])).status_code == 200
