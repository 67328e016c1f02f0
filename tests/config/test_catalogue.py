"""The English catalogue covers every marked string, and no Japanese of a screen is left unmarked."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from review.domain import wording

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.mo"
MARKS = {"_", "gettext", "gettext_noop", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")

pytestmark = pytest.mark.services


def python_files() -> list[Path]:
    return [path for app in ("config", "review", "tasks", "workflow") for path in (ROOT / app).rglob("*.py")]


def templates() -> list[Path]:
    return list((ROOT / "templates").rglob("*.html"))


def marked(source: str) -> Iterator[str]:
    """The msgids of a Python source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
            word = node.args[1 if node.func.id.startswith("p") else 0] if len(node.args) > 1 else node.args[0]
            if isinstance(word, ast.Constant) and isinstance(word.value, str):
                yield word.value


def marked_in_template(path: Path) -> Iterator[str]:
    """The msgids of a template, by Django's own reading of it."""
    literals = re.findall(
        r"""\b(?:gettext|ngettext|_)\((?:u?)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", templatize(path.read_text())
    )
    for literal in literals:
        yield ast.literal_eval(literal.replace("\n", "\\n"))


@pytest.fixture(scope="module")
def catalogue() -> set[str]:
    with CATALOGUE.open("rb") as stream:
        words = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
    return {key[0] if isinstance(key, tuple) else key for key, value in words.items() if value}


def test_every_marked_string_has_its_english(catalogue: set[str]) -> None:
    missing = {
        word.replace("%%", "%") if word not in catalogue else word
        for path in python_files()
        for word in marked(path.read_text())
        if word.strip() and word not in catalogue
    }
    missing |= {
        word
        for path in templates()
        for word in marked_in_template(path)
        if word.strip() and word not in catalogue and word.replace("%", "%%") not in catalogue
    }
    assert not missing, f"{len(missing)} strings without English (manage.py makemessages -l en): {sorted(missing)[:20]}"


def said_somewhere() -> set[str]:
    """Each literal of the product that could be a msgid, as it is typed, as a template gives it, and the sentences with gaps."""
    literals = {
        node.value
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in templates():
        words = {*marked_in_template(path), *re.findall(r'_\("([^"]*)"\)', path.read_text())}
        literals |= words | {word.replace("%", "%%") for word in words} | {word.replace("%%", "%") for word in words}
    return literals | set(wording.TABLE)


def test_no_english_stands_there_for_words_that_nobody_says_any_more(catalogue: set[str]) -> None:
    words = {word.partition("\x04")[2] or word for word in catalogue}
    assert not words - said_somewhere()


TRANSLATED = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%}|{%.*?%}|{{.*?}}",
    re.S,
)


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_no_japanese_is_left_unmarked(path: Path) -> None:
    # What says lang="ja" is Japanese for every reader: example values, the name of the language itself.
    lines = [line for line in TRANSLATED.sub("", path.read_text()).splitlines() if 'lang="ja"' not in line]
    left = [line.strip() for line in lines if JAPANESE.search(line)]
    assert not left, left[:5]
