"""Business days over the turn of the year, ゴールデンウィーク, substitute holidays and the city's own closing days."""

from datetime import date

import pytest

from review.domain.business_days import Calendar
from review.domain.reminding import Call, Kind, Rule, days_of, rules_of

LAW = Calendar()


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),  # 年末年始
        (date(2026, 12, 31), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2026, 4, 29), False),  # 昭和の日
        (date(2026, 4, 30), True),
        (date(2026, 5, 6), False),  # 憲法記念日の振替休日
        (date(2026, 5, 7), True),
        (date(2026, 9, 22), False),  # 国民の休日
        (date(2027, 3, 22), False),  # 春分の日の振替休日
        (date(2026, 6, 13), False),  # 土曜
        (date(2026, 6, 15), True),
    ],
)
def test_the_days_of_the_law(day: date, is_open: bool) -> None:
    assert LAW.is_open(day) is is_open


def test_a_closing_day_of_the_city_counts_as_a_holiday() -> None:
    city = Calendar(closed=frozenset({date(2026, 6, 15)}))
    assert not city.is_open(date(2026, 6, 15))
    assert city.next_open(date(2026, 6, 12)) == date(2026, 6, 16)
    assert (
        city.until(date(2026, 6, 12), date(2026, 6, 16)) == 1 and LAW.until(date(2026, 6, 12), date(2026, 6, 16)) == 2
    )


@pytest.mark.parametrize(
    ("today", "due", "distance"),
    [
        (date(2026, 5, 1), date(2026, 5, 7), -1),  # over ゴールデンウィーク one business day is left
        (date(2026, 4, 24), date(2026, 5, 7), -5),
        (date(2026, 5, 1), date(2026, 5, 5), 0),  # the deadline is a holiday: its day is the last one before
        (date(2026, 5, 7), date(2026, 5, 5), 1),
        (date(2027, 1, 4), date(2026, 12, 28), 1),
        (date(2026, 12, 28), date(2027, 1, 4), -1),
        (date(2027, 3, 23), date(2027, 3, 19), 1),
    ],
)
def test_the_distance_of_a_morning_to_a_deadline(today: date, due: date, distance: int) -> None:
    assert LAW.distance(today, due) == distance


def test_counting_forward_and_back_agree() -> None:
    start = date(2026, 4, 28)
    assert [LAW.add(start, n) for n in (0, 1, 2, 3)] == [start, date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 7)]
    assert LAW.until(date(2026, 5, 7), start) == -3 and LAW.last_open(date(2026, 5, 6)) == date(2026, 5, 1)


def test_missed_mornings_are_made_up_for_by_one_reminder_and_every_escalation() -> None:
    rule = Rule(before=(1, 5), after=(1, 3), head=2, office=3)
    assert rule.calls({-5}) == [Call(kind=Kind.NEAR, distance=-5)]
    assert rule.calls({-4}) == []
    assert rule.calls({1, 2, 3}) == [
        Call(kind=Kind.PASSED, distance=3),
        Call(kind=Kind.TO_HEAD, distance=2),
        Call(kind=Kind.TO_OFFICE, distance=3),
    ]


def test_rules_are_kept_as_data_and_read_back() -> None:
    rule = Rule(before=(2,), on_day=False, after=(), head=None, office=4)
    assert rules_of({"review": rule.as_data()})["review"] == rule  # type: ignore[index]


@pytest.mark.parametrize(("text", "days"), [("5, 1", (1, 5)), ("5、1", (1, 5)), ("", ()), ("3,3", (3,))])
def test_days_as_typed(text: str, days: tuple[int, ...]) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["0", "-1", "五", "61", "1.5"])
def test_what_are_no_days(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        days_of(text)
