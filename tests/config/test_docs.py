"""What docs/ names exists: modules, classes, and the pages that it leads to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
SOURCE = "\n".join(
    path.read_text() for app in ("review", "workflow", "tasks", "config") for path in (ROOT / app).rglob("*.py")
)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_path_and_link_on_the_page_exists(page: Path) -> None:
    text = page.read_text()
    paths = re.findall(r"`((?:review|workflow|tasks|config|tests|templates)/[\w./]+)`", text)
    links = re.findall(r"\]\(([\w./-]+)\)", text)
    lost = [name for name in paths if not (ROOT / name).exists()]
    lost += [name for name in links if not (page.parent / name).exists()]
    assert not lost


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    names = [name for row in rows if row.startswith("|") for name in re.findall(r"`([A-Za-z_.]+)`", row.split("|")[2])]
    words = {word for name in names for word in name.split(".") if word}
    models = {model.__name__ for model in apps.get_models()}
    missing = {word for word in words - models if not re.search(rf"\b{word}\b", SOURCE)}
    assert names and not missing
