"""結果 and 疑問点 are two things: the city's real sheets of 令和6年度 that raise no question about what was entered."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.assessment.services import judging
from review.domain import rating
from review.domain.plan_text import read_plan_text
from review.models import Indicator, IndicatorYear, Measure
from review.plan.services import planning
from review.sheet.services import value_answers

FACTS = Path(__file__).resolve().parents[3] / "review" / "seed" / "facts.txt"
YEAR = 2024

pytestmark = pytest.mark.django_db


def test_at_least_half_of_the_real_sheets_are_clean() -> None:
    planning.import_plan(read_plan_text(FACTS.read_bytes()), plan_name="計画", city="見本市", year=YEAR)
    rows = list(IndicatorYear.objects.select_related("indicator__measure").filter(fiscal_year=YEAR))
    judging.judge_rows(rows, scale=rating.DEFAULT)
    questions = dict.fromkeys(Measure.objects.values_list("code", flat=True), 0)
    for row in rows:
        row.flags = [
            code for code in row.flags if code != "direction_inferred"
        ]  # asked once, on the page of definitions
        questions[row.indicator.measure.code] += value_answers.open_doubts(row)
    clean = [code for code, count in questions.items() if not count]
    assert len(questions) == 30 and len(clean) >= 15


@pytest.mark.parametrize(
    ("status", "flags", "count"),
    [
        ("missed", [], 0),
        ("missed", ["total_stalled"], 0),
        ("achieved", ["total_stalled"], 1),
        ("missed", ["definition_changed", "target_changed", "target_below_result"], 0),
        ("missed", ["unit_assumed"], 1),
        ("undetermined", [], 1),
        ("undetermined", ["unit_mismatch"], 1),
        ("achieved", ["jump", "repeated"], 2),
    ],
)
def test_a_result_is_no_question(status: str, flags: list[str], count: int) -> None:
    assert value_answers.open_doubts(IndicatorYear(indicator=Indicator(), status=status, flags=flags)) == count
