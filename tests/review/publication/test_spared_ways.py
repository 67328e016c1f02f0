"""What the making of a plain site spares itself gives what the long way gives: addresses, lists, tables of a correction."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.books.services import editions
from review.books.services.editions import Filters
from review.models import Edition
from review.publication.services import exports, open_data
from review.publication.views import shelf
from tests.cast import YEAR, Cast
from tests.frozen import freeze_now


@pytest.fixture
def edition(cast: Cast) -> Edition:
    """Some 施策 in two departments."""
    return freeze_now(cast, cast.draft(5, owners=("産業振興課", "農林水産課")), "120件")


def test_addresses_of_the_site_are_those_of_django() -> None:
    for code in ("01-02", "0-0", "10-0001", "1-①", "A-1", "０-１"):
        for name, *more in (("measure",), ("goal", 2), ("goal_file", 1, "goal.csv")):
            for place in (("dx", YEAR, code, *more), ("dx", YEAR, 1, code, *more)):
                for namespace in shelf.NAMESPACES.values():
                    assert shelf._address(f"{namespace}:{name}", place) == reverse(f"{namespace}:{name}", args=place)


def test_every_list_is_what_the_filters_find(edition: Edition) -> None:
    known = editions.lists(edition.snapshot)
    assert {Filters(), Filters(field="01"), Filters(department="農林水産課"), Filters(grade="A")} <= known.keys()
    for filters, rows in known.items():
        assert rows == editions.listed(edition.snapshot, filters)


def test_a_table_is_renewed_only_where_it_holds_the_same_columns_and_measures(edition: Edition) -> None:
    source = exports.Source(snapshot=edition.snapshot, edition=edition)
    table, rows = exports.as_csv(source), edition.snapshot["measures"]
    one, other = (
        exports.as_csv(exports.Source(snapshot={**edition.snapshot, "measures": some}, edition=edition))
        for some in (rows[:1], rows[1:])
    )
    assert open_data.renewed(table, one, source.meta, {rows[0]["code"]}) == table
    assert open_data.renewed(other, one, source.meta, {rows[0]["code"]}) is None
    assert open_data.renewed(table, exports.measures_csv(source), source.meta, ()) is None
    later = open_data.renewed(table, one, {**source.meta, "label": "訂正第1版"}, {rows[0]["code"]})
    assert later and later.count("訂正第1版".encode()) == table.count("第1版".encode()) - one.count("第1版".encode())
