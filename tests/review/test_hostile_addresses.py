"""No address answers 500, whatever stands in its path or behind its question mark: all of them, by every kind of person.

The names of the parameters are read from the source, so that a new one is asked for without anybody thinking of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.utils.functional import cached_property

from review.operations.forms.operator import AuditSearchForm
from review.screens.views.questions import LARGEST, is_possible, whole
from tests.cast import Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.screens.test_access import filled, ours

ROOT = Path(__file__).resolve().parents[2]
#: How the source reads a parameter.
READS = re.compile(
    r"""(?:\.GET|\bwanted|\basked)(?:\.get(?:list)?\(|\.pop\(|\[)\s*["']([a-z_]+)["']|_of\([\w.]*GET,\s*"(\w+)\""""
)
#: What is asked for by a name that stands in a table, and what Django itself reads.
MORE = {"page", "per_page", "q", "sort", "next", "edition", "field", "grade", *AuditSearchForm.base_fields}

HOSTILE = [
    "%00", "%ED%A0%80", str(LARGEST), str(LARGEST + 1), "9" * 5000, "2147483648", "0", "-1", "1e999", quote("²"), quote("٣"),
    "987654", "2025-02-30", "99999-01-01", "0001-01-01", "9999-12-31", quote("😀" * 300), "", "a:b:c", "1:",
]  # fmt: skip
#: What a path may be given in place of a number or a word.
PARTS = ["0", str(LARGEST), str(LARGEST + 1), "9" * 5000, "32768", "2147483648", "10000"]
WORDS = ["%00", "x" * 3000, "..", quote("😀"), "1"]

EVERYBODY = ("anonymous", "contributor", "reviewer2", "administrator")
#: The more a person sees, the longer the sweep.
WHO = (EVERYBODY[0], *(pytest.param(who, marks=pytest.mark.drill) for who in EVERYBODY[1:]))


@cache
def parameters() -> list[str]:
    """Every name that the source reads from a query, and some more."""
    sources = [path.read_text() for app in ("review", "workflow", "config") for path in (ROOT / app).rglob("*.py")]
    all_names = {name for text in sources for names in READS.findall(text) for name in names if name}
    return sorted(all_names | MORE)


def queries() -> Iterator[str]:
    """Each value under every name at once, then lists."""
    names = parameters()
    for value in HOSTILE:
        yield "&".join(f"{name}={value}" for name in names)
    yield "&".join(f"{name}=1&{name}=2&{name}[]=3&{name}[a]=4" for name in names)


#: What is no query at all, for every page.
NO_QUERIES = ("&&&===", "%00=1", "%ED%A0%80=%ED%A0%80", "a" * 5000, "&".join(f"x{n}=1" for n in range(1500)))


def paths(route: str) -> Iterator[str]:
    """The route with something hostile in place of its parts, one kind at a time."""
    for value in PARTS:
        yield filled(re.sub(r"<int:\w+>", value, route), 1)
    for value in WORDS:
        yield filled(re.sub(r"<(?!int:)[^>]+>", value, route), 1)


@pytest.fixture
@remembered
def world(cast: Cast) -> Cast:
    cast.open(2)
    cast.submitted(1)
    settle_background()
    return cast


def client_of(cast: Cast, who: str) -> Client:
    client = Client() if who == "anonymous" else as_(cast.people[who])
    client.raise_request_exception = False
    return client


def answers(client: Client, path: str) -> int:
    with transaction.atomic():
        status = client.get(path).status_code
        transaction.set_rollback(True)
    return status


def broken(client: Client, addresses: Iterator[str]) -> list[str]:
    return [f"{path[:150]} -> {status}" for path in addresses if (status := answers(client, path)) >= 500]


def readable(cast: Cast, who: str) -> list[str]:
    """The addresses that answer this person with a page; behind a closed door no query is read."""
    pages = []
    for name, route in ours():
        path = filled(route, cast.sheet(1).pk)
        if name not in SKIPPED and answers(client_of(cast, who), path) == 200:
            pages.append(path)
    return pages


SKIPPED = {"readyz"}  # asks broker and disk, and says 503 where they are away


#: One of each kind: nothing may hide behind another name's refusal.
ALONE = ["%00", str(10**30), "-1", "0", "987654", "%ED%A0%80", "x" * 5000, quote("😀" * 300), "2025-02-30", "1e999", ""]


class Noting(QueryDict):
    """A query that notes by which names it is read."""

    read: ClassVar[set[str]] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)

    def getlist(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> type[Noting]:
    """Every request's query notes by which names it is read."""
    made = cached_property(lambda request: Noting(request.META.get("QUERY_STRING", ""), encoding=request._encoding))
    made.__set_name__(WSGIRequest, "GET")
    monkeypatch.setattr(WSGIRequest, "GET", made)
    return Noting


def read_by(client: Client, page: str, noted: type[Noting]) -> list[str]:
    """The names by which the page reads its query, empty or with all of them given."""
    noted.read.clear()
    for query in ("", "&".join(f"{name}=1" for name in parameters())):
        answers(client, f"{page}?{query}")
    return sorted(noted.read & set(parameters()))


Names = Callable[[Cast, str], dict[str, list[str]]]


@pytest.fixture(scope="module")
def names_by_page() -> dict[tuple[str, int], dict[str, list[str]]]:
    return {}


@pytest.fixture
def names_of(names_by_page: dict[tuple[str, int], dict[str, list[str]]], noted: type[Noting]) -> Names:
    """{page: the names by which it reads its query} of all that a person may read; found once for the same rows."""

    def of(world: Cast, who: str) -> dict[str, list[str]]:
        key = who, world.sheet(1).pk
        if key not in names_by_page:
            names_by_page[key] = {page: read_by(client_of(world, who), page, noted) for page in readable(world, who)}
        return names_by_page[key]

    return of


@pytest.mark.once
@pytest.mark.parametrize("who", WHO)
def test_no_query_is_answered_by_500(world: Cast, who: str, names_of: Names) -> None:
    """A page that reads no query, whatever stands in it, is asked what is none, and no values that it does not look at."""
    pages, client, values = names_of(world, who), client_of(world, who), list(queries())
    reading = [page for page in pages if pages[page]]
    assert len(reading) >= 5
    hostile = [
        (page, query) for some, these in ((pages, NO_QUERIES), (reading, values)) for page in some for query in these
    ]
    assert broken(client, (f"{page}?{query}" for page, query in hostile)) == []


@pytest.mark.once
@pytest.mark.parametrize("who", WHO)
def test_no_single_name_is_answered_by_500(world: Cast, who: str, names_of: Names) -> None:
    """Each name that a page reads with one bad value, the rest left out or as a person would ask."""
    client = client_of(world, who)
    names = names_of(world, who)
    assert any(names.values())
    assert broken(client, (f"{page}?{name}={bad}" for page in names for name in names[page] for bad in ALONE)) == []


def test_the_names_that_a_page_reads_are_found(world: Cast, noted: type[Noting]) -> None:
    client = client_of(world, "administrator")
    assert set(read_by(client, "/people/", noted)) >= {"q", "role", "department", "show", "page"}
    assert set(read_by(client, "/audit/", noted)) >= {"page", *AuditSearchForm.base_fields}


#: Every fifth path, which is each value at some address, and in the drills all of them.
STRIDES = [("anonymous", 5), *(pytest.param(who, 1, marks=pytest.mark.drill) for who in EVERYBODY)]


@pytest.mark.once
@pytest.mark.parametrize("who, stride", STRIDES)
def test_no_path_is_answered_by_500(world: Cast, who: str, stride: int) -> None:
    client = client_of(world, who)
    addresses = {path for name, route in ours() if name not in SKIPPED and "<" in route for path in paths(route)}
    assert len(addresses) > 500
    assert broken(client, iter(sorted(addresses)[::stride])) == []


def test_what_no_page_could_mean_is_said_on_a_page(world: Cast) -> None:
    client = client_of(world, "administrator")
    for query in ("q=%00", f"department={LARGEST + 1}", "q=" + "x" * 4001):
        answer = client.get(f"/people/?{query}")
        assert answer.status_code == 400 and "エラー 400" in words(answer)
    assert client.get(f"/people/{LARGEST + 1}/").status_code == 404


def test_the_names_of_the_parameters_are_found_in_the_source() -> None:
    assert {
        "department",
        "open",
        "q",
        "page",
        "step",
        "measure",
        "before",
        "for",
        "sheet",
        "show",
        "chosen",
        "sort",
    } <= set(parameters())


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), (str(LARGEST), LARGEST), (str(LARGEST + 1), None), ("-1", None), ("", None), (None, None)]
    + [(odd, None) for odd in ("²", "１", "1.0", " 1", "1_000", "9" * 5000)],
)
def test_whole(text: str | None, number: int | None) -> None:
    assert whole(text) == number


def test_free_words_may_look_like_much() -> None:
    assert all(map(is_possible, ["令和6年度", "-5", "+5", "1.5", "ア" * 4000, 10**18]))
    assert not any(map(is_possible, ["\0", "a\0", "\ud800", "9" * 19, -(2**64), "ア" * 4001]))
