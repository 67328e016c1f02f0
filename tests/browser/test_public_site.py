"""The public site in a browser: axe at both widths, the outline, what a table is called, and what a page weighs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from review.models import Cycle, Edition, IndicatorYear
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, freeze_now

# twenty seconds on a quiet machine, minutes on a busy one
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEXT = YEAR + 1
#: with all that comes with it
MOST = 100_000
PAGES = {
    "index": "/results/",
    "year": f"/results/dx/{YEAR}/",
    "field": f"/results/dx/{YEAR}/?field=01",
    "department": f"/results/dx/{YEAR}/?department=産業振興課",
    "grade": f"/results/dx/{YEAR}/?grade=A",
    "nothing-found": f"/results/dx/{YEAR}/?q=ありません",
    "departments": f"/results/dx/{YEAR}/departments/",
    "measure": f"/results/dx/{YEAR}/01-01/",
    "goal": f"/results/dx/{YEAR}/01-01/goals/1/",
    "frame": f"/results/dx/{YEAR}/01-01/goals/1/frame/",
    "errata": f"/results/dx/{YEAR}/errata/",
    "choice": "/results/dx/compare/",
    "years": f"/results/dx/compare/?a={YEAR}-2&b={NEXT}-1",
    "editions": f"/results/dx/compare/?a={YEAR}-1&b={YEAR}-2",
    "run": "/results/dx/run/01-01/",
    "method": "/results/dx/method/",
    "data": "/results/data/",
    "english": f"/results/en/dx/{YEAR}/",
    "wrong": "/results/dx/2001/",
}
#: of the page: its headings' levels, tables that nothing names, and how far it is wider than the window
READ = """() => ({
  levels: [...document.querySelectorAll("h1, h2, h3, h4")].map((head) => Number(head.tagName[1])),
  unnamed: [...document.querySelectorAll("table")].filter(
    (table) => !table.caption && !table.closest("[aria-label], [aria-labelledby]")).length,
  wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@pytest.fixture
def shelf(cast: Cast) -> None:
    """Two published years, the first with a changed definition and a correction."""
    cycle = cast.draft(2)
    IndicatorYear.objects.filter(indicator__number=1, fiscal_year=YEAR - 1).update(name="前の数え方の件数")
    first = freeze_now(cast, cycle, "120件")
    follow(first, {**changed(first, "01-01", "121件"), "corrections": [errata()]})
    cycles.draft_next(cycle)
    freeze_now(cast, Cycle.objects.get(fiscal_year=NEXT), "130件")


def errata() -> dict[str, Any]:
    item = {"code": "01-01", "name": "見本の施策1", "key": f"indicator:1:actual:{YEAR}"}
    texts = {"label": "成果目標① 令和6年度 実績", "wrong": "120件", "right": "121件", "reason": "集計の誤りのため。"}
    computed = {"code": "01-01", "label": "成果目標① 達成率", "before": "120.0%", "after": "121.0%"}
    return {
        "number": 2,
        "label": "訂正第1版",
        "date": "2026-04-01",
        "items": [{**item, **texts}],
        "consequences": [computed],
    }


@pytest.mark.drill
def test_every_public_page_reads_well_and_is_light(
    shelf: None, new_page: Callable[..., Any], axe: Callable[[Any], list[dict]]
) -> None:
    assert Edition.objects.count() == 3
    page = new_page()
    weights = {}
    for name, path in PAGES.items():
        weights[name] = weight(page, path)
        look(page, name, axe)
    # The browser keeps the styles after the first page; somebody who comes straight to another one loads them there.
    styles = weights["index"]["transferred"] - weights["index"]["html_packed"]
    heaviest = max(weights, key=lambda name: weights[name]["html_packed"])
    assert 0 < weights[heaviest]["html_packed"] < weights[heaviest]["html"]
    assert weights[heaviest]["html_packed"] + styles < MOST, (weights, styles)
    assert page.goto(PAGES["measure"]) and page.get_by_text("ここで指標の定義が変わりました").count()
    page.emulate_media(media="print")
    assert not page.locator(".public-nav").is_visible() and page.locator("h1").is_visible()


def weight(page: Any, path: str) -> dict[str, int]:
    """Goes there; what the page's HTML weighs, packed and unpacked, and all that came with it."""
    answers: list[Any] = []

    def keep(answer: Any) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.goto(path, wait_until="load")
    page.remove_listener("response", keep)
    return {
        "html": len(answers[0].body()),
        "html_packed": answers[0].request.sizes()["responseBodySize"],
        "transferred": sum(one.request.sizes()["responseBodySize"] for one in answers),
    }


def look(page: Any, name: str, axe: Callable[[Any], list[dict]]) -> None:
    """axe, the outline and the width, at both widths of the one page."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        serious = [violation for violation in axe(page) if violation["impact"] in ("serious", "critical")]
        assert not serious, (name, width, serious)
        read = page.evaluate(READ)
        assert read["wider"] <= 0 and not read["unnamed"], (name, width, read)
        steps = zip([0, *read["levels"]], read["levels"], strict=False)
        assert read["levels"].count(1) == 1 and all(now <= before + 1 for before, now in steps), (name, read["levels"])
