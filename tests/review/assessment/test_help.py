"""The handbook: one page for departments, details behind it, and a way to it from everywhere."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from review.workbook.findings import ADVICE, Code
from tests.cast import Cast
from tests.review.acting import as_, words


def test_the_first_page_is_the_department_s(cast: Cast) -> None:
    cast.open(1)
    page = as_(cast.contributor).get(reverse("meguri:help")).content.decode()
    first = page[page.index('id="quick"') : page.index("</section>", page.index('id="quick"'))]
    assert all(f'id="step-{step}"' in first for step in (1, 2, 3, 4, 5))
    assert "提出期限は" in first and "Excelで書くとき" in first


def test_every_refusal_of_a_file_is_explained(cast: Cast) -> None:
    page = words(as_(cast.contributor).get(reverse("meguri:help")))
    assert all(advice in page for code, advice in ADVICE.items() if code is not Code.OK)


@pytest.mark.parametrize("name", ["home", "sheet", "entry", "upload", "progress", "files", "notices"])
def test_it_is_reachable_from_every_screen_of_a_department(cast: Cast, name: str) -> None:
    cast.open(1)
    review = cast.sheet()
    numbers: dict = {"sheet": [review.pk], "entry": [review.pk, 1]}
    numbers |= {name: ["dx", 2024] for name in ("upload", "progress", "files")}
    page = as_(cast.contributor).get(reverse(f"meguri:{name}", args=numbers.get(name, [])))
    assert f'href="{reverse("meguri:help")}"' in page.content.decode()


def test_a_step_leads_to_its_place_and_an_error_to_the_handbook(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.contributor)
    for step in (1, 2, 3, 4):
        page = client.get(reverse("meguri:entry", args=[cast.sheet().pk, step])).content.decode()
        assert re.search(rf'href="{reverse("meguri:help")}#step-{step}"[^>]*target="_blank"', page)
    for address in (reverse("meguri:sheet", args=[99_999]), reverse("login")):
        assert f'href="{reverse("meguri:help")}"' in Client().get(address, follow=True).content.decode()
