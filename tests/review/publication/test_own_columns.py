"""An edition's tables have the texts under the names of its form, and its own items as columns that programs can name."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from review.models import Edition
from review.publication.services import exports, open_data, schemas
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from workflow import steps

COST: dict[str, Any] = {
    "key": "x-事業費", "label": "事業費", "help": "", "kind": "amount", "levels": [], "section": "evaluation", "writer": "department",
    "required": "never", "in_book": True, "public": True, "retired": False,
}  # fmt: skip
#: called like a column that every edition has
LICENCE = COST | {"key": "x-ライセンス", "label": "ライセンス", "kind": "text"}
FORM = {
    "items": [COST, LICENCE],
    "called": {"cause": {"label": "うまくいかなかったわけ"}},
    "order": ["response", "cause"],
}

CAUSE = "見本の要因です。"

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return published_with(cast, FORM)


@remembered
def published_with(cast: Cast, form: dict[str, Any]) -> Edition:
    cycle = cast.draft(1)
    cycle.form = form
    cycle.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    year = cast.sheet().measure_year
    year.texts |= {"x-事業費": "33,474", "x-ライセンス": "=1+1"}
    year.save()
    cast.reviewed(1)
    review = cast.sheet()
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    return Edition.objects.get()


def table(edition: Edition) -> list[dict[str, str]]:
    content = Client().get(f"/results/dx/{YEAR}/measures.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def titles(column: dict[str, Any]) -> list[str]:
    """The first has two: with the mark of UTF-8, which not every reader takes off, and without."""
    return column["titles"] if isinstance(column["titles"], list) else [column["titles"]]


def test_the_table_has_the_form_s_names_and_items_and_a_number_is_one(edition: Edition) -> None:
    (row,) = table(edition)
    assert row["うまくいかなかったわけ"] == CAUSE and "要因" not in row
    assert row["事業費"] == "33474" and row["ライセンス(x-ライセンス)"] == "'=1+1", (
        "guarded, and beside the column of that name"
    )
    assert row["ライセンス"] != row["ライセンス(x-ライセンス)"]


def test_a_program_names_the_same_columns_by_stable_keys(edition: Edition) -> None:
    client = Client()
    (row,) = client.get(f"/api/v1/plans/dx/years/{YEAR}/measures").json()["items"]
    assert (row["x-事業費"], row["cause"], row["x-ライセンス"]) == (33474, CAUSE, "=1+1")
    document = client.get("/api/v1/openapi.json").json()
    schema = document["components"]["schemas"]
    jsonschema_rs.Draft202012Validator(schema["MeasureRow"]).validate(row)
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.Draft202012Validator(schema["MeasureRow"]).validate(row | {"事業費": "1"})
    whole = client.get(f"/api/v1/plans/dx/years/{YEAR}").json()
    jsonschema_rs.Draft202012Validator(schema["EditionDetail"]).validate(whole)
    assert {"key": "x-事業費", "label": "事業費", "kind": "amount"} in whole["items"]
    assert {"key": "cause", "label": "うまくいかなかったわけ", "kind": "text"} in whole["items"]


def test_the_description_beside_the_table_says_what_its_columns_are(edition: Edition) -> None:
    answer = Client().get(f"/results/dx/{YEAR}/measures.csv-metadata.json")
    columns = json.loads(answer.content)["tableSchema"]["columns"]
    assert [titles(one)[-1] for one in columns] == list(table(edition)[0])
    assert all(re.fullmatch(r"(?:[A-Za-z0-9_]|%[0-9A-F]{2})+", one["name"]) for one in columns)
    assert len({one["name"] for one in columns}) == len(columns)
    assert next(one for one in columns if one["titles"] == "事業費")["datatype"] == "decimal"
    source = exports.Source(snapshot=edition.snapshot, edition=edition)
    assert "x-…" in open_data.dictionary().decode()
    assert exports.data_file(source, "nothing.csv") is None
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(json.loads(exports.as_json(source)))


def test_an_edition_in_the_first_city_s_form_has_the_columns_of_the_dictionary(cast: Cast) -> None:
    edition = published_with(cast, {})
    assert not open_data.form_of(edition.snapshot) and "form" not in edition.snapshot["measures"][0]
    assert open_data.measure_columns(edition.snapshot) == open_data.measure_columns()
