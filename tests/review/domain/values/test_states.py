"""The state of a value: proposed by its words wherever they stand, confirmed by a person, and obeyed by the judge."""

from __future__ import annotations

from datetime import date

import pytest

from review.domain.values import State
from review.domain.values.achievement import judge, proposed_state

YEAR = 2024
INTERIM = [
    ("9月末現在 5件", date(2024, 9, 30)),
    ("5件 9月末現在", date(2024, 9, 30)),
    ("5件、9月末現在", date(2024, 9, 30)),
    ("5件・上半期", date(2024, 9, 30)),
    ("上期:5件", date(2024, 9, 30)),
    ("第3四半期まで 5件", date(2024, 12, 31)),
    ("5件(4月から12月まで)", date(2024, 12, 31)),
    ("4〜12月 5件", date(2024, 12, 31)),
    ("5件※12月末現在の件数", date(2024, 12, 31)),
    ("5件（令和7年2月28日現在）", date(2025, 2, 28)),
    ("5件(10か月分)", date(2025, 1, 31)),
    ("5件(R6.11.20時点)", date(2024, 11, 20)),
    ("5件(R6.4~R7.1)", date(2025, 1, 31)),
    ("令和6年4月から1月まで 5件", date(2025, 1, 31)),
    ("12 月 末 現 在 5件", date(2024, 12, 31)),
    ("半年で5件", date(2024, 9, 30)),
    ("12月:5件", None),
    ("5件(令和6年12月)", None),
    ("5件(中間報告)", None),
    ("年度途中 5件", None),
    ("10月~3月 5件", None),
    ("5件(12月末累計)", date(2024, 12, 31)),
    ("5件(1・2学期)", None),
    ("5件(R6.9)", None),
]
OTHER_YEAR = [
    ("5件(令和5年度実績)", 2023),
    ("令和5年度実績 5件", 2023),
    ("R5:5件", 2023),
    ("【令和4年度】5件", 2022),
    ("5件 ※令和5年度の数値", 2023),
    ("5件(直近の調査:令和4年度)", 2022),
    ("5件(R5.12.31時点)", 2023),
    ("5件(前年度値)", None),
    ("昨年度実績 5件", None),
    ("5件(R5法定報告値)", 2023),
    ("5件(令和2年国勢調査)", 2020),
    ("5件(R4住宅・土地統計調査)", 2022),
    ("5件(対象:R5年度)", 2023),
    ("5件(前々年度)", None),
    ("5件(前回調査時)", None),
    ("5件(R6.3末)", 2023),
    ("5件(令和5年4月1日現在)", 2023),
    ("5件(令和5年4月~令和6年3月)", 2023),
    ("2013年度比5%減(令和5年度)", 2023),
]
NOT_MEASURED = [
    "集計中",
    "5件(集計中)",
    "5件 ※精査中",
    "未公表",
    "－(隔年調査)",
    "-",
    "5件(予定)",
    "次回調査は令和8年度",
    "5件(令和6年度は未公表)",
    "5件(R6は調査なし)",
    "N/A",
]
PROVISIONAL = ["5件(R6見込)", "5件(速報値)", "見込み 5件", "5件 暫定値", "概算 5件"]
FINAL = [
    "5件",
    "5件(令和6年度実績)",
    "5件(令和7年3月31日現在)",
    "5件(年度末時点)",
    "5件(4月~3月)",
    "5件(R6.4~R7.3)",
    "5件(R5.3末 4件)",
    "5件(R6.3末に1件廃止)",
    "5件(令和6年国民生活基礎調査)",
    "5件(3学期制の学校)",
    "5件(令和7年5月末現在)",  # after the year's end
    "5件(うち上半期 3件)",
    "上半期 3件 下半期 2件",
    "5件(12月開催分を含む)",
    "5件(7~8月開催)",
    "前年度比5%増",
    "7月 5件 8月 6件",
]


def test_the_base_year_of_a_target_is_not_the_year_that_it_is_of():
    assert proposed_state("2013年度比20%減(令和4年度)", target="2013年度比35%減").state is State.OTHER_YEAR
    assert proposed_state("46万人(令和6年度)", target="50万人(令和8年度)").state is State.FINAL


def _state(actual: str, **more):
    return proposed_state(actual, fiscal_year=YEAR, **more)


@pytest.mark.parametrize("actual, until", INTERIM)
def test_words_for_a_part_of_the_year_propose_interim_and_its_last_day(actual, until):
    state = _state(actual)
    assert (state.state, state.until) == (State.INTERIM, until)


@pytest.mark.parametrize("actual, year", OTHER_YEAR)
def test_words_for_another_year_propose_that_year(actual, year):
    state = _state(actual)
    assert (state.state, state.fiscal_year) == (State.OTHER_YEAR, year)


@pytest.mark.parametrize(
    "actual, state",
    [
        *((actual, State.NOT_MEASURED) for actual in NOT_MEASURED),
        *((actual, State.PROVISIONAL) for actual in PROVISIONAL),
        *((actual, State.FINAL) for actual in FINAL),
    ],
)
def test_words_propose_what_the_value_is(actual, state):
    assert _state(actual).state == state


@pytest.mark.parametrize("actual", [actual for actual, _ in (*INTERIM, *OTHER_YEAR)] + NOT_MEASURED)
def test_what_is_not_the_years_result_is_not_judged(actual):
    judgement = judge(name="苦情件数", target="10件以下", actual=actual, fiscal_year=YEAR)
    assert (judgement.status, judgement.rate) == ("undetermined", None)
    assert not judgement.state.state.is_result


@pytest.mark.parametrize("state", [State.INTERIM, State.OTHER_YEAR, State.NOT_MEASURED])
def test_a_confirmed_state_outweighs_the_words(state):
    plain = {"name": "苦情件数", "target": "10件以下", "fiscal_year": YEAR}
    assert judge(**plain, actual="5件", state=state).status == "undetermined"
    for actual in ("5件(9月末現在)", "5件(令和5年度実績)", "5件(集計中)"):
        judgement = judge(**plain, actual=actual, state=State.FINAL)
        assert (judgement.status, judgement.state.state) == ("achieved", State.FINAL)
        assert "まだ測定されていない" not in judgement.actual_reading.sentence


def test_a_provisional_value_is_judged_and_flagged():
    for actual, state in (("5件(速報値)", None), ("5件", State.PROVISIONAL)):
        judgement = judge(name="苦情件数", target="10件以下", actual=actual, state=state)
        assert judgement.status == "achieved" and "provisional" in judgement.flags
    assert "provisional" not in judge(name="件数", target="10件以下", actual="5件(速報値)", state=State.FINAL).flags


def test_a_target_of_a_part_of_the_year_is_held_against_that_part():
    assert judge(name="上半期の苦情件数", target="10件以下", actual="5件(9月末現在)").status == "achieved"
    assert _state("5件(9月末現在)", target="10件以下(9月末)").state == State.FINAL


@pytest.mark.parametrize("state", [State.INTERIM, State.OTHER_YEAR, State.NOT_MEASURED])
def test_a_relative_target_needs_a_last_year_that_is_a_result(state):
    question = {"name": "利用者数", "target": "前年度以上", "actual": "600人", "fiscal_year": YEAR}
    assert judge(**question, previous="500人").status == "achieved"
    assert "needs_previous" in judge(**question, previous="500人", previous_state=state).flags
    assert judge(**question, previous="500人(9月末現在)", previous_state=State.FINAL).status == "achieved"


def test_last_years_value_may_name_its_own_year_and_no_other():
    question = {"name": "利用者数", "target": "前年度以上", "actual": "600人", "fiscal_year": YEAR}
    assert judge(**question, previous="500人(令和5年度)").status == "achieved"
    assert "needs_previous" in judge(**question, previous="500人(令和4年度)").flags


def test_every_state_has_the_citys_word():
    assert [state.label for state in State] == ["確定", "速報・見込み", "年度途中", "他年度の値", "未測定"]
