"""What is built has a door: whatever a service does, a screen, a command, the flow, an event or the sweep reaches it."""

from __future__ import annotations

import ast
from pathlib import Path

from review.addresses import RULED
from review.background.services import making
from review.models import Artifact
from review.people.services import first_passwords
from review.wiring import TABLES

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [
    path
    for folder in ("review", "workflow", "tasks", "config")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
#: Rooms that something outside calls: a browser, a person at a terminal, Django, Celery, Viewflow.
OUTSIDE = ("views", "commands", "forms", "templatetags")
OUTSIDE_MODULES = ("wiring.py", "flows.py", "urls.py", "admin.py", "apps.py", "nodes.py", "story.py", "demo.py")
#: Which file is asked for, or made by itself, where.
FILES = {
    Artifact.Kind.SHEET: "reaction of a sheet's events",
    Artifact.Kind.CONSOLIDATED: "reaction of a year's events",
    Artifact.Kind.SHEET_PDF: "meguri:sheet_paper_make",
    Artifact.Kind.BOOK_PDF: "meguri:paper_make",
    Artifact.Kind.PACK: "meguri:paper_make",
    Artifact.Kind.BUNDLE: "meguri:bundle_make",
}


#: Which other job shows how far it is, and where.
JOBS = {first_passwords.KIND: "meguri:first_passwords"}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imported(tree: ast.Module) -> dict[str, str]:
    """{name in the module: what it stands for, with dots}."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def mentions(node: ast.AST, known: dict[str, str], module: str) -> set[str]:
    """What the code mentions of the product, with dots: names of its own module, imported ones, and their attributes."""
    names = {known.get(part.id, f"{module}.{part.id}") for part in ast.walk(node) if isinstance(part, ast.Name)}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in known:
            names.add(f"{known[part.value.id]}.{part.attr}")
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.startswith("review."):
            names.add(part.value)  # a class that settings name
    return names


def is_outside(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return not set(OUTSIDE).isdisjoint(parts) or path.name in OUTSIDE_MODULES or parts[0] in ("tasks", "config")


def unreached() -> list[str]:
    """Public functions of services that no door leads to."""
    inner: dict[str, set[str]] = {}
    reached: set[str] = set()
    for path in PRODUCT:
        tree, module = ast.parse(path.read_text()), dotted(path)
        known = imported(tree)
        for node in tree.body:
            defines = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if defines and not is_outside(path):
                inner[f"{module}.{node.name}"] = mentions(node, known, module)
            else:
                reached |= mentions(node, known, module)
    steps = list(reached)
    while steps:
        more = inner.get(steps.pop(), set()) - reached
        reached |= more
        steps += more
    services = (name for name in inner if ".services." in name and not name.rpartition(".")[2].startswith("_"))
    return sorted(name for name in services if name not in reached)


def test_every_public_function_of_a_service_is_reached_from_a_door() -> None:
    assert unreached() == []


def test_every_kind_of_file_and_of_job_is_reached() -> None:
    assert set(FILES) == set(Artifact.Kind)
    assert set(TABLES.jobs) <= making.KINDS.keys(), "a job that makes a file is shown where files are"
    assert set(JOBS.values()) <= RULED.keys()
