"""Prepared questions answer as the query itself would, whatever the values, and nothing of an answer is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from review import clock, holders, listing, queries
from review.models import Appointment, Department, MeasureReview, Role, User
from review.prepared import prepared
from tests.cast import YEAR, Cast


@prepared(user=int, today=date, role=str)
def posts(user: int, today: date, role: str) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(holders.held_on(today), user_id=user, role=role)
    return rows.select_related("department").order_by("pk")


@prepared(numbers=3)
def some(numbers: list[int]) -> QuerySet[Any]:
    return Department.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "name")


def test_it_answers_for_each_value_as_the_query_does(cast: Cast) -> None:
    today = clock.today()
    for user in (cast.contributor, cast.reviewer, cast.approver):
        for role in (Role.CONTRIBUTOR.value, Role.REVIEWER.value):
            for day in (today, date(2021, 1, 1)):
                rows = posts(user=user.pk, today=day, role=role)
                assert rows == list(posts.build(user=user.pk, today=day, role=role))
    with CaptureQueriesContext(connection) as caught:
        contributors = posts(user=cast.contributor.pk, today=today, role=Role.CONTRIBUTOR.value)
        assert [post.department.name for post in contributors] == ["産業振興課"]
    assert len(caught) == 1


def test_an_answer_is_never_kept(cast: Cast) -> None:
    today, user = clock.today(), cast.contributor
    assert len(posts(user=user.pk, today=today, role=Role.HEAD.value)) == 0
    Appointment.objects.create(
        user=user, role=Role.HEAD, department=cast.departments["産業振興課"], starts_on=today - timedelta(days=1)
    )
    assert len(posts(user=user.pk, today=today, role=Role.HEAD.value)) == 1


def test_a_tuple_of_numbers_may_hold_the_same_one_twice(cast: Cast) -> None:
    first, second, *_rest = sorted(office.pk for office in cast.departments.values())
    assert some(numbers=[second, first, 0]) == list(some.build(numbers=[first, second]))
    assert [pk for pk, _name in some(numbers=[first, first, 0])] == [first]


def test_a_value_that_does_not_reach_the_sql_is_refused(db: None) -> None:
    @prepared(user=int)
    def forgetful(user: int) -> QuerySet[User]:
        return User.objects.order_by("pk")

    with pytest.raises(LookupError, match="user"):
        forgetful(user=1)


def test_the_lists_ask_for_more_than_forty_in_parts() -> None:
    parts = list(listing.in_parts(range(1, 83)))
    assert [len(part) for part in parts] == [40, 40, 40]
    assert [number for part in parts for number in part if number] == list(range(1, 83))
    assert list(listing.in_parts([])) == []


def test_the_rows_of_a_list_stand_in_the_order_asked_for(cast: Cast) -> None:
    cycle = cast.open(3)
    numbers = sorted(MeasureReview.objects.values_list("pk", flat=True), reverse=True)
    rows = listing.listed_rows([*numbers, 999_999], cycle)
    assert [row.pk for row in rows] == numbers and rows[0].cycle is cycle
    assert queries.cycle_of("dx", YEAR) == cycle and queries.cycle_of("kpi", YEAR) is None
