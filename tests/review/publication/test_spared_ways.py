"""What the making of a plain site spares itself gives what the long way gives: addresses, lists, tables of a correction."""

from __future__ import annotations

import copy

import pytest
from django.urls import reverse

from review.books.services import editions
from review.books.services.editions import Filters
from review.models import Edition
from review.publication.services import exports, open_data
from review.publication.views import public_frame, published, shelf
from tests.cast import YEAR, Cast
from tests.frozen import freeze_now
from tests.review.publication.test_plain_files import corrected, made, pages


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
    assert exports.renewed_table(table, one, source.meta, {rows[0]["code"]}) == table
    assert exports.renewed_table(other, one, source.meta, {rows[0]["code"]}) is None
    assert exports.renewed_table(table, exports.measures_csv(source), source.meta, ()) is None
    later = exports.renewed_table(table, one, {**source.meta, "label": "訂正第1版"}, {rows[0]["code"]})
    assert later and later.count("訂正第1版".encode()) == table.count("第1版".encode())


def test_a_text_that_looks_like_the_beginning_of_a_row_is_none(edition: Edition) -> None:
    """The table is cut where its rows begin; a text of the city's may say the same."""
    source = exports.Source(snapshot=edition.snapshot, edition=edition)
    rows = edition.snapshot["measures"]
    begin = exports.as_csv(source).decode().splitlines()[1].partition(rows[0]["code"])[0]
    rows[1]["indicators"][0]["years"][0]["target"] = f'5"件\r\n{begin}{rows[0]["code"]},'
    rows[2]["indicators"][0]["years"][0]["target"] = '5"件,\r\n"'
    later = exports.Source(snapshot=edition.snapshot, edition=copy.copy(edition))
    assert later.edition
    later.edition.number = 2
    for changed in ({rows[0]["code"]}, {rows[1]["code"], rows[2]["code"]}):
        for name in open_data.TABLES:
            assert exports.renewed(later, name, exports.FILES[name](source), changed) == exports.FILES[name](later)
    rows[0]["code"] = "-1"
    assert exports.renewed(later, "indicators.csv", exports.as_csv(source), {"-1"}) == exports.as_csv(later)


def test_a_page_in_a_frame_made_ready_is_the_page_as_it_would_be_made_alone(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also its title: each list names what it lists, and which part of it."""
    large = freeze_now(cast, cast.draft(published.ROWS + 5, owners=("産業振興課", "農林水産課")), "120件")
    second = corrected(large, "01-02", "130件")
    files = made(second)
    titles = [" ".join(text.partition("<title>")[2].partition("</title>")[0].split()) for _place, text in pages(files)]
    assert any("農林水産課" in title for title in titles) and any("(2/2)" in title for title in titles)
    monkeypatch.setattr(public_frame, "_framed", lambda site, page, alike: page)
    alone = dict(pages(made(second)))
    for place, text in pages(files):
        assert text.split() == alone[place].split(), place
