"""From the database to the plain values of a book."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review.models import IndicatorYear
from review.services import books, snapshot
from tests.cast import YEAR, Cast

pytestmark = pytest.mark.django_db


def queries_of(cycle) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        snapshot.snapshot_of(cycle)
    return len(seen)


def test_the_scale_brings_its_signs_and_colours(cast: Cast) -> None:
    book = books.year_book(snapshot.snapshot_of(cast.open(1)), label="提出時点", made_at=datetime(2025, 6, 1))
    assert [row.sign for row in book.scale] == ["◎", "○", "△", "×", "－"]
    assert all(row.colour.startswith("#") and row.background.startswith("#") for row in book.scale)


def test_the_year_before_is_counted_from_the_plan_s_own_grades(cast: Cast) -> None:
    cycle = cast.open(2)
    IndicatorYear.objects.filter(fiscal_year=YEAR - 1).update(grade="B")
    before = books.year_book(snapshot.snapshot_of(cycle), label="", made_at=datetime(2025, 6, 1)).previous
    assert (before.fiscal_year, before.sheets, before.indicators) == (YEAR - 1, {}, {"B": 4})


def test_a_snapshot_frozen_before_told_nothing_of_the_year_before(cast: Cast) -> None:
    old = {key: value for key, value in snapshot.snapshot_of(cast.open(1)).items() if key != "previous"}
    assert books.year_book(old, label="", made_at=datetime(2025, 6, 1)).previous is None


def test_the_snapshot_s_queries_do_not_grow_with_the_sheets(cast: Cast) -> None:
    assert queries_of(cast.open(8)) <= 9
