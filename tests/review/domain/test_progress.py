"""A target of a later year: progress, never missed before its year, and in its year the plain judge."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import pytest

from review.domain import judging_lines, progress, rating
from review.domain.values import achievement

SPAN = progress.Span(target_year=2028, year=2025, first_year=2024)


def judged(baseline: str, target: str, actual: str, span: progress.Span = SPAN, **more):
    return progress.judge(name="新規就農者数", target=target, actual=actual, baseline=baseline, span=span, **more)


@pytest.mark.parametrize(
    "baseline, target, actual, status, rate, words",
    [
        (
            "50人",
            "100人",
            "60人",
            "not_applicable",
            "0.2000",
            "基準値50人からの進み具合は20.0%です(経過2/5年に対して50.0%)",
        ),
        ("200万円", "100万円", "155万円", "not_applicable", "0.4500", "45.0%"),
        ("50人", "100人", "120人", "achieved", "1.4000", "目標は令和10年度です"),
        ("", "100人", "60人", "not_applicable", None, "基準値がないため"),
        ("50件", "100人", "60人", "not_applicable", None, "同じ単位"),
        ("0.5", "80%", "60%", "not_applicable", None, "同じ単位"),
        ("多い", "100人", "60人", "not_applicable", None, "同じ単位"),
        ("50人", "100人", "40人", "not_applicable", "-0.2000", "-20.0%"),
        ("50人", "100人", "", "pending", None, "入力されていません"),
        ("50人", "100人", "集計中", "undetermined", None, "測定"),
    ],
)
def test_a_year_before_the_target_s(baseline: str, target: str, actual: str, status: str, rate, words: str) -> None:
    verdict = judged(baseline, target, actual)
    assert verdict.status == status
    assert (None if verdict.rate is None else str(verdict.rate)) == rate
    assert words in verdict.reason


def test_a_target_equal_to_the_baseline_has_no_progress() -> None:
    verdict = judged("100人", "100人", "90人", direction="up")
    assert (verdict.status, verdict.rate) == ("not_applicable", None)
    assert progress.LEVEL in verdict.reason


def test_the_grade_is_of_the_progress_by_the_time_gone() -> None:
    letters = {"60人": "C", "68人": "B", "70人": "A", "51人": "D", "40人": "D"}
    for actual, letter in letters.items():
        earned = rating.grade(judged("50人", "100人", actual), rating.DEFAULT)
        assert earned and earned.letter == letter, actual
    assert rating.grade(judged("", "100人", "60人"), rating.DEFAULT) is None


def test_never_missed_before_its_year_and_in_its_year_the_plain_judge() -> None:
    draw = random.Random(20281)
    for _turn in range(1500):
        texts = [
            draw.choice(["", "-", "多い"])
            if draw.random() < 0.1
            else f"{draw.randint(-50, 300)}{draw.choice(['', '人', '%', '千円'])}"
            for _n in range(3)
        ]
        baseline, target, actual = texts
        target += draw.choice(["", "以上", "以下", "未満"]) if target[-1:].isalnum() else ""
        direction = draw.choice(["up", "down", None])
        year = draw.randint(2024, 2028)
        span = progress.Span(target_year=2028, year=year, first_year=draw.choice([2024, None]))
        verdict = judged(baseline, target, actual, span, direction=direction)
        if year < 2028:
            assert verdict.status != "missed", texts
            assert (
                rating.grade(verdict, rating.DEFAULT) is None
                or verdict.status != "not_applicable"
                or verdict.pace is not None
            )
        else:
            plain = achievement.judge(
                name="新規就農者数", target=target, actual=actual, direction=direction, fiscal_year=year
            )
            assert verdict == plain


def test_the_way_from_the_baseline_only_infers_the_direction() -> None:
    falls = progress.judge(name="指標", target="10件", actual="20件", baseline="50件", span=SPAN)
    assert (falls.direction, "direction_inferred" in falls.flags) == ("down", True)
    set_by_hand = progress.judge(name="指標", target="10件", actual="20件", baseline="50件", span=SPAN, direction="up")
    assert (set_by_hand.status, set_by_hand.direction) == ("achieved", "up")
    assert "direction_inferred" not in set_by_hand.flags


def test_which_target_counts_is_the_first_of_a_later_year_where_none_was_before() -> None:
    assert progress.later_target([(2024, ""), (2025, "-"), (2028, "100人")], 2025) == (2028, "100人")
    assert progress.later_target([(2024, "50人"), (2025, ""), (2028, "100人")], 2025) is None
    assert progress.later_target([(2025, "50人"), (2028, "100人")], 2025) is None


def test_the_command_takes_baseline_and_years() -> None:
    line = {
        "name": "x",
        "target": "100人",
        "actual": "60人",
        "baseline": "50人",
        "target_year": 2028,
        "year": 2025,
        "first_year": 2024,
    }
    wrong = {**line, "target_year": "令和10"}
    first, second = map(json.loads, judging_lines.answers([json.dumps(line), json.dumps(wrong)]))
    assert (first["status"], first["rate"], first["basis"]) == ("not_applicable", 0.2, "number")
    assert second == {"error": "target_year は西暦の年度(整数)にしてください", "line": 2}
    assert judged("50人", "100人", "70人").pace == Fraction(1)
