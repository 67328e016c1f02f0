"""What docs/ names exists: modules, functions, classes, commands, and the pages that it leads to; its picture is today's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.apps import apps

from docs import picture, year

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
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


def names_in(path: Path) -> set[str]:
    """What a module defines or imports, and what its classes do: `Claim.finishing`."""
    all_names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        names = _names_of(node)
        all_names |= names
        if isinstance(node, ast.ClassDef):
            all_names |= {f"{node.name}.{inner}" for each in node.body for inner in _names_of(each)}
    return all_names


def _names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return set()


def absent(named: Iterable[tuple[str, str]]) -> list[str]:
    """Which of the (path, name) are nowhere."""
    return [
        f"{path}:{name}" for path, name in named if not (ROOT / path).is_file() or name not in names_in(ROOT / path)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_function_that_the_page_names_is_in_its_file(page: Path) -> None:
    named = re.findall(r"`((?:review|workflow|tasks|config|tests)/[\w/]+\.py):([\w.]+)`", page.read_text())
    assert not absent(named)
    assert named or page.name != "architecture.md"


def test_a_function_that_moved_away_is_noticed() -> None:
    assert absent([("review/transition.py", "tell"), ("review/background/services/jobs.py", "Claim.finishing")]) == []
    gone = [
        ("review/transition.py", "shout"),
        ("review/transit.py", "tell"),
        ("review/background/services/jobs.py", "Claim.go"),
    ]
    assert absent(gone) == [f"{path}:{name}" for path, name in gone]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_command_of_the_page_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^ {4}|[A-Z_]=\S+ )make ([a-z]+)", page.read_text(), flags=re.MULTILINE)) <= targets


def test_the_subjects_stand_on_the_page_in_the_order_of_the_contract() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text.partition("## The subjects")[2].partition("\n## ")[0]
    listed = [
        name for row in table.splitlines() if row.startswith("|") for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    assert listed == [name for name in picture.order() if name not in picture.PACKAGES]


def test_the_picture_is_what_the_code_imports_today() -> None:
    assert picture.PICTURE.read_text() == picture.drawn(), "run make docs, and commit docs/architecture.svg"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_year_is_drawn_as_the_flows_go_today(language: str) -> None:
    assert year.PICTURES[language].read_text() == year.drawn(language), "run make docs, and commit docs/year*.svg"


def test_the_year_shows_every_step_and_every_way_of_the_flows() -> None:
    for flow in year.flows():
        drawn = {node.name for node in year.steps(flow)}
        left = {node.name for node in flow.instance.nodes()} - drawn
        assert all(name in ("start", "end") or name.startswith("after_") for name in left), left
    assert (1, 0) in year.ways(year.flows()[2]), "a correction may go back to its preparation"


def test_the_picture_shows_an_import_wherever_it_stands(tmp_path: Path) -> None:
    lines = {
        "review/sheet/services/one.py": "from review.mail.services import mailing\nimport calendar\n",
        "review/mail/services/mailing.py": "def late():\n    from review import clock, permissions\n",
        "tasks/two.py": "import review.sheet.services.one\n",
    }
    for name, source in lines.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    imports = picture.imports(["tasks", "sheet", "mail", "permissions", "calendar"], tmp_path)
    # The calendar of Python's own library is not the city's.
    assert imports == {("sheet", "mail"), ("mail", "permissions"), ("tasks", "sheet")}


def test_every_name_of_the_glossary_is_in_the_code() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    names = [name for row in rows if row.startswith("|") for name in re.findall(r"`([A-Za-z_.]+)`", row.split("|")[2])]
    words = {word for name in names for word in name.split(".") if word}
    models = {model.__name__ for model in apps.get_models()}
    missing = {word for word in words - models if not re.search(rf"\b{word}\b", SOURCE)}
    assert names and not missing
