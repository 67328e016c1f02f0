"""Files and interface can be loaded from anywhere: by another site's page, packed, in parts, and not twice."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import pytest
from django.test import Client

from review.books.services import workbooks
from review.models import Edition
from tests.cast import YEAR, Cast, settle_background
from tests.frozen import frozen
from tests.remembered import remembered

HERE = f"/results/dx/{YEAR}"
FILES = [
    f"{HERE}/{name}"
    for name in ("data.json", "indicators.csv", "measures.csv", "dataset.jsonld", "download/", "editions/1/data.json")
] + ["/results/feed.xml", "/results/sitemap.xml", "/results/schema/dictionary.csv"]
INTERFACE = ["/api/v1/", "/api/v1/openapi.json", f"/api/v1/plans/dx/years/{YEAR}/indicators"]


@pytest.fixture(autouse=True)
@remembered
def edition(cast: Cast) -> Edition:
    """A published year whose workbook is made."""
    one = frozen(cast)
    workbooks.request_edition(one.cycle, one.pk)
    settle_background()
    return one


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


@pytest.mark.parametrize("path", FILES + INTERFACE)
def test_any_page_may_load_it_and_is_told_so_beforehand(path: str) -> None:
    answer = get(path, origin="https://elsewhere.example")
    assert answer.status_code == 200 and answer["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Content-Range"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
    before = Client().options(
        path, headers={"origin": "https://elsewhere.example", "access-control-request-method": "GET"}
    )
    assert before.status_code == 204 and "GET" in before["Access-Control-Allow-Methods"]
    assert {"If-None-Match", "Range"} <= set(before["Access-Control-Allow-Headers"].split(", "))
    assert Client().post(path).status_code == 405


def test_what_is_not_there_is_not_there_for_a_preflight_either() -> None:
    assert Client().options("/results/dx/1999/data.json").status_code == 404
    assert Client().options("/api/v1/plans/dx/years/1999").status_code == 404


@pytest.mark.parametrize("path", FILES)
def test_what_did_not_change_is_not_sent_again(path: str) -> None:
    first = get(path)
    assert first["ETag"] and get(path, if_none_match=first["ETag"]).status_code == 304


@pytest.mark.parametrize("path", [one for one in FILES if not one.endswith("download/")])
def test_texts_are_packed_for_whoever_takes_them_packed(path: str) -> None:
    plain, small = get(path), get(path, accept_encoding="gzip")
    assert small["Content-Encoding"] == "gzip" and gzip.decompress(small.content) == plain.content
    assert small["ETag"] != plain["ETag"] and "Accept-Encoding" in small["Vary"]


@pytest.mark.parametrize("path", FILES)
def test_a_part_is_that_part_of_the_whole(path: str) -> None:
    whole = content(get(path))
    size = len(whole)
    ranges = {"0-9": (0, 10), "5-": (5, size), "-7": (size - 7, size), f"{size - 1}-{size + 50}": (size - 1, size)}
    for part, (start, end) in ranges.items():
        answer = get(path, range=f"bytes={part}", accept_encoding="gzip")
        assert answer.status_code == 206 and content(answer) == whole[start:end], part
        assert answer["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert int(answer["Content-Length"]) == end - start


@pytest.mark.parametrize("header", ["bytes=", "bytes=-", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=5-2"])
def test_what_is_no_range_gets_the_whole(header: str) -> None:
    answer = get(f"{HERE}/indicators.csv", range=header)
    assert answer.status_code in (200, 416)
    assert (answer.status_code == 416) == (header == "bytes=5-2")


def test_a_part_behind_the_end_is_refused_with_the_size() -> None:
    size = len(content(get(f"{HERE}/download/")))
    answer = get(f"{HERE}/download/", range=f"bytes={size}-")
    assert answer.status_code == 416 and answer["Content-Range"] == f"bytes */{size}"
    assert get(f"{HERE}/download/", range="bytes=-0").status_code == 416


def test_a_part_of_another_file_is_not_given() -> None:
    path = f"{HERE}/indicators.csv"
    mark = get(path)["ETag"]
    assert get(path, range="bytes=0-3", if_range=mark).status_code == 206
    assert get(path, range="bytes=0-3", if_range='"other"').status_code == 200


def test_the_mark_of_a_book_is_that_of_its_bytes() -> None:
    answer = get(f"{HERE}/download/")
    assert answer["ETag"].strip('"') == hashlib.sha256(content(answer)).hexdigest()
