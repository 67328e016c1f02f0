"""Grades: a scale is data, and a grade follows the unrounded rate."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.domain.rating import DEFAULT, NOT_GRADED, PRESETS, Scale, ScaleError, grade, label, overall, percent
from review.domain.values.achievement import judge


def judged(target: str, actual: str, direction: str | None = "up"):
    return judge(name="指標", target=target, actual=actual, direction=direction)


@pytest.mark.parametrize(
    "target, actual, letter",
    [
        ("100件", "100件", "A"),
        ("100件", "150件", "A"),
        ("100件", "99件", "B"),
        ("100件", "80件", "B"),
        ("1000件", "799件", "C"),
        ("100件", "50件", "C"),
        ("100件", "49件", "D"),
        ("100件", "0件", "D"),
        ("整備完了", "整備完了", "A"),
        ("整備完了", "着手", "－"),
        ("", "10件", "対象外"),
        ("10件", "", "未入力"),
        ("100人超", "100人", "B"),  # a rate of 1 that still misses is never the highest grade
        ("▲5件", "▲8件", "D"),  # missed without a rate is the lowest
    ],
)
def test_the_default_scale_grades_as_the_rule_says(target, actual, letter):
    assert label(judged(target, actual), DEFAULT) == letter


def test_what_is_not_graded_has_no_grade():
    assert grade(judged("", "10件"), DEFAULT) is None
    assert set(NOT_GRADED) == {"not_applicable", "pending"}


@pytest.mark.parametrize("key, letters", [("abcd", "ABCD－"), ("sabc", "SABC－"), ("bands_80_50_20", "ABCDE－")])
def test_the_presets_survive_storage(key, letters):
    scale = PRESETS[key]
    assert "".join(entry.letter for entry in scale.grades) == letters
    assert Scale.from_data(json.loads(json.dumps(scale.as_data()))) == scale
    assert len({entry.look for entry in scale.grades}) == len(scale.grades)


def test_a_threshold_that_is_no_decimal_stays_exact():
    data = DEFAULT.as_data()
    data[1]["threshold"] = "2/3"
    scale = Scale.from_data(data)
    assert scale.grades[1].threshold == Fraction(2, 3)
    assert scale.as_data()[1]["threshold"] == "2/3"
    assert label(judged("3件", "2件"), scale) == "B"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop(),
        lambda data: data.__setitem__(slice(1, 4), []),
        lambda data: data[1].update(letter="A"),
        lambda data: data[1].update(letter=" "),
        lambda data: data[1].update(threshold="0.4"),
        lambda data: data[3].update(threshold="0.1"),
        lambda data: data[1].update(threshold="八割"),
        lambda data: data[1].update(threshold=None),
        lambda data: data[1].pop("name"),
        lambda data: data.append("x"),
    ],
)
def test_a_scale_that_cannot_be_used_is_refused(change):
    data = DEFAULT.as_data()
    change(data)
    with pytest.raises(ScaleError):
        Scale.from_data(data)


@pytest.mark.parametrize(
    "rate, shown",
    [
        ("33474/60000", "55.8%"),
        ("1", "100.0%"),
        ("7996/10000", "79.9%"),
        ("9996/10000", "99.9%"),
        ("80004/100000", "80.0%"),
        ("8035/1000", "803.5%"),
        ("0", "0.0%"),
        ("12345/1000", "1,234.5%"),
        ("4999/10000", "49.9%"),
    ],
)
def test_a_percentage_never_rounds_across_a_threshold(rate, shown):
    assert percent(Fraction(rate), DEFAULT) == shown


def test_without_a_rate_nothing_is_shown():
    assert percent(None, DEFAULT) == ""


@given(rate=st.fractions(0, 3), key=st.sampled_from(sorted(PRESETS)))
def test_the_shown_percentage_lies_on_the_side_of_its_grade(rate, key):
    scale = PRESETS[key]
    shown = Fraction(percent(rate, scale).rstrip("%").replace(",", "")) / 100
    assert all((shown >= limit) == (rate >= limit) for limit in scale.thresholds)
    assert abs(shown - rate) <= Fraction(1, 1000)


@given(st.lists(st.sampled_from([*DEFAULT.grades, None])))
def test_the_overall_proposal_is_the_lowest_decided_grade(grades):
    proposed = overall(grades, DEFAULT)
    decided = [entry for entry in grades if entry and entry.is_decided]
    if decided:
        assert proposed == max(decided, key=DEFAULT.grades.index)
    else:
        assert proposed == (DEFAULT.undecided if any(grades) else None)


def test_a_letter_that_the_scale_lacks_is_refused():
    with pytest.raises(KeyError):
        DEFAULT.by_letter("Z")
