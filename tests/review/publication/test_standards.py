"""Tools that know nothing of Meguri start from a served address and understand what they find there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyshacl
import pytest
from csvw import CSVW
from django.test import Client
from django.test.utils import override_settings
from openapi_spec_validator import validate_url
from rdflib import DCAT, DCTERMS, Graph, URIRef

from review.models import Edition
from review.publication.services import catalogue, schemas
from review.publication.views import plain_files
from review.workbook.file_kind import XLSX
from tests.cast import YEAR, Cast
from tests.config.test_sizes import ROOT
from tests.frozen import changed, follow, frozen
from tests.review.publication.test_bundle import make_books
from tests.review.publication.test_own_columns import FORM, published_with, titles

SHAPES = Path(__file__).with_name("catalog.shapes.ttl")
PLACE = "https://plans.example.jp"
TABLES = ("indicators.csv", "measures.csv")


def corrected(first: Edition) -> Edition:
    """The edition after it, and the books of both."""
    second = follow(first, changed(first, "01-01", "121件"))
    for one in (first, second):
        make_books(one)
    return second


# --- CSVW ------------------------------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_reader_of_csvw_begins_with_the_table(cast: Cast, live_site: str) -> None:
    """Own items are columns too; the older edition has its description beside it as well."""
    first = published_with(cast, FORM)
    follow(first, changed(first, "01-01", "121件"))
    for folder in (f"/results/dx/{YEAR}/", f"/results/dx/{YEAR}/editions/1/"):
        for name in TABLES:
            read = CSVW(f"{live_site}{folder}{name}", validate=True)
            assert read.is_valid and not read.no_metadata, list(map(str, read.warnings))
            columns = read.tables[0].tableSchema.columns
            assert "x_" in " ".join(one.name for one in columns) or name == "indicators.csv"
            rows = list(read.tables[0].iterdicts())
            assert len(rows) == {"indicators.csv": 8, "measures.csv": 1}[name]
            assert {row["fiscal_year"] for row in rows} == {YEAR}


def test_each_table_names_its_description(cast: Cast) -> None:
    """By the header that CSVW reads first, packed or not; the older edition's leads to the older edition's."""
    first = frozen(cast)
    follow(first, changed(first, "01-01", "121件"))
    for folder in (f"/results/dx/{YEAR}/", f"/results/dx/{YEAR}/editions/1/"):
        for name in TABLES:
            link = Client().get(folder + name)["Link"]
            match = re.fullmatch(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', link)
            assert match
            answer = Client().get(folder + match[1])
            assert answer.status_code == 200 and answer["Content-Type"] == "application/csvm+json"
            described = json.loads(answer.content)
            assert described["url"] == name
            assert ("訂正第1版" in described["dc:title"]) == ("editions" not in folder)
            heads = Client().get(folder + name).content.decode("utf-8-sig").splitlines()[0].split(",")
            assert [titles(one)[-1] for one in described["tableSchema"]["columns"]] == heads
    for name in ("data.json", "dataset.jsonld", "indicators.csv-metadata.json"):
        assert "Link" not in Client().get(f"/results/dx/{YEAR}/{name}").headers


def test_the_earlier_address_of_the_descriptions_still_answers(cast: Cast) -> None:
    frozen(cast)
    tables = json.loads(Client().get(f"/results/dx/{YEAR}/table-schema.json").content)["tables"]
    assert [one["url"] for one in tables] == list(TABLES)
    assert Client().get("/results/schema/table-schema.json")["Location"] == "/results/data/"
    assert "table-schema.json" not in schemas.SITE_FILES


# --- DCAT ------------------------------------------------------------------------------------------------------------


def graph(path: str) -> Graph:
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/ld+json"
    return Graph().parse(data=answer.content, format="json-ld", publicID=PLACE + path)


@override_settings(MEGURI_BASE_URL=PLACE)
def test_the_catalogue_names_every_edition_and_fits_the_shapes(cast: Cast) -> None:
    corrected(frozen(cast))
    found_in = graph("/results/catalog.jsonld")
    conforms, _report, text = pyshacl.validate(found_in, shacl_graph=Graph().parse(SHAPES))
    assert conforms, text
    year = f"{PLACE}/results/dx/{YEAR}/editions/"
    sets = {str(one) for one in found_in.objects(URIRef(f"{PLACE}/results/"), DCAT.dataset)}
    assert sets == {f"{year}1/", f"{year}2/"}
    assert found_in.value(URIRef(f"{year}2/"), DCAT.previousVersion) == URIRef(f"{year}1/")
    assert found_in.value(URIRef(f"{year}1/"), DCAT.previousVersion) is None
    everything_is_there(found_in)


def everything_is_there(described: Graph) -> None:
    """Every file, and what it conforms to, answers under the address that the catalogue names."""
    addresses = {str(one) for path in (DCAT.downloadURL, DCTERMS.conformsTo) for one in described.objects(None, path)}
    assert len(addresses) >= 7
    for address in sorted(addresses):
        assert Client().get(address.removeprefix(PLACE)).status_code == 200, address


@override_settings(MEGURI_BASE_URL=PLACE)
def test_the_dataset_beside_the_data_is_the_catalogue_s(cast: Cast) -> None:
    corrected(frozen(cast))
    whole = graph("/results/catalog.jsonld")
    for path in (f"/results/dx/{YEAR}/editions/1/", f"/results/dx/{YEAR}/editions/2/", f"/results/dx/{YEAR}/"):
        one = graph(f"{path}dataset.jsonld")
        everything_is_there(one)
        (about,) = one.subjects(DCAT.version)
        if "editions" in path:
            assert set(one.predicates(about)) == set(whole.predicates(about))


@override_settings(MEGURI_PUBLIC_URL="")
def test_a_site_that_does_not_know_where_it_stands_has_a_catalogue_all_the_same(cast: Cast) -> None:
    """Its addresses are those of its own files, wherever somebody puts the folder; no host is named."""
    second = corrected(frozen(cast))
    files = dict(plain_files.site_as_of(second))
    root = "https://elsewhere.example/folder/"
    for place in (
        "results/catalog.jsonld",
        f"results/dx/{YEAR}/dataset.jsonld",
        f"results/dx/{YEAR}/editions/1/dataset.jsonld",
    ):
        one = Graph().parse(data=files[place], format="json-ld", publicID=root + place)
        addresses = {str(address) for address in one.objects(None, DCAT.downloadURL)}
        assert len(addresses) == (10 if "catalog" in place else 5)
        assert {address.removeprefix(root) for address in addresses} <= set(files), place
        assert b"127.0.0.1" not in files[place] and b"localhost" not in files[place]


def test_what_is_not_stored_has_no_size() -> None:
    for one in catalogue.data_files("dx/2024/"):
        assert not {"dcat:byteSize", "spdx:checksum"} & one.as_data().keys() and one.schema
    made = catalogue.Distribution("book.xlsx", XLSX, "集約表", size=3, sha256="0" * 64).as_data()
    assert made["dcat:byteSize"]["@value"] == "3" and "dct:conformsTo" not in made


@pytest.mark.parametrize(
    "missing", ["dcat:contactPoint", "dct:accrualPeriodicity", "dcat:distribution", "dcat:previousVersion"]
)
@override_settings(MEGURI_BASE_URL=PLACE)
def test_the_shapes_miss_what_is_not_there(cast: Cast, missing: str) -> None:
    corrected(frozen(cast))
    document = json.loads(Client().get("/results/catalog.jsonld").content)
    for one in document["dcat:dataset"]:
        one.pop(missing, None)
    spoiled = Graph().parse(data=json.dumps(document), format="json-ld")
    assert not pyshacl.validate(spoiled, shacl_graph=Graph().parse(SHAPES))[0]


# --- OpenAPI, DuckDB ---------------------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_validator_of_openapi_begins_with_the_address(cast: Cast, live_site: str) -> None:
    frozen(cast)
    validate_url(f"{live_site}/api/v1/openapi.json")
    asked_first = Client().options("/api/v1/")
    assert asked_first.status_code == 204 and "GET" in asked_first["Allow"]
    assert Client().get("/api/v1/").json()["plans"][0]["short_name"] == "dx"


def test_the_example_of_the_readme_runs(cast: Cast, tmp_path: Path) -> None:
    frozen(cast)
    table = tmp_path / "indicators.csv"
    table.write_bytes(Client().get(f"/results/dx/{YEAR}/indicators.csv").content)
    (example,) = re.findall(r'duckdb -c "(.+)"', (ROOT / "README.md").read_text())
    query = re.sub(r"'https://[^']+/results/dx/2024/indicators\.csv'", f"'{table}'", example)
    assert str(table) in query
    assert duckdb.sql(query).fetchall() == [("A", 4)]


def test_numbers_are_numbers_to_a_database(cast: Cast, tmp_path: Path) -> None:
    """What is not there is no text: a column of numbers stays one."""
    frozen(cast)
    table = tmp_path / "indicators.csv"
    table.write_bytes(Client().get(f"/results/dx/{YEAR}/indicators.csv").content)
    read = duckdb.read_csv(str(table))
    types: dict[str, Any] = dict(zip(read.columns, map(str, read.types), strict=True))
    assert {types[name] for name in ("年度_西暦", "目標_数値", "実績_数値", "達成率")} <= {"BIGINT", "DOUBLE"}
