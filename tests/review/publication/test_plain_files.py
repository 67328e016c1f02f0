"""The plain site: the same pages as files, whole, linked, always the same, and after a correction changed only where it must."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import get_template
from django.test import Client

from review.assessment.services import judging
from review.books.services.snapshot import snapshot_of
from review.models import Artifact, Edition, IndicatorYear
from review.publication.services import bundle, pictures
from review.publication.views import kept_files, plain_files, public_frame, published, shelf
from review.templatetags import charts
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, freeze_now, frozen
from tests.remembered import remembered
from tests.review.acting import words

Files = Mapping[str, bytes]
LINK = re.compile(r'(?:href|src|data-search)="([^"]*)"')
LANGUAGES = ("results/", "results/en/")


def made(edition: Edition, **options: Any) -> dict[str, bytes]:
    return dict(plain_files.files(plain_files.stock_as_of(edition), **options))


def pages(files: Files) -> Iterator[tuple[str, str]]:
    return ((place, content.decode()) for place, content in files.items() if place.endswith(".html"))


@pytest.fixture
@remembered
def large(cast: Cast) -> Edition:
    """More 施策 than one page of a list holds, in two departments."""
    cycle = cast.draft(published.ROWS + 5, owners=("産業振興課", "農林水産課"))
    return freeze_now(cast, cycle, "120件")


@pytest.mark.drill
@pytest.mark.parametrize("together", [1, 10_000])
def test_the_site_is_made_twice_and_is_the_same_to_the_byte(
    large: Edition, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """By one process, and by two others or with the help of one; the second time from other objects."""
    first = list(plain_files.files(plain_files.stock_as_of(large)))
    monkeypatch.setattr(plain_files, "TOGETHER", together)
    monkeypatch.setattr(plain_files, "HELPED", 1)
    progress: list[tuple[int, int]] = []
    again = list(
        plain_files.files(
            plain_files.stock_as_of(large), processes=2, progress=lambda done, total: progress.append((done, total))
        )
    )
    assert [place for place, _content in first] == [place for place, _content in again]
    assert packed(large, first) == packed(large, again)
    assert progress[-1][0] == progress[-1][1] == len(plain_files.plan(plain_files.stock_as_of(large)))


def test_every_link_leads_to_a_file_of_the_site(large: Edition) -> None:
    files = made(large)
    assert {
        "results/index.html",
        f"results/dx/{YEAR}/01-01/index.html",
        f"results/en/dx/{YEAR}/01-01/index.html",
    } <= set(files)
    outside = set()
    for place, text in pages(files):
        for link in map(html.unescape, LINK.findall(text)):
            way, _hash, fragment = link.partition("#")
            if way.startswith("https://"):
                outside.add(way)
                continue
            assert not way.startswith("/") and "?" not in way, (place, link)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(place), way)) if way else place
            assert target in files, (place, link)
            assert not fragment or f'id="{fragment}"' in files[target].decode(), (place, link)
    assert len(outside) == 1, "the licence alone stands elsewhere"


def test_each_goal_of_a_current_edition_has_its_page_its_drawing_and_its_table(cast: Cast) -> None:
    first = frozen(cast)
    files = made(follow(first, changed(first, "01-01", "60件")))
    for root in LANGUAGES:
        folder = f"{root}dx/{YEAR}/01-01/goals/1/"
        page = files[f"{folder}index.html"].decode()
        assert "60件" in page and "chart.png" not in page and "<iframe" not in html.unescape(page)
        assert 'href="goals/1/index.html"' in files[f"{root}dx/{YEAR}/01-01/index.html"].decode()
        assert files[f"{folder}chart.svg"].startswith(b"<svg") and b"60" in files[f"{folder}chart.svg"]
        table = folder.replace("/en/", "/")  # a table has no language
        assert files[f"{table}goal.csv"] == Client().get(f"/{folder}goal.csv").content
        assert not [place for place in files if "editions/1/" in place and "/goals/" in place], (
            "as the 施策's page has it"
        )
        assert 'id="goal-1"' in files[f"{root}dx/{YEAR}/editions/1/01-01/index.html"].decode()


def test_pages_are_light_and_hold_nothing_that_a_strict_policy_refuses(large: Edition) -> None:
    for place, text in pages(made(large)):
        assert len(text.encode()) < 100_000, place
        assert not re.search(r"<form|<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]* src=)", text), place
        assert text.count("<h1") == 1 and "<title>" in text, place


def test_a_page_says_what_the_site_says(large: Edition) -> None:
    files = made(large)
    for place, address in (
        (f"results/dx/{YEAR}/01-02/index.html", f"/results/dx/{YEAR}/01-02/"),
        (f"results/en/dx/{YEAR}/01-02/index.html", f"/results/en/dx/{YEAR}/01-02/"),
        ("results/dx/method/index.html", "/results/dx/method/"),
    ):
        # one published year needs no page of its course
        plain = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", files[place].decode())).split())
        assert plain == words(Client().get(address)).replace(" 計画期間の推移", "").replace(
            " Course over the plan period", ""
        ), place
    for name in ("indicators.csv", "measures.csv", "data.json"):
        assert files[f"results/dx/{YEAR}/{name}"] == Client().get(f"/results/dx/{YEAR}/{name}").content


def test_lists_by_field_grade_and_department_are_paged_files(large: Edition) -> None:
    files = made(large)
    folder = f"results/dx/{YEAR}/"
    lists = {place for place in files if re.match(rf"{folder}(list|field|grade|department)/", place)}
    assert {
        f"{folder}list/2.html",
        f"{folder}field/01/index.html",
        f"{folder}field/01/2.html",
        f"{folder}grade/A/2.html",
    } < lists
    both = [files[f"{folder}field/01/{name}.html"].decode() for name in ("index", "2")]
    codes = [re.findall(r'href="[^"]*/(\d\d-\d\d)/index.html"', text) for text in both]
    assert sorted({*codes[0], *codes[1]}) == [row["code"] for row in large.snapshot["measures"]]
    departments = [text for place, text in pages(files) if f"{folder}department/" in place]
    assert len(departments) == 2 and any("農林水産課" in text for text in departments)


def test_the_search_is_a_script_and_absent_without_one(large: Edition) -> None:
    files = made(large)
    page = files[f"results/dx/{YEAR}/index.html"].decode()
    assert re.search(r'<div class="local-search"[^>]* hidden></div>', page), "nothing is shown before the script runs"
    data = files[f"results/dx/{YEAR}/search.js"].decode()
    rows = json.loads(data.removeprefix("window.meguriSearch = ").rstrip(";\n"))
    assert [row[0] for row in rows] == [row["code"] for row in large.snapshot["measures"]]


def test_ready_templates_show_what_djangos_own_do(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = frozen(cast)
    second = follow(first, changed(first, "01-01", '<b>60</b> & "件"'))
    files = made(second)
    for module in (public_frame, pictures, charts):
        monkeypatch.setattr(module, "ready", lambda name: get_template(name).template)
    assert made(second) == files


def test_a_link_out_of_the_site_stops_the_making() -> None:
    linker = shelf.Linker({"results/index.html"}, {})
    with pytest.raises(LookupError, match="leads out of the site"):
        linker.linked('<a href="/results/dx/2024/">', "results/index.html")


# --- after a correction ----------------------------------------------------------------------------------------------


def corrected(edition: Edition, code: str, actual: str, number: int = 2) -> Edition:
    """The next edition, with one 実績 put right and all that follows from it computed anew."""
    row = IndicatorYear.objects.get(indicator__measure__code=code, indicator__number=1, fiscal_year=YEAR)
    wrong, row.actual = row.actual, actual
    row.save(update_fields=["actual"])
    judging.judge_rows([row], scale=judging.scale_of(edition.cycle), corrected=True)
    items = [
        {"code": code, "name": "見本の施策", "key": "indicator:1:actual", "label": "成果目標①の実績", "wrong": wrong, "right": actual,
         "reason": "集計の誤り"}
    ]  # fmt: skip
    label, before = f"訂正第{number - 1}版", edition.snapshot["corrections"]
    correction = {"number": number, "label": label, "date": "2025-12-01", "items": items, "consequences": []}
    return follow(edition, {**snapshot_of(edition.cycle), "corrections": [*before, correction]})


def test_a_correction_changes_what_it_must_and_nothing_else(large: Edition) -> None:
    first = made(large)
    second_edition = corrected(large, "01-02", "60件")
    second = made(second_edition)
    apart = {place: content for place, content in second.items() if "/editions/1/" not in place}
    changed = {place for place in first.keys() | apart.keys() if unmarked(first, place) != unmarked(apart, place)}
    assert changed == expected(large.snapshot, second_edition.snapshot)
    assert_data_differ_only_in("01-02", first, second)
    assert_the_older_edition_is_kept(first, second)


def unmarked(files: Files, place: str) -> str:
    """The file without what tells its edition: label, day, hash, head of the trail, address and the list of editions."""
    if place not in files:
        return "absent"
    if place.endswith((".csv", ".json")):
        return "" if place.endswith((".csv", ".json")) and f"/{YEAR}/" in place else files[place].hex()
    text = files[place].decode()
    if place.endswith(".svg"):  # how to cite it, which takes more or fewer lines
        text = re.sub(r'<text[^>]* font-size="12">.*?</text>|(?:height|viewBox)="[^"]*"', "", text)
    text = re.sub(r'<p class="edition">.*?</p>', "", text, flags=re.S)
    text = re.sub(r'<section class="section" aria-labelledby="about-edition">.*?</section>', "", text, flags=re.S)
    text = re.sub(r'<span class="year-card__edition">.*?</span>\s*</a>', "", text, flags=re.S)
    return re.sub(r"訂正第1版|第1版|First edition|Correct(?:ion|ed edition) 1", "", text)


def expected(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Which files must change, from the two snapshots alone."""
    rows = [{row["code"]: row for row in one["measures"]} for one in (before, after)]
    changed = {code for code in rows[0] if rows[0][code] != rows[1][code]}
    shown = {code for code in changed if listed(rows[0][code]) != listed(rows[1][code])}
    places = (
        {"errata/index.html", "index.html", "departments/index.html"} if before["totals"] != after["totals"] else set()
    )
    places |= {f"{code}/index.html" for code in changed}
    for code in changed:
        for was, now in zip(rows[0][code]["indicators"], rows[1][code]["indicators"], strict=True):
            places |= {f"{code}/goals/{now['number']}/{one}" for one in ("index.html", "chart.svg") if was != now}
    for folder, pair in lists(before, after):
        for number in range(max(len(pair[0]), len(pair[1]))):
            here, there = (side[number] if number < len(side) else [] for side in pair)
            # a grade that was not there before has a list of its own, to which every list leads
            turned = (
                offered(before) != offered(after)
                or len(pair[0]) != len(pair[1])
                or sum(map(len, pair[0])) != sum(map(len, pair[1]))
            )
            if here != there or shown & {*here, *there} or turned:
                places.add(f"{folder}/index.html" if number == 0 else f"{folder}/{number + 1}.html")
    # the first page of the whole list stands on the overview
    places.discard("list/index.html")
    places_expected = {f"{root}dx/{YEAR}/{place}" for root in LANGUAGES for place in places}
    places_expected |= {
        f"{root}{place}"
        for root in LANGUAGES
        for place in (
            "index.html",
            "dx/index.html",
            "dx/compare/index.html",
            f"dx/compare/{YEAR}-1_{YEAR}-2/index.html",
        )
    }
    # which edition it is, and which came before
    places_expected |= {"results/catalog.jsonld", f"results/dx/{YEAR}/dataset.jsonld"}
    return places_expected | {f"results/dx/{YEAR}/search.js"}


def offered(snapshot: Mapping[str, Any]) -> set[str]:
    return {row["grade"] for row in snapshot["measures"]}


def listed(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a list shows of a 施策."""
    return row["name"], row["owner"], row["grade"], row["outcome"], [one["grade"] for one in row["indicators"]]


def lists(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[list[list[str]], list[list[str]]]]]:
    """(folder, the 施策ID on each page before and after) of every list."""
    measures = [*before["measures"], *after["measures"]]
    kinds: list[tuple[str, Any]] = [("list", lambda row: True)]
    kinds += [
        (f"field/{number}", lambda row, n=number: row["field"]["number"] == n)
        for number in {row["field"]["number"] for row in measures}
    ]
    kinds += [
        (f"grade/{shelf.slug(grade)}", lambda row, g=grade: row["grade"] == g)
        for grade in {row["grade"] for row in measures}
    ]
    kinds += [
        (f"department/{shelf.slug(name)}", lambda row, o=name: row["owner"] == o)
        for name in {row["owner"] for row in measures}
    ]
    for folder, fits in kinds:
        sides = [[row["code"] for row in one["measures"] if fits(row)] for one in (before, after)]
        yield (
            folder,
            tuple([codes[at : at + published.ROWS] for at in range(0, len(codes), published.ROWS)] for codes in sides),
        )  # type: ignore[misc]


def assert_data_differ_only_in(code: str, first: Files, second: Files) -> None:
    marks = {"版", "版の番号", "公表日時"}
    for name in ("indicators.csv", "measures.csv"):
        tables = [
            list(csv.DictReader(io.StringIO(files[f"results/dx/{YEAR}/{name}"].decode("utf-8-sig"), newline="")))
            for files in (first, second)
        ]
        rows = [[{key: value for key, value in row.items() if key not in marks} for row in table] for table in tables]
        assert {here["施策ID"] for here, there in zip(*rows, strict=True) if here != there} == {code}, name
    documents = [json.loads(files[f"results/dx/{YEAR}/data.json"])["snapshot"] for files in (first, second)]
    differing = {key for key in documents[1] if documents[0].get(key) != documents[1][key]}
    # The head of the trail is each edition's own; PostgreSQL links what was done only when it is committed.
    assert differing - {"audit"} == {"measures", "totals", "corrections"}
    assert [b["code"] for a, b in zip(documents[0]["measures"], documents[1]["measures"], strict=True) if a != b] == [
        code
    ]


def assert_the_older_edition_is_kept(first: Files, second: Files) -> None:
    """Every page of the first edition is at its own address, with its old content; a 施策 that the correction left alone is
    where it was, and the lists of the first edition lead there."""
    for place, text in pages(first):
        own = re.sub(rf"^(results/(?:en/)?dx/{YEAR}/)", r"\1editions/1/", place)
        if own == place or "/goals/" in place:  # a goal of what was corrected stands on the page of its 施策
            continue
        if re.search(r"/\d\d-\d\d/", place) and "/01-02/" not in place:
            assert own not in second and second[place].decode() == text, own
            continue
        old = second[own].decode()
        assert "この版は訂正されました" in old or "This edition has been corrected" in old, own
        assert main_text(old) == main_text(text), own


def main_text(page: str) -> str:
    text = page[page.index("<main") : page.index("</main>")]
    text = re.sub(r'<p class="edition">.*?</p>|<div class="notice notice--warning" .*?</div>', "", text, flags=re.S)
    of_edition = r'<section class="section" aria-labelledby="(?:about-edition|corrected-later)">.*?</section>'
    text = re.sub(of_edition, "", text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def packed(edition: Edition, files: Iterable[tuple[str, Any]]) -> bytes:
    bundle.pack(edition, files, out := io.BytesIO())
    return out.getvalue()


def stored(edition: Edition) -> bytes:
    """The edition's archive, every file made now, in the store."""
    content = packed(edition, plain_files.files(plain_files.stock_as_of(edition, settings.MEGURI_PUBLIC_URL)))
    name = default_storage.save(f"site-{edition.number}.zip", ContentFile(content))
    Artifact.objects.create(
        kind=Artifact.Kind.BUNDLE, cycle=edition.cycle, edition=edition, revision=1, path=name, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), created_at=edition.published_at, seal="0" * 64,
    )  # fmt: skip
    return content


def test_after_a_correction_what_stands_is_taken_over_and_nothing_tells_that_it_was(
    large: Edition, monkeypatch
) -> None:
    """Twice, so that an edition which was corrected before is there too: to the byte as if all of it were made anew."""
    stored(large)
    second = corrected(large, "01-02", "60件")
    with monkeypatch.context() as patch:
        patch.setattr(kept_files, "look", lambda: "another Meguri")
        files = list(plain_files.site_as_of(second))
        assert not [place for place, content in files if isinstance(content, bundle.Packed)]
    lists: list[str] = []
    section = kept_files.FormerList.section
    monkeypatch.setattr(
        kept_files.FormerList, "section", lambda one, linker, place: lists.append(place) or section(one, linker, place)
    )
    for edition, code in ((second, "01-02"), (corrected(second, "01-31", "70件", number=3), "01-31")):
        lists.clear()
        files = list(plain_files.site_as_of(edition))
        assert lists and all(f"/editions/{edition.number - 1}/" in place for place in lists)
        taken, anew = packed(edition, files), stored(edition)
        with ZipFile(io.BytesIO(taken)) as here, ZipFile(io.BytesIO(anew)) as there:
            assert [name for name in there.namelist() if here.read(name) != there.read(name)] == []
        assert taken == anew
        taken_over = {place for place, content in files if isinstance(content, bundle.Packed)}
        pages_of = {
            f"{root}dx/{YEAR}/{row['code']}/index.html" for root in LANGUAGES for row in large.snapshot["measures"]
        }
        assert pages_of - taken_over == {f"{root}dx/{YEAR}/{code}/index.html" for root in LANGUAGES}
        assert not {place for place in taken_over if f"/{code}/" in place}
        data = ("data.json", "indicators.csv", "measures.csv", "measures.csv-metadata.json", "search.js")
        assert {f"results/dx/{YEAR}/editions/1/{name}" for name in data} <= taken_over
        # the first brings a grade that no list offered before; after the second, the other department's list stands
        assert any("/department/" in place for place in taken_over) == (code == "01-31")
    monkeypatch.setattr(plain_files, "HELPED", 1)
    monkeypatch.setattr(settings, "MEGURI_BUNDLE_PROCESSES", 2)
    assert packed(edition, plain_files.site_as_of(edition)) == anew, "with the help of another process"


def test_an_earlier_edition_gives_its_own_site_also_after_a_correction(cast: Cast) -> None:
    first = frozen(cast)
    before = made(first)
    corrected(first, "01-01", "60件")
    first.refresh_from_db()
    assert made(first) == before
