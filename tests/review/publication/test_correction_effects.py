"""A corrected snapshot: only the named items changed, what follows judged anew, and the consequences in words."""

from __future__ import annotations

import copy
from datetime import date

import pytest

from review.models import Edition
from review.publication.services import correction_effects
from review.publication.services.correction_effects import Entry
from tests.cast import YEAR, Cast

DAY = date(2025, 9, 1)


@pytest.fixture
def base(cast: Cast) -> Edition:
    """The first edition of a year of two 施策, each 実績 120件 of 100件."""
    cast.published(2)
    return Edition.objects.get(current=True)


def entry(key: str, wrong: str, right: str, code: str = "01-01") -> Entry:
    return Entry(code=code, key=key, label="項目", wrong=wrong, right=right, reason="集計の誤り")


def test_a_value_is_judged_anew_and_nothing_else_is_touched(base: Edition) -> None:
    before = copy.deepcopy(base.snapshot)
    after = correction_effects.corrected(base, [entry(f"indicator:1:actual:{YEAR}", "120件", "10件")], on=DAY)
    assert base.snapshot == before, "the edition itself stays as it is"
    old, new = (one["measures"][0]["indicators"] for one in (before, after))
    assert (old[0]["grade"], new[0]["status"]) == ("A", "missed") and new[0]["grade"] != "A"
    assert new[1] == old[1] and after["measures"][1] == before["measures"][1]
    assert after["totals"] != before["totals"]
    errata = after["corrections"][-1]
    assert (errata["number"], errata["date"], errata["items"][0]["right"]) == (2, "2025-09-01", "10件")
    labels = [line["label"] for line in errata["consequences"] if line["code"] == "01-01"]
    assert {"成果目標① 判定", "成果目標① 達成率", "成果目標① 達成区分", "総合評価"} <= set(labels)
    assert not correction_effects.OF_ONE_EDITION & after.keys()


def test_a_text_has_no_consequence(base: Edition) -> None:
    after = correction_effects.corrected(base, [entry("cause", "", "正しい要因")], on=DAY)
    assert after["measures"][0]["indicators"] == base.snapshot["measures"][0]["indicators"]
    assert after["corrections"][-1]["consequences"] == []


def test_a_person_s_grade_is_corrected_with_its_reason_and_taken_away_again(base: Edition) -> None:
    given = correction_effects.corrected(base, [entry("indicator:1:grade", "", "C")], on=DAY)
    first = given["measures"][0]["indicators"][0]
    assert (first["grade"], first["given_reason"], first["computed_grade"]) == ("C", "集計の誤り", "A")
    base.snapshot = given
    gone = correction_effects.corrected(base, [entry("indicator:1:grade", "C", "")], on=DAY)
    first = gone["measures"][0]["indicators"][0]
    assert (first["grade"], first["given_reason"]) == ("A", "")


def test_consequences_name_the_totals_last_in_the_order_of_the_scale(base: Edition) -> None:
    after = correction_effects.corrected(base, [entry(f"indicator:1:actual:{YEAR}", "120件", "10件")], on=DAY)
    lines = correction_effects.consequences(base.snapshot, after)
    totals = [line["label"] for line in lines if not line["code"]]
    assert totals and lines[-len(totals) :] == [line for line in lines if not line["code"]]
    assert totals[0] == "施策の数 A" and "成果目標の数 A" in totals
    assert correction_effects.consequences(after, after) == []
