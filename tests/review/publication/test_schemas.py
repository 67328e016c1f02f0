"""The published JSON against the published schema, by a validator that knows nothing of Meguri."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.management import call_command
from django.test import Client

from review.books.services.books import FINAL_LABELS, STATUS_LABELS
from review.books.services.editions import DIRECTIONS
from review.books.services.snapshot import OUTCOME_WORDS, SCHEMA
from review.domain.values import State
from review.models import Edition
from tests.cast import YEAR, Cast
from tests.frozen import follow, frozen

RESULTS = f"/results/dx/{YEAR}"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return frozen(cast)


@pytest.fixture
def schema(db: None) -> dict[str, Any]:
    """The schema as anybody gets it."""
    return json.loads(Client().get("/results/schema/edition.schema.json").content)


def problems(schema: dict[str, Any], document: Any) -> list[str]:
    """What the validator has against the document."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(document)]


def test_the_schema_knows_every_code_that_is_frozen(schema: dict[str, Any]) -> None:
    snapshot = schema["properties"]["snapshot"]["properties"]
    goal = snapshot["measures"]["items"]["properties"]["indicators"]["items"]["properties"]
    assert snapshot["schema"]["enum"] == list(range(1, SCHEMA + 1))
    assert set(goal["state"]["enum"]) == {*State, ""}
    assert set(goal["status"]["enum"]) == {*STATUS_LABELS, *FINAL_LABELS} - {*OUTCOME_WORDS, "before"}
    assert set(goal["reading"]["properties"]["direction"]["enum"]) == {*DIRECTIONS, ""}


def exported(folder: Path) -> Any:
    out = folder / "year.json"
    call_command("export_cycle", str(YEAR), format="json", out=str(out), stdout=io.StringIO())
    return json.loads(out.read_text())


def test_the_year_as_data_fits_the_schema(edition: Edition, schema: dict[str, Any], tmp_path: Path) -> None:
    jsonschema_rs.meta.validate(schema)
    document = json.loads(Client().get(f"{RESULTS}/data.json").content)
    assert problems(schema, document) == []
    assert exported(tmp_path) == document


def test_a_corrected_year_fits_too_and_so_do_its_older_edition_and_one_measure(
    edition: Edition, schema: dict[str, Any]
) -> None:
    follow(edition, {**edition.snapshot, "corrections": [errata()]})
    for path in (f"{RESULTS}/data.json", f"{RESULTS}/editions/1/data.json"):
        assert problems(schema, json.loads(Client().get(path).content)) == [], path
    one = Client().get(f"/api/v1/plans/dx/years/{YEAR}/measures/01-01").json()
    assert problems(schema["properties"]["snapshot"]["properties"]["measures"]["items"], one) == []


def errata() -> dict[str, Any]:
    item = {"code": "01-01", "name": "見本の施策1", "key": "name", "label": "施策名"}
    return {
        "number": 2,
        "label": "訂正第1版",
        "date": "2026-04-01",
        "items": [{**item, "wrong": "誤", "right": "正", "reason": "誤記"}],
        "consequences": [{"code": "", "label": "施策の数 A", "before": "1", "after": "2"}],
    }


def test_a_year_under_way_fits_as_it_stands(cast: Cast, schema: dict[str, Any], tmp_path: Path) -> None:
    cast.draft(1)
    document = exported(tmp_path)
    assert document["edition"]["label"] == "公表前" and problems(schema, document) == []


def without_grade(document: Any) -> None:
    del document["snapshot"]["measures"][0]["grade"]


def with_a_key_of_its_own(document: Any) -> None:
    document["snapshot"]["measures"][0]["indicators"][0]["person"] = "担当 一郎"


def with_a_year_as_text(document: Any) -> None:
    document["snapshot"]["fiscal_year"] = "令和6年度"


def with_another_word_for_a_verdict(document: Any) -> None:
    document["snapshot"]["measures"][0]["indicators"][0]["status"] = "達成"


@pytest.mark.parametrize(
    "spoil", [without_grade, with_a_key_of_its_own, with_a_year_as_text, with_another_word_for_a_verdict]
)
def test_what_does_not_fit_is_refused(edition: Edition, schema: dict[str, Any], spoil: Callable[[Any], None]) -> None:
    document = json.loads(Client().get(f"{RESULTS}/data.json").content)
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    assert len(problems(schema, spoiled)) == 1
