"""The results are followed and found: feeds, sitemap, robots.txt, and what each page says of itself to other sites."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from review.models import Edition
from review.publication.views import following, plain_files
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, frozen

BASE = "https://meguri.example.lg.jp"
PUBLIC = "https://www.example.lg.jp/plan"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
ATOM, SITE = {"a": "http://www.w3.org/2005/Atom"}, {"s": following.SITEMAP}


@pytest.fixture(autouse=True)
def stands_at(settings: Any) -> None:
    settings.MEGURI_BASE_URL = BASE


@pytest.fixture
def corrected(cast: Cast) -> Edition:
    """The second edition of a year."""
    first = frozen(cast)
    return follow(first, changed(first, "01-01", "60件"))


def get(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return bytes(answer.content)


@pytest.mark.parametrize("path", ["feed.xml", "dx/feed.xml", "en/feed.xml", "en/dx/feed.xml"])
def test_a_feed_holds_each_edition_once_and_follows_its_grammar(corrected: Edition, path: str) -> None:
    feed = etree.fromstring(get(f"/results/{path}"))
    GRAMMAR.assertValid(feed)
    language = "/en" if path.startswith("en") else ""
    addresses = [f"{BASE}/results{language}/dx/{YEAR}/editions/{number}/" for number in (2, 1)]
    assert feed.xpath("a:entry/a:id/text()", namespaces=ATOM) == addresses
    assert feed.xpath("a:entry/a:link/@href", namespaces=ATOM) == addresses
    for address in addresses:
        get(address.removeprefix(BASE))


def test_whoever_reads_over_the_network_is_offered_the_source(corrected: Edition, settings: Any) -> None:
    """AGPL, section 13; also on a page that was kept before the operator named the place."""
    source = b'href="https://code.example.lg.jp/meguri"'
    pages = [f"/results{path}" for path in ("/", f"/dx/{YEAR}/", f"/en/dx/{YEAR}/", "/data/")]
    assert not [path for path in pages if source in get(path)]
    settings.MEGURI_SOURCE_URL = "https://code.example.lg.jp/meguri"
    assert [path for path in pages if source not in get(path)] == []
    written = dict(plain_files.site_as_of(corrected))
    assert not [name for name, text in written.items() if source in text], "a host of the city's own, in plain files"


def test_the_feed_of_nothing_is_a_feed_and_of_no_plan_is_not_there(db: None) -> None:
    GRAMMAR.assertValid(etree.fromstring(get("/results/feed.xml")))
    assert Client().get("/results/dx/feed.xml").status_code == 404


def test_the_sitemap_names_every_page_with_its_twin(corrected: Edition) -> None:
    root = etree.fromstring(get("/results/sitemap.xml"))
    pages = root.xpath("s:url/s:loc/text()", namespaces=SITE)
    assert len(pages) == len(set(pages))
    for page in pages:
        text = get(page.removeprefix(BASE)).decode()
        assert f'<link rel="canonical" href="{page}">' in text, page
    assert f"{BASE}/results/dx/{YEAR}/01-01/" in pages and f"{BASE}/results/en/dx/{YEAR}/editions/1/" in pages
    twins = root.xpath("s:url/*[local-name()='link']/@href", namespaces=SITE)
    assert sorted(twins) == sorted(pages * 2)


def test_robots_are_led_to_what_is_published_alone(db: None) -> None:
    lines = get("/robots.txt").decode().splitlines()
    assert "Disallow: /" in lines and "Allow: /results/" in lines and f"Sitemap: {BASE}/results/sitemap.xml" in lines


def test_the_current_edition_is_one_page_whatever_its_address(corrected: Edition) -> None:
    for path in ("", "editions/2/", "?sort=grade"):
        text = get(f"/results/dx/{YEAR}/{path}").decode()
        assert f'<link rel="canonical" href="{BASE}/results/dx/{YEAR}/">' in text, path
        assert f'hreflang="en" href="{BASE}/results/en/dx/{YEAR}/"' in text
    first = get(f"/results/dx/{YEAR}/editions/1/").decode()
    assert f'<link rel="canonical" href="{BASE}/results/dx/{YEAR}/editions/1/">' in first


def test_each_page_says_in_a_sentence_what_stands_on_it(corrected: Edition) -> None:
    paths = (f"dx/{YEAR}/", f"dx/{YEAR}/01-01/", f"en/dx/{YEAR}/", "dx/method/", "")
    words = [
        re.search(r'<meta name="description" content="([^"]+)">', get(f"/results/{path}").decode()) for path in paths
    ]
    assert all(words) and len({match[1] for match in words if match}) == len(paths)


def test_the_plain_site_names_the_host_that_it_is_given_and_no_other(corrected: Edition) -> None:
    files = dict(plain_files.site_as_of(corrected, base=f"{PUBLIC}/"))
    assert not [place for place, content in files.items() if BASE.encode() in content]
    GRAMMAR.assertValid(etree.fromstring(files["results/en/dx/feed.xml"]))
    for page in etree.fromstring(files["results/sitemap.xml"]).xpath("s:url/s:loc/text()", namespaces=SITE):
        place = page.removeprefix(f"{PUBLIC}/") + "index.html"
        assert f'<link rel="canonical" href="{page}">'.encode() in files[place], page


def test_the_plain_site_of_no_address_names_none(corrected: Edition) -> None:
    files = dict(plain_files.site_as_of(corrected))
    assert not [place for place in files if place.endswith(("feed.xml", "sitemap.xml"))]
    texts = {place: content for place, content in files.items() if place.endswith((".html", ".jsonld"))}
    assert not [place for place, content in texts.items() if BASE.encode() in content or b"127.0.0.1" in content]
    assert not [place for place, content in texts.items() if b'rel="canonical"' in content]
