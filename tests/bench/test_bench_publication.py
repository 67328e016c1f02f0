"""Public pages from the frozen edition beside the same pages computed from the live tables, revalidation, and the static
site of 3,000 施策."""

from __future__ import annotations

import copy
import gc
import gzip
import os
import resource
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.settings.base import BASE_DIR
from review import queries
from review.assessment.services import judging
from review.background.services.collector import settle
from review.books.services.editions import Filters
from review.books.services.snapshot import frame_of, measure_of, snapshot_of
from review.models import Cycle, Edition, MeasureReview, Plan
from review.plan.services import planning
from review.publication.services import bundle
from review.publication.views import kept_files, plain_files, publication
from review.publication.views import public_pages as pages
from review.publication.views.shelf import Book, Site
from review.year.services import cycles
from tests.bench import table
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, freeze_now
from workflow.demo import story

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]

TARGET, TARGET_SECONDS, CORRECTED_SECONDS, FIRST_BYTE, MOST_BYTES = 5, 28, 3, 10, 100_000
ROUNDS = 9
SIZE = int(os.environ.get("MEGURI_BENCH_PAGES", "3000" if table.FULL else "300"))
FEW = 30


@pytest.fixture
def edition(cast: Cast) -> Edition:
    """The city's 30 施策 with their values, frozen from rows."""
    document = story.read_plan_text(story.FACTS.read_bytes())
    planning.import_plan(document, plan_name="DX推進計画", city="見本市", municipality_code="999999", year=YEAR)
    cycle = Cycle.objects.filter(fiscal_year=YEAR).first() or cycles.draft(plan=Plan.objects.get(), fiscal_year=YEAR)
    return freeze_now(cast, cycle)


def measured(work: Callable[[], Any]) -> float:
    """The middle one of some rounds, in milliseconds."""
    work()
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def live_site(edition: Edition, snapshot: dict[str, Any]) -> Site:
    return Site(editions=(edition,), read=lambda _edition: snapshot, language="ja")


def live_year(edition: Edition) -> str:
    """The year's page as it would be made without an edition."""
    book = live_site(edition, snapshot_of(edition.cycle)).book(edition.cycle.plan.short_name, YEAR)
    assert book is not None
    return pages.year(book, Filters()).html()


def live_measure(edition: Edition) -> str:
    """One 施策's page, reading no more of the tables than it shows."""
    review = MeasureReview.objects.get(cycle=edition.cycle, measure_year__measure__code="01-02")
    (full,) = queries.full_reviews(edition.cycle, only=[review.pk])
    scale = judging.scale_of(edition.cycle)
    snapshot = {**frame_of(edition.cycle, scale), "measures": [measure_of(full, edition.cycle, scale)]}
    page = pages.measure(Book(site=live_site(edition, snapshot), edition=edition), "01-02")
    assert page is not None
    return page.html()


def cold(client: Client, path: str) -> None:
    shutil.rmtree(settings.MEGURI_PAGES_ROOT, ignore_errors=True)
    publication._snapshot.cache_clear()
    assert client.get(path).status_code == 200


def as_if_just_started(client: Client, path: str) -> None:
    """What the disk holds is there, what a process remembers is not."""
    publication._snapshot.cache_clear()
    assert client.get(path).status_code == 200


def test_pages_from_the_edition_beside_pages_from_live_tables(edition: Edition) -> None:
    client, place = Client(), place_of_year(edition)
    for name, path, live in (("the year", place, live_year), ("one 施策", f"{place}01-02/", live_measure)):
        from_tables = measured(lambda live=live: live(edition))
        without_cache = measured(lambda path=path: cold(client, path))
        frozen = measured(lambda path=path: as_if_just_started(client, path))
        mark = client.get(path)["ETag"]
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path, headers={"If-None-Match": mark}).status_code == 304
            queries = len(caught)  # the next request empties the record
        again = measured(lambda path=path, mark=mark: client.get(path, headers={"If-None-Match": mark}))
        report(
            f"{name}: from live tables {from_tables:.1f} ms (without the web's own part); frozen {frozen:.1f} ms, in a process"
            f" that was just started too: {from_tables / frozen:.1f} times as fast (asked: {TARGET}); the one time that it is"
            f" made {without_cache:.1f} ms: {from_tables / without_cache:.1f} times; revalidation {again:.1f} ms, {queries} query"
        )
        table.add(
            job=f"public page of {name}",
            unit="ms",
            ours=frozen,
            peer=from_tables,
            peer_name="Django, from the tables",
            limit=TARGET,
            times=True,
            wall=frozen / 1000,
        )
        assert queries == 1


def place_of_year(edition: Edition) -> str:
    plan, year = edition.cycle.key
    return f"/results/{plan}/{year}/"


def first_byte(host: str, path: str) -> float:
    """Milliseconds from the request's last byte to the answer's first, on a connection that stands."""
    connection = HTTPConnection(host)
    times = []
    for _round in range(ROUNDS + 2):
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        began = time.perf_counter()
        answer = connection.getresponse()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200 and answer.read(), path
    return statistics.median(times[2:])


def test_the_first_byte_of_any_public_page(live_site: str, edition: Edition) -> None:
    """From a real gunicorn with kept pages, as every reader but the first gets it."""
    follow(edition, changed(edition, "01-01", "12件"))
    host, place = live_site.removeprefix("http://"), place_of_year(edition)
    plan, english = f"/results/{edition.cycle.plan.short_name}/", place.replace("/results/", "/results/en/")
    paths = ("/results/", place, english, f"{place}?field=01", f"{place}01-02/", f"{place}01-02/goals/1/", f"{place}errata/",
             f"{place}departments/", f"{place}editions/1/", f"{plan}compare/?a={YEAR}-1&b={YEAR}-2", f"{plan}run/01-02/",
             f"{plan}method/", "/results/data/", f"{place}indicators.csv", f"{place}01-02/goals/1/chart.svg")  # fmt: skip
    times = {path: first_byte(host, path) for path in paths}
    slowest = max(times, key=lambda path: times[path])
    report(
        "first byte: " + ", ".join(f"{path} {took:.1f} ms" for path, took in times.items()) + f" (asked: {FIRST_BYTE})"
    )
    table.add(
        job=f"first byte of the slowest of {len(paths)} public addresses ({slowest})",
        unit="ms",
        ours=times[slowest],
        limit=FIRST_BYTE,
        wall=times[slowest] / 1000,
    )


def large(edition: Edition, size: int) -> plain_files.Stock:
    """The edition's 施策 over and over, every 施策 with an ID, a department and values of its own."""
    measures = []
    facts = edition.snapshot["measures"]
    for number in range(size):
        row = copy.deepcopy(facts[number % len(facts)])
        row["code"] = f"{number // 99 + 1:02d}-{number % 99 + 1:02d}"
        row["name"] += f"({number + 1})"
        row["owner"] += f"{number % 7 or ''}"
        row["field"] = {"number": f"{number // 250 + 1:02d}", "name": f"分野{number // 250 + 1}"}
        for one in row["indicators"]:
            for cell in one["years"]:
                cell["actual"] = cell["actual"].replace("1", str(number % 9 + 1))
        measures.append(row)
    snapshot = {**edition.snapshot, "measures": measures}
    return plain_files.Stock(editions=(edition,), snapshots={edition.pk: snapshot}, books={})


def packed_site(
    edition: Edition, stock: plain_files.Stock, path: Path, before: Path | None = None
) -> tuple[float, float, int]:
    """(seconds, seconds of CPU of all processes, pages made) of the whole archive; with what stands in the one before."""
    reports: list[tuple[int, int]] = []
    began, used = time.perf_counter(), time.process_time() + of_children()
    with path.open("wb") as out, ExitStack() as stack:
        former = None
        if before:
            archive = bundle.Former(stack.enter_context(before.open("rb")))
            former = kept_files.Before(archive, stock, edition)
            assert former.comparable
        made = plain_files.files(stock, lambda done, total: reports.append((done, total)), former=former)
        bundle.pack(edition, made, out)
    seconds, used = time.perf_counter() - began, time.process_time() + of_children() - used
    bundle.check(path)
    assert reports[-1][0] == reports[-1][1]
    return seconds, used, reports[-1][1]


@pytest.fixture
def as_a_worker() -> Iterator[None]:
    """What looks for garbage is set as in the worker that makes the site."""
    before = gc.get_threshold()
    settle()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("as_a_worker")
def test_the_static_site_of_a_prefecture(edition: Edition, tmp_path: Path) -> None:
    few, stock = large(edition, FEW), large(edition, SIZE)
    a_live_page = measured(lambda: live_measure(edition)) / 1000
    edition.snapshot = {}
    edition.published_at = timezone.now()
    _seconds, cpu_of_few, _pages = packed_site(edition, few, tmp_path / "few.zip")
    seconds, cpu, pages_made = packed_site(edition, stock, tmp_path / "site.zip")
    weight = (tmp_path / "site.zip").stat().st_size / 1024 / 1024
    light, heavy = (heaviest(one) for one in (few, stock))
    report(
        f"{SIZE} 施策: {pages_made} pages in two languages, {weight:.0f} MiB zipped, {seconds:.1f} s with"
        f" {os.cpu_count()} cores (asked: {TARGET_SECONDS} s for 3,000), CPU {cpu:.1f} s; heaviest of"
        f" the lists and overviews with all that it loads, packed: {heavy[0] / 1000:.0f} kB, of {FEW} 施策 {light[0] / 1000:.0f} kB"
        f" (asked: {MOST_BYTES / 1000:.0f} for {FEW}); the page alone unpacked {heavy[1] / 1000:.0f} kB ({heavy[2]})"
    )
    table.add(
        job=f"static site of {SIZE:,} 施策, {pages_made:,} pages",
        unit="s",
        ours=seconds,
        peer=a_live_page * pages_made,
        peer_name="Django, each page from the tables (one process)",
        limit=TARGET_SECONDS if SIZE == 3000 else None,
        growth=table.growth(FEW, cpu_of_few, SIZE, cpu),
        cpu=cpu,
        wall=seconds,
    )
    after_a_correction(edition, stock, tmp_path)
    assert light[0] < MOST_BYTES, light[2]
    assert heavy[0] < MOST_BYTES, heavy[2]


def heaviest(stock: plain_files.Stock) -> tuple[int, int, str]:
    """(bytes that a reader loads, packed; bytes of the page alone, unpacked; its place) of the heaviest list or overview."""
    loaded = {place: len(gzip.compress(content)) for place, content in plain_files.asset_files()}
    weights = []
    for place, content in plain_files.pages_in(stock, *shown_first(stock)):
        with_it = [size for name, size in loaded.items() if f'{name}"'.encode() in content]
        assert len(with_it) >= len(plain_files.STYLES), place
        weights.append((len(gzip.compress(content)) + sum(with_it), len(content), place))
    return max(weights)


def after_a_correction(edition: Edition, stock: plain_files.Stock, folder: Path) -> None:
    """One text of one 施策 put right: no list changes."""
    was = stock.snapshots[edition.pk]
    row = {**was["measures"][3], "description": "正しい文章"}
    item = {
        "code": row["code"],
        "name": row["name"],
        "key": "description",
        "label": "施策内容詳細",
        "wrong": "",
        "right": "正しい文章",
        "reason": "誤記",
    }
    errata = [{"number": 2, "label": "訂正第1版", "date": "2025-12-01", "items": [item], "consequences": []}]
    now = {**was, "measures": [*was["measures"][:3], row, *was["measures"][4:]], "corrections": errata}
    second = Edition(pk=edition.pk + 1, cycle=edition.cycle, number=2, previous=edition, kind=Edition.Kind.CORRECTION,
                     published_at=timezone.now(), current=True, snapshot={})  # fmt: skip
    edition.current = False
    both = plain_files.Stock(editions=(second, edition), snapshots={**stock.snapshots, second.pk: now}, books={})
    seconds, cpu, made = packed_site(second, both, folder / "corrected.zip", folder / "site.zip")
    report(f"the site of {SIZE} 施策 after a correction that changes no list: {seconds:.1f} s (asked: {CORRECTED_SECONDS} s for"
           f" 3,000), CPU {cpu:.1f} s; {made} pages made")  # fmt: skip
    table.add(
        job=f"static site of {SIZE:,} 施策 after a correction, {made:,} pages made",
        unit="s",
        ours=seconds,
        limit=CORRECTED_SECONDS if SIZE == 3000 else None,
        cpu=cpu,
        wall=seconds,
    )


def of_children() -> float:
    """The CPU seconds of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shown_first(stock: plain_files.Stock) -> tuple[list[Any], list[str]]:
    """The sheets whose weight grows with the plan, and every place there is."""
    sheets = plain_files.plan(stock)
    places = plain_files.places_of(stock, sheets)
    known = [*places, *(place for place, _make in plain_files.data_files(stock)), *plain_files.assets().values()]
    chosen = [
        (place, sheet, None)
        for place, sheet in zip(places, sheets, strict=True)
        if sheet.name in ("year", "departments", "index")
    ]
    return chosen[:60], known


def report(words: str) -> None:
    """On the screen and in build/bench-publication.txt."""
    print(f"\n{words}")
    target = BASE_DIR / "build" / "bench-publication.txt"
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as stream:
        stream.write(words + "\n")
