"""Any city's list becomes a plan: all of it or nothing, twice the same as once, and nothing outside the plan."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from review.models import Department, Indicator, IndicatorYear, Measure, MeasureYear, Plan
from review.plan.services import plans
from tests.review.domain.forms.books import Case
from tests.review.domain.forms.cities_lists import DIGITAL, STRATEGY
from tests.review.domain.forms.test_given_forms import DATA

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return plans.create(short_name="sogo", name="総合戦略", city="みなと市", first_year=2024, last_year=2028)


def taken(path: Path, *more: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_plan", str(path), "--json", *more, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def written(case: Case, folder: Path) -> Path:
    path = folder / f"{case.name}.xlsx"
    path.write_bytes(case.xlsx())
    return path


def test_a_kpi_list_becomes_measures_with_baselines_and_targets_of_the_last_year(plan: Plan) -> None:
    answer = taken(DATA / "a-kpi-list.xlsx", "--plan", "sogo")
    assert (answer["measures"], answer["indicators"]) == (5, 7)
    codes = list(Measure.objects.filter(plan=plan).values_list("code", flat=True))
    assert codes == ["1-1", "1-2", "2-1", "3-1", "3-2"]
    first = Measure.objects.select_related("field").get(code="1-1")
    assert first.field.label == "1 しごとをつくる"
    goal = Indicator.objects.get(measure=first, number=2)
    assert (goal.unit, goal.baseline) == ("人", "21,450")
    rows = dict(IndicatorYear.objects.filter(indicator=goal).values_list("fiscal_year", "actual"))
    assert rows == {2024: "21,380", 2025: "21,702", 2026: "", 2027: "", 2028: ""}
    assert IndicatorYear.objects.get(indicator=goal, fiscal_year=2028).target == "22,500"
    sheet = MeasureYear.objects.get(measure__code="2-1")
    assert (sheet.fiscal_year, sheet.owner.name) == (2025, "企画政策課")
    assert [office.name for office in sheet.related.all()] == ["住宅課"]


def test_departments_that_are_made_and_what_had_no_place_are_doubts(plan: Plan) -> None:
    Department.objects.create(name="こども課")
    doubts = taken(DATA / "a-kpi-list.xlsx", "--plan", "sogo")["warnings"]
    made = {doubt["proposal"] for doubt in doubts if doubt["code"] == "department_made"}
    assert made == {"産業政策課", "農政課", "企画政策課", "住宅課"}
    assert {"left_out", "code_made"} <= {doubt["code"] for doubt in doubts}


@pytest.mark.parametrize("name", ["a-kpi-list.xlsx", "b-activity-sheets.xlsx", "c-reform.csv"])
def test_twice_is_the_same_as_once_and_a_trial_stores_nothing(name: str) -> None:
    plans.create(short_name="sogo", name="計画", city="みなと市", first_year=2023, last_year=2028)
    trial = taken(DATA / name, "--plan", "sogo", "--dry-run")
    assert trial["measures"] and not Measure.objects.exists() and not Department.objects.exists()
    taken(DATA / name, "--plan", "sogo")
    models = (Department, Measure, MeasureYear, Indicator, IndicatorYear)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    again = taken(DATA / name, "--plan", "sogo")
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    assert not [doubt for doubt in again["warnings"] if doubt["code"] == "department_made"]


def test_years_outside_the_plan_stay_out_with_a_sentence(plan: Plan, tmp_path: Path) -> None:
    Plan.objects.filter(pk=plan.pk).update(first_year=2022, last_year=2024)
    doubts = taken(written(STRATEGY, tmp_path), "--plan", "sogo")["warnings"]
    sentences = [doubt["detail"] for doubt in doubts if doubt["code"] == "year_outside_plan"]
    assert [sentence[:6] for sentence in sentences] == ["令和2年度は", "令和3年度は"]
    assert set(IndicatorYear.objects.values_list("fiscal_year", flat=True)) == {2022, 2023, 2024}


def test_a_file_of_other_years_and_a_year_outside_are_refused(plan: Plan, tmp_path: Path) -> None:
    path = written(STRATEGY, tmp_path)
    Plan.objects.filter(pk=plan.pk).update(first_year=2030, last_year=2034)
    with pytest.raises(CommandError, match="計画の期間"):
        taken(path, "--plan", "sogo")
    Plan.objects.filter(pk=plan.pk).update(first_year=2020, last_year=2024)
    with pytest.raises(CommandError, match="2020〜2024年度"):
        taken(path, "--plan", "sogo", "--year", "2026")
    assert not Measure.objects.exists()


def test_another_plan_is_never_touched(plan: Plan, tmp_path: Path) -> None:
    plans.create(short_name="dx", name="DX計画", city="みなと市", first_year=2022, last_year=2025)
    taken(DATA / "a-kpi-list.xlsx", "--plan", "sogo")
    before = list(MeasureYear.objects.filter(measure__plan=plan).values())
    taken(written(DIGITAL, tmp_path), "--plan", "dx")
    assert list(MeasureYear.objects.filter(measure__plan=plan).values()) == before
    assert list(Measure.objects.filter(plan__short_name="dx").values_list("code", flat=True)) == [
        "1-1-(1)", "1-1-(2)", "2-1-(1)",
    ]  # fmt: skip


def test_next_years_list_finds_its_measures_and_goals_again_by_name(plan: Plan, tmp_path: Path) -> None:
    head = "取組,担当課,指標,令和6年度目標,令和6年度実績\n"
    path = tmp_path / "list.csv"
    path.write_text(head + "窓口,市民課,待ち時間,10分,12分\n窓口,市民課,満足度,80%,75%\n")
    taken(path, "--plan", "sogo")
    path.write_text(head + "予約,市民課,利用件数,5件,6件\n窓口,市民課,満足度,80%,75%\n窓口,市民課,待ち時間,10分,12分\n")
    taken(path, "--plan", "sogo")
    assert dict(MeasureYear.objects.values_list("measure__code", "name")) == {"01": "窓口", "02": "予約"}
    goals = IndicatorYear.objects.filter(indicator__measure__code="01").values_list("indicator__number", "name")
    assert set(goals) == {(1, "待ち時間"), (2, "満足度")}


def test_a_sheet_without_departments_and_fields_still_has_an_owner(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "分野,取組,指標,令和6年度目標,令和6年度実績\n子育て,預かり,利用件数,5件,6件\n教育,講座,回数,3回,3回\n"
    )
    doubts = taken(path, "--plan", "sogo")["warnings"]
    assert [doubt["proposal"] for doubt in doubts if doubt["code"] == "no_department"] == ["担当未定", "担当未定"]
    labels = [measure.field.label for measure in Measure.objects.select_related("field")]
    assert labels == ["1 子育て", "2 教育"]


def test_too_long_a_name_stops_the_whole_import(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        f"取組,担当課,指標,令和6年度目標,令和6年度実績\n窓口,市民課,時間,5分,6分\n{'長' * 201},市民課,時間,5分,6分\n"
    )
    with pytest.raises(CommandError, match=r"200文字まで.*\n何も取り込んでいません"):
        taken(path, "--plan", "sogo")
    assert not Measure.objects.exists() and not Department.objects.exists()
