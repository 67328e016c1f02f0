"""Taking a plan in: whole or not at all, twice as once, never over an open year."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from review.domain.plan_text import read_plan_text
from review.models import Department, Indicator, IndicatorYear, Measure, MeasureYear, Plan
from review.plan.services import planning
from review.year.services import cycles
from tests.cast import Cast

FACTS = Path(__file__).resolve().parents[3] / "review" / "seed" / "facts.txt"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    return read_plan_text(FACTS.read_bytes())


def take(document, **more):
    return planning.import_plan(document, plan_name="計画", city="木更津市", year=2024, **more)


def test_the_thirty_sheets_come_in_with_every_year(document) -> None:
    done = take(document)
    assert (done.measures, done.indicators) == (30, 67)
    assert (Measure.objects.count(), MeasureYear.objects.count(), Indicator.objects.count()) == (30, 30, 65)
    row = IndicatorYear.objects.get(indicator__measure__code="01-02", indicator__number=2, fiscal_year=2024)
    assert (row.target, row.actual) == ("反収 7~7.5俵", "反収 5~5.5俵")


def test_twice_is_the_same_as_once(document) -> None:
    take(document)
    counts = [model.objects.count() for model in (Plan, Department, Measure, IndicatorYear)]
    again = take(document)
    assert again.written == 0
    assert counts == [model.objects.count() for model in (Plan, Department, Measure, IndicatorYear)]


def test_a_trial_leaves_nothing(document) -> None:
    done = take(document, dry_run=True)
    assert done.measures == 30
    assert not Plan.objects.exists()


def test_every_direction_is_listed_for_confirmation(document) -> None:
    done = take(document)
    listed = [doubt for doubt in done.doubts if doubt.code.startswith("direction_")]
    assert len(listed) == 65
    assert all(doubt.detail for doubt in listed)
    assert not Indicator.objects.exclude(direction="").exists()


def test_the_years_before_a_drafted_one_are_judged_as_the_file_has_them(document) -> None:
    take(document)
    cycles.draft(plan=Plan.objects.get(), fiscal_year=2024)
    rows = IndicatorYear.objects.filter(indicator__measure__code="01-02", fiscal_year=2023)
    rows.update(actual="", status="", grade="")
    take(document)
    assert all(row.status and row.reading["computed"] for row in rows)


def test_an_open_year_is_not_touched_and_the_difference_is_reported(cast: Cast) -> None:
    cycle = cast.open(1)
    sheet = planning_sheet(cast)
    done = planning.import_plan(sheet, plan_name=cast.plan.name, city="見本市", year=cycle.fiscal_year)
    assert cast.sheet().measure_year.name == "見本の施策1"
    reported = [doubt for doubt in done.doubts if doubt.code == "differs_from_open_year"]
    assert any("施策名" in doubt.detail for doubt in reported)


def planning_sheet(cast: Cast):
    first = read_plan_text(FACTS.read_bytes())
    sheet = replace(first.sheets[0], code="01-01", name="別の名前", owner="産業振興課")
    return replace(first, sheets=(sheet,), doubts=())


def test_a_drafted_year_takes_corrections(document) -> None:
    take(document)
    cycles.draft(plan=Plan.objects.get(), fiscal_year=2024)
    changed = replace(document, sheets=(replace(document.sheets[0], name="改めた名前"), *document.sheets[1:]))
    assert take(changed).written == 1
    assert MeasureYear.objects.get(measure__code="01-01").name == "改めた名前"


def test_a_half_file_stops_with_line_and_cause(tmp_path: Path) -> None:
    half = tmp_path / "half.txt"
    half.write_bytes(FACTS.read_bytes()[:20_011])
    with pytest.raises(CommandError) as refusal:
        call_command("import_plan", str(half), plan="dx")
    assert "何も取り込んでいません" in str(refusal.value)
    assert not Plan.objects.exists()


def test_a_missing_file_says_so() -> None:
    with pytest.raises(CommandError, match="開けません"):
        call_command("import_plan", "nowhere.txt", dry_run=True)


def test_the_command_answers_in_json() -> None:
    import json

    out = StringIO()
    call_command("import_plan", str(FACTS), "--dry-run", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["measures"], answer["indicators"]) == (30, 67)
    assert {"code", "measure", "line", "detail", "proposal"} == set(answer["warnings"][0])


def test_a_value_that_a_sheet_shows_is_not_rewritten_by_an_import(document) -> None:
    """The years before a sheet's own have no review of their own, but its verdict rests on them."""
    take(document)
    plan = Plan.objects.get()
    year = planning.sheets_year(document)
    cycle = cycles.draft(plan=plan, fiscal_year=year)
    for row in cycles.sheets_to_launch(cycle):
        cycles.make_review(cycle, row)
    before = IndicatorYear.objects.filter(fiscal_year=year - 1).exclude(actual="").first()
    IndicatorYear.objects.filter(pk=before.pk).update(actual="別の値")
    imported = take(document)
    before.refresh_from_db()
    assert before.actual == "別の値"
    assert [d.measure for d in imported.doubts if d.code == "differs_from_open_year"] == [before.indicator.measure.code]
