"""One 成果目標 on its own: its page, its pictures and its table are made from the edition, stay at their address, and may be
shown on other sites; nothing else of the house may."""

from __future__ import annotations

import csv
import io
import shutil
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from review.models import Edition, IndicatorYear
from review.pdf import picture
from review.publication.services import pictures
from review.publication.views import goal_pages
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, freeze_now, frozen
from tests.review.acting import words

PAGE = f"/results/dx/{YEAR}/01-01/goals/1/"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    return frozen(cast)


def test_the_page_says_the_result_and_how_to_cite_it(edition: Edition) -> None:
    text = words(Client().get(PAGE))
    (one,) = [row for row in edition.snapshot["measures"][0]["indicators"] if row["number"] == 1]
    assert all(cell[key] in text for cell in one["years"] for key in ("name", "target", "actual"))
    assert "第1版" in text and f"/results/dx/{YEAR}/editions/1/01-01/goals/1/" in text, "what is cited stays for ever"
    assert PAGE in Client().get(f"/results/dx/{YEAR}/01-01/").content.decode()


@pytest.mark.parametrize(
    "path", ["01-01/goals/9/", "09-09/goals/1/", "01-01/goals/1/chart.gif", "01-01/goals/9/chart.svg"]
)
def test_what_is_not_there_is_not_found(edition: Edition, path: str) -> None:
    assert Client().get(f"/results/dx/{YEAR}/{path}").status_code == 404


def test_an_older_edition_keeps_its_goals(edition: Edition) -> None:
    follow(edition, changed(edition, "01-01", "60件"))
    assert "60件" in words(Client().get(PAGE))
    old = words(Client().get(f"/results/dx/{YEAR}/editions/1/01-01/goals/1/"))
    assert "60件" not in old and "この版は訂正されました" in old


def test_only_the_frame_may_stand_on_other_sites(edition: Edition) -> None:
    frame, page = Client().get(f"{PAGE}frame/"), Client().get(PAGE)
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers and frame.content.count(b"<h1") == 1
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_the_drawing_stands_alone_with_its_title_source_edition_and_day(edition: Edition) -> None:
    response = Client().get(f"{PAGE}chart.svg")
    root = ElementTree.fromstring(response.content)
    text = " ".join("".join(root.itertext()).split())
    assert root.tag == f"{SVG}svg" and response.headers["Content-Type"] == "image/svg+xml"
    assert all(word in text for word in ("第1版", "公表", "01-01", "120件", "CC BY"))
    assert not [one for one in root.iter() if one.get("class") or one.get("style")], "no page's style sheet reaches it"
    assert {one.get("fill") for one in root.iter(f"{SVG}rect")} >= {"#ffffff", "#0017c1"}


def test_a_picture_has_the_palette_of_the_pages() -> None:
    assert pictures.dressed('<rect class="c-bar c-bar--now" x="1"/>') == '<rect fill="#0017c1" x="1"/>'
    assert pictures.dressed('<text class="c-mid c-strong">') == '<text text-anchor="middle" font-weight="700">'


def test_a_picture_is_made_once_and_kept(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(settings.MEGURI_PAGES_ROOT, ignore_errors=True)
    first = Client().get(f"{PAGE}chart.png")
    assert first.content.startswith(b"\x89PNG") and first.headers["Content-Type"] == "image/png"
    monkeypatch.setattr(picture, "png", lambda _svg: pytest.fail("it is there already"))
    assert Client().get(f"{PAGE}chart.png").content == first.content


def test_the_table_has_the_goal_and_nothing_else(edition: Edition) -> None:
    text = Client().get(f"{PAGE}goal.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert {row["指標ID"] for row in rows} == {"01-01-1"} and len(rows) == 4


def test_a_goal_of_words_has_a_picture_too(cast: Cast) -> None:
    cycle = cast.draft(1)
    IndicatorYear.objects.filter(indicator__number=1).update(name="整備", target="設計", actual="設計完了")
    freeze_now(cast, cycle)
    assert "設計完了" in Client().get(f"{PAGE}chart.svg").content.decode()


def test_every_file_of_a_goal_is_on_its_page(edition: Edition) -> None:
    text = Client().get(PAGE).content.decode()
    assert all(f'href="{PAGE}{name}"' in text for name in goal_pages.FILES)
