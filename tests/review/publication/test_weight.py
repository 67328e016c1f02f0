"""What a public page weighs with all that a browser loads for it, packed, at the city's 30 施策."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from review.models import Plan
from review.plan.services import planning
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.frozen import changed, follow, freeze_now
from tests.review.workbook.samples import facts

MOST = 100_000
YEARS = f"/results/dx/{YEAR}/"
PAGES = {
    "index": "/results/", "year": YEARS, "English": f"/results/en/dx/{YEAR}/", "field": f"{YEARS}?field=01",
    "departments": f"{YEARS}departments/", "errata": f"{YEARS}errata/", "edition": f"{YEARS}editions/1/",
    "compare": f"/results/dx/compare/?a={YEAR}-1&b={YEAR}-2", "run": "/results/dx/run/01-01/",
    "method": "/results/dx/method/", "data": "/results/data/",
}  # fmt: skip
LOADED = re.compile(r'<(?:link rel="stylesheet"|script|link rel="icon")[^>]*? (?:href|src)="/static/([^"]+)"')


def packed(content: bytes) -> int:
    return len(gzip.compress(content, mtime=0))


def with_what_comes(path: str) -> int:
    """The page with its styles, scripts and icon, and what those load."""
    answer = Client().get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200 and answer.headers["Content-Encoding"] == "gzip", path
    page = gzip.decompress(answer.content).decode()
    total = len(answer.content)
    for name in LOADED.findall(page):
        content = Path(str(finders.find(re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name)))).read_bytes()
        assert b"url(" not in content, f"{name} loads more"
        total += packed(content)
    return total


@pytest.mark.once
def test_no_public_page_weighs_more_than_it_may(cast: Cast) -> None:
    planning.import_plan(facts(), plan_name="DX推進計画", city="見本市", year=YEAR)
    cycle = cycles.draft(plan=Plan.objects.get(name="DX推進計画"), fiscal_year=YEAR)
    first = freeze_now(cast, cycle)
    follow(first, changed(first, "01-01", "12件"))
    pages = dict(PAGES)
    for row in first.snapshot["measures"]:
        pages[row["code"]] = f"{YEARS}{row['code']}/"
    pages |= {"goal": f"{YEARS}01-01/goals/1/", "frame": f"{YEARS}01-01/goals/1/frame/"}
    short = cycle.plan.short_name
    weights = {name: with_what_comes(path.replace("/dx/", f"/{short}/")) for name, path in pages.items()}
    heaviest = sorted(weights.items(), key=lambda pair: -pair[1])
    print("\npublic pages, packed, with all that they load:", heaviest[:6], "…", heaviest[-1])
    assert heaviest[0][1] < MOST, heaviest[:5]
