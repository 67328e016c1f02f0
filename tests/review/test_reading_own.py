"""Who opens a sheet of their own office: it is read as for those from whom none is hidden, and nobody else is let in."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import listing, permissions, queries
from review.models import Department, MeasureReview, MeasureYear, User
from review.sheet.views import sheet_page
from tests.cast import Cast
from tests.review.acting import as_


def test_what_is_read_is_what_the_scope_gives(cast: Cast) -> None:
    """Own, of the office that went before, related, related to all, another's; to be shown, and to be changed."""
    cast.open(5, owners=("産業振興課", "農林水産課"))
    years = list(MeasureYear.objects.order_by("measure__code"))
    MeasureYear.objects.filter(pk=years[1].pk).update(related_all=True)
    years[2].related.clear()
    former = Department.objects.create(name="旧課", successor=cast.departments["産業振興課"])
    MeasureYear.objects.filter(pk=years[3].pk).update(owner=former)
    numbers = [*MeasureReview.objects.values_list("pk", flat=True), 987654, 2**70]
    people = {**cast.people, "without a post": User.objects.create(username="nobody")}
    answers = set[bool]()
    for person in people.values():
        scope = permissions.scope_of(person)
        for method, number in product(("GET", "POST"), numbers):
            request = RequestFactory().generic(method, "/")
            request.user = person
            for read, sheets in (
                (sheet_page.readable, MeasureReview.objects.visible(scope)),
                (sheet_page.own, MeasureReview.objects.own(scope)),
            ):
                expected = sheets.filter(pk=number).exists()
                answers.add(expected)
                assert reads(read, request, number) == expected, (person, method, number, read.__name__)
    assert answers == {True, False}


def reads(read: Callable[[Any, int], MeasureReview], request: HttpRequest, number: int) -> bool:
    try:
        sheet = read(request, number)
    except Http404:
        return False
    assert sheet.pk == number
    return True


def test_a_person_of_many_offices_reads_the_sheets_of_each(cast: Cast) -> None:
    cast.open(1)
    sheet = cast.sheet()
    others = [Department.objects.create(name=f"課{number}").pk for number in range(2 * listing.OFFICES)]
    for offices in ([sheet.measure_year.owner_id, *others], [*others, sheet.measure_year.owner_id]):
        assert listing.own_sheet(sheet.pk, offices, shown=True) == sheet
        assert listing.own_sheet(sheet.pk, offices, shown=False) == sheet
    assert listing.own_sheet(sheet.pk, others, shown=True) is None


def test_a_department_reads_its_sheet_without_putting_the_question_into_sql_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.open(2)
    pages = [reverse("meguri:sheet", args=[cast.sheet().pk]), reverse("meguri:entry", args=[cast.sheet().pk, 1])]
    for page in pages:
        assert as_(cast.reviewer).get(pages[0]).status_code == as_(cast.contributor).get(page).status_code == 200
    monkeypatch.setattr(
        queries, "briefly", lambda base: pytest.fail("built anew")
    )  # all that reads a whole sheet asks it
    for page in pages:
        assert as_(cast.contributor).get(page).status_code == 200


def test_home_asks_for_no_more_tables_than_it_shows(cast: Cast) -> None:
    """A list of sheets with measure and office; who submitted, proposed or took what is not on it."""
    cast.open(3, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    for person in (cast.contributor, cast.related, cast.reviewer2, cast.approver):
        client = as_(person)
        client.get("/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/").status_code == 200
        lists = [one["sql"] for one in caught if "measureyear" in one["sql"].lower() and "sort_key" in one["sql"]]
        assert [sql for sql in lists if '"display_name"' in sql] == []
