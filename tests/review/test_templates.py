"""No template or stylesheet reaches outside or breaks the content security policy, and every template compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((ROOT / "review/static/review").rglob("*.css"))

WIDTH = 120
# A sentence is one message and one line: a break inside it would put a space between two Japanese characters.
SENTENCES = {
    "templates/publication/method.html": (
        '{% translate "目標と実績は、部署が書いたとおりに残しています。',
        "大きいほどよいか小さいほどよいかは、市が定めた向き、",
        "CSV は成果目標と年度ごとに1行で、",
    )
}

_INLINE = re.compile(r"""\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)""")
_OUTSIDE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_has_nothing_inline_and_nothing_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not _INLINE.search(text)
    assert not _OUTSIDE.search(text)


def _too_long(name: str, text: str) -> list[str]:
    """The lines of a template that nobody can read beside another: its number, its length and how it begins."""
    return [
        f"{name}:{number}: {len(line)} characters: {line.strip()[:60]}"
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDTH and not line.strip().startswith(SENTENCES.get(name, ()))
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_line_of_a_template_is_too_long(path: Path) -> None:
    assert not _too_long(_name(path), path.read_text(encoding="utf-8")), "break it between elements or attributes"


def _shown_blanks(text: str) -> list[str]:
    """What djhtml would indent although a reader sees it: line breaks in <pre>, <textarea> and untrimmed translations."""
    text = re.sub(r"{# fmt:off #}.*?{# fmt:on #}", "", text, flags=re.DOTALL)
    inside = re.findall(r"(<(?:pre|textarea)\b.*?)</(?:pre|textarea)>", text, flags=re.DOTALL)
    blocks = re.findall(r"{% blocktranslate(.*?)%}(.*?){% endblocktranslate", text, flags=re.DOTALL)
    lines = [body for options, body in blocks if "\n" in body and "trimmed" not in options.split()]
    return lines + [element for element in inside if re.search(r"[>}]\n", element)]


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_the_formatter_moves_nothing_that_is_seen(path: Path) -> None:
    assert not _shown_blanks(path.read_text(encoding="utf-8")), "between {# fmt:off #} and {# fmt:on #}, or `trimmed`"


@pytest.mark.parametrize(
    "text", ["<textarea>\n{{ a }}</textarea>", "{% blocktranslate with a=b %}\nc{% endblocktranslate %}"]
)
def test_a_blank_that_is_seen_is_found(text: str) -> None:
    assert _shown_blanks(text) and not _shown_blanks("{# fmt:off #}" + text + "{# fmt:on #}")


def test_every_sentence_that_may_be_long_is_there_and_stands_alone() -> None:
    for name, starts in SENTENCES.items():
        lines = [line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
        for start in starts:
            (line,) = [line for line in lines if line.startswith(start)]
            assert len(line) > WIDTH - 20, "short enough now: take it off the list"
            assert "<" not in line and line.count("{%") <= 1


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
