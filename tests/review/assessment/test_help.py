"""The handbook: a guide for each role with the pictures of its screens, and a way to it from everywhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from review.models import Role
from review.workbook.findings import ADVICE, Code
from tests.cast import Cast
from tests.review.acting import as_, words

GUIDE = reverse("meguri:help", args=["contributor"])
PICTURES = Path(settings.BASE_DIR) / "docs" / "screens"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_guide_with_the_pictures_of_its_screens(cast: Cast, role: str, language: str) -> None:
    """Each picture is one that `make screens` takes, in the reader's language, with words for who does not see it."""
    client = as_(cast.auditor)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(reverse("meguri:help", args=[role])).content.decode()
    pictures = re.findall(r'<img src="/static/screens/([\w-]+)\.jpg" alt="([^"]+)"', page)
    assert pictures and all((PICTURES / f"{name}.jpg").is_file() for name, _alt in pictures)
    assert all(name.endswith("-en-1280") == (language == "en") for name, _alt in pictures)
    assert 'aria-current="page"' in page and page.count("<h1") == 1


def test_the_first_page_leads_to_every_guide_and_marks_ones_own(cast: Cast) -> None:
    page = as_(cast.auditor).get(reverse("meguri:help"))
    for role in Role.values:
        assert f'href="{reverse("meguri:help", args=[role])}"' in page.content.decode()
    assert [one["role"] for one in page.context["guides"] if one["mine"]] == [Role.AUDITOR]
    assert as_(cast.auditor).get(reverse("meguri:help", args=["mayor"])).status_code == 404


def test_the_first_page_is_the_department_s(cast: Cast) -> None:
    cast.open(1)
    page = as_(cast.contributor).get(GUIDE).content.decode()
    first = page[page.index('id="quick"') : page.index("</section>", page.index('id="quick"'))]
    assert all(f'id="step-{step}"' in first for step in (1, 2, 3, 4, 5))
    assert "提出期限は" in first and "Excelで書くとき" in first


def test_every_refusal_of_a_file_is_explained(cast: Cast) -> None:
    page = words(as_(cast.contributor).get(GUIDE))
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
        assert re.search(rf'href="{GUIDE}#step-{step}"[^>]*target="_blank"', page)
    for address in (reverse("meguri:sheet", args=[99_999]), reverse("login")):
        assert f'href="{reverse("meguri:help")}"' in Client().get(address, follow=True).content.decode()


# What a guide quotes and no button or heading is: examples of typed values, and labels with a number or an edition in them.
QUOTED = {"■試験運用", "集計中", "未公表", "千円", "確認中", "見比べて確認", "静的サイトを作る", "全ページの…件"}


def test_what_a_guide_names_stands_on_a_screen() -> None:
    """A label that a screen no longer has is not in a guide: 「印刷用の画面」 outlived its page."""
    sources = [
        path.read_text()
        for folder, kind in (("templates", "*.html"), ("review", "*.py"), ("workflow", "*.py"))
        for path in (Path(settings.BASE_DIR) / folder).rglob(kind)
        if "help" not in path.parts
    ]
    guides = sorted((Path(settings.BASE_DIR) / "templates" / "assessment" / "help").glob("*.html"))
    named = {label for path in guides for label in re.findall("「([^「」]+)」", path.read_text())} - QUOTED
    assert len(named) > 40
    assert not {label for label in named if not any(f'"{label}"' in source for source in sources)}
