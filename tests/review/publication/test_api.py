"""The interface for programs: read-only, paged, strict about parameters, and true to its description."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from review.models import Edition
from review.publication.services.open_data import indicator_columns, measure_columns
from tests.cast import YEAR, Cast
from tests.frozen import frozen

API = "/api/v1"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return frozen(cast)


def answer_of(path: str, status: int = 200) -> dict:
    response = Client().get(f"{API}{path}")
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_the_editions_are_listed(edition: Edition) -> None:
    (one,) = answer_of("/plans/dx/editions")["items"]
    assert (one["fiscal_year"], one["number"], one["label"]) == (YEAR, 1, "第1版")
    assert one["sha256"] == edition.sha256 and one["current"] and one["licence"]["name"]
    assert Client().get(one["page"]).status_code == 200


def test_the_plans_are_listed(edition: Edition) -> None:
    (one,) = answer_of("/")["plans"]
    assert (one["short_name"], one["name"], one["years"]) == ("dx", edition.snapshot["plan"], [YEAR])
    assert Client().get(one["editions"]).status_code == Client().get(one["page"]).status_code == 200


def test_rows_have_the_keys_of_the_dictionary(edition: Edition) -> None:
    measures, indicators = (
        answer_of(f"/plans/dx/years/{YEAR}/measures"),
        answer_of(f"/plans/dx/years/{YEAR}/editions/1/indicators"),
    )
    assert set(measures["items"][0]) == {column.key for column in measure_columns()}
    assert set(indicators["items"][0]) == {column.key for column in indicator_columns()}
    assert (measures["total"], indicators["total"]) == (2, 16)
    judged = next(row for row in indicators["items"] if row["year"] == YEAR)
    assert (judged["actual"], judged["actual_number"], judged["actual_unit"], judged["grade"]) == (
        "120件",
        120,
        "件",
        "A",
    )


def test_pages_join_to_the_whole(edition: Edition) -> None:
    whole = answer_of(f"/plans/dx/years/{YEAR}/indicators")["items"]
    pages = [answer_of(f"/plans/dx/years/{YEAR}/indicators?page={page}&per_page=7") for page in (1, 2, 3, 4)]
    assert [row for page in pages for row in page["items"]] == whole
    assert [len(page["items"]) for page in pages] == [7, 7, 2, 0] and pages[0]["pages"] == 3


def test_filters_are_those_of_the_site(edition: Edition) -> None:
    assert [row["measure_id"] for row in answer_of(f"/plans/dx/years/{YEAR}/measures?q=施策2")["items"]] == ["01-02"]
    assert answer_of(f"/plans/dx/years/{YEAR}/measures?grade=D")["total"] == 0


def test_one_measure_is_as_it_was_frozen(edition: Edition) -> None:
    assert answer_of(f"/plans/dx/years/{YEAR}/measures/01-02") == edition.snapshot["measures"][1]


@pytest.mark.parametrize(
    "path, status",
    [
        (f"/plans/dx/years/{YEAR}/measures?page=0", 400),
        (f"/plans/dx/years/{YEAR}/measures?page=x", 400),
        (f"/plans/dx/years/{YEAR}/measures?per_page=1001", 400),
        (f"/plans/dx/years/{YEAR}/measures?page=1&page=2", 400),
        (f"/plans/dx/years/{YEAR}/measures?sort=code", 400),
        (f"/plans/dx/years/{YEAR}/measures?q={'x' * 101}", 400),
        (f"/plans/dx/years/{YEAR}?page=1", 400),
        ("/plans/dx/years/2023", 404),
        (f"/plans/dx/years/{YEAR}/editions/0", 404),
        (f"/plans/dx/years/{YEAR}/editions/2", 404),
        (f"/plans/dx/years/{YEAR}/measures/99-99", 404),
        ("/plans/dx/years/99999999999999999999", 404),
        ("/nothing/here", 404),
        ("/plans/kpi/editions", 404),
        (f"/plans/kpi/years/{YEAR}", 404),
        (f"/years/{YEAR}", 404),
    ],
)
def test_what_cannot_be_answered_is_refused_in_json(edition: Edition, path: str, status: int) -> None:
    problem = answer_of(path, status)
    assert problem["status"] == status and problem["detail"]


def test_what_did_not_change_is_not_sent_again(edition: Edition, django_assert_num_queries) -> None:
    path = f"{API}/plans/dx/years/{YEAR}/measures"
    mark = Client().get(path)["ETag"]
    with django_assert_num_queries(1):
        assert Client().get(path, headers={"If-None-Match": mark}).status_code == 304
    assert Client().get(f"{path}?page=1")["ETag"] != mark


def test_nothing_can_be_written(edition: Edition) -> None:
    client = Client(enforce_csrf_checks=True)
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{API}/plans/dx/years/{YEAR}").status_code == 405


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(edition: Edition, live_site: str, tmp_path: Path) -> None:
    """Its own requests, made from our description, right and wrong ones: every answer fits the description."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{live_site}{API}/openapi.json",
        "--max-examples", "2", "--generation-deterministic", "--workers", "2", "--phases", "examples,coverage,fuzzing",
        "--no-color",
    ]  # fmt: skip
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert "No issues found" in run.stdout
