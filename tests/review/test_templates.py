"""No template or stylesheet reaches outside or breaks the content security policy, and every template compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "review/static/review").rglob("*.css"))

_INLINE = re.compile(r"""\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)""")
_OUTSIDE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_has_nothing_inline_and_nothing_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not _INLINE.search(text)
    assert not _OUTSIDE.search(text)


@pytest.mark.parametrize("path", SHEETS, ids=_name)
def test_a_stylesheet_loads_nothing_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not _OUTSIDE.search(text)
    for target in re.findall(r'url\("([^"]+)"\)', text):
        assert (path.parent / target).is_file()


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "413", "429", "503"])
def test_an_error_page_needs_no_context(code: str) -> None:
    html = get_template(f"{code}.html").render()
    assert "<h1>" in html
    assert "お問い合わせ" in html
