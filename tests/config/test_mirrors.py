"""Every module in which the product does something is imported by a test of its own language: none is tested by luck alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.names import ROOT, modules

#: What Django or Celery reads by itself and that holds no decision of ours.
READ_BY_THE_FRAMEWORK = frozenset({"tasks.apps"})


def services(root: Path) -> set[str]:
    """The dotted names of review's services, of the tasks, and of the flows' own services."""
    paths = [*root.glob("review/*/services/*.py"), *root.glob("tasks/*.py"), root / "workflow/nodes.py"]
    names = {path.relative_to(root).with_suffix("").as_posix().replace("/", ".") for path in paths}
    return {name for name in names if not name.endswith("__init__")}


def imported(source: str) -> Iterator[str]:
    """Every dotted name that an import could mean: the module, and a module of it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def untested(root: Path) -> set[str]:
    names = {name for path in modules(root / "tests") for name in imported(path.read_text())}
    return services(root) - names - READ_BY_THE_FRAMEWORK


def test_every_service_is_imported_by_a_test() -> None:
    assert untested(ROOT) == set()


def test_a_service_that_no_test_imports_is_noticed(tmp_path: Path) -> None:
    for place in ("review/sheet/services/one.py", "review/sheet/services/two.py", "tasks/three.py", "tests/test_it.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("")
    (tmp_path / "workflow").mkdir()
    (tmp_path / "tests/test_it.py").write_text("from review.sheet.services import one\nimport tasks.three\n")
    assert untested(tmp_path) == {"review.sheet.services.two", "workflow.nodes"}
