"""Names that do not say what a value is, refused wherever one is defined: `python -m tests.names`, a part of make check.

A bare participle (`found`, `said`) says that something was done, not what there is now: `labels`, `rows`, `sentence` and
`expected` do. Only whole names count; `asked_by` says who. About two seconds for the whole project.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Folders whose Python is not ours to name: other people's packages, what was built, and migrations, which are history.
LEFT_OUT = frozenset({"node_modules", "build", "var", "migrations"})
REFUSED = frozenset({"said", "found", "wanted", "asked", "told", "kept"})
#: Names under which something is stored: another one would need a migration of the city's data.
STORED = frozenset(
    {
        ("review/models/job.py", "field", "wanted"),  # a column
        ("review/background/services/jobs.py", "keyword", "wanted"),  # where the column is written
        ("review/notices/services/notice_audiences.py", "function", "asked"),  # a part of the key of a person's choice
    }
)
ADVICE = (
    "These names do not say what the value is. Name the thing itself: rows, match, message, expected, request, saved."
)


def definitions(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, kind, name) of everything that the source gives a name to. Raises SyntaxError."""
    tree = ast.parse(source)
    fields = set(_fields(tree))
    for node in ast.walk(tree):
        for kind, name in _names(node):
            if name:
                yield getattr(node, "lineno", 1), "field" if node in fields else kind, name


def _fields(tree: ast.Module) -> Iterator[ast.AST]:
    """What stands on the left within the body of a class."""
    for owner in ast.walk(tree):
        for statement in owner.body if isinstance(owner, ast.ClassDef) else []:
            if isinstance(statement, ast.Assign):
                yield from (node for target in statement.targets for node in ast.walk(target))
            elif isinstance(statement, ast.AnnAssign):
                yield statement.target


def _names(node: ast.AST) -> Iterator[tuple[str, str | None]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield "function", name
        case ast.ClassDef(name=name):
            yield "class", name
        case ast.arg(arg=name):
            yield "parameter", name
        case ast.keyword(arg=name):
            yield "keyword", name
        case ast.alias(name=name, asname=alias):
            yield "import", alias or name.rpartition(".")[2]
        case ast.Attribute(attr=name, ctx=ast.Store()):
            yield "attribute", name
        case ast.Name(id=name, ctx=ast.Store()) | ast.MatchMapping(rest=name):
            yield "variable", name
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            yield "variable", name


def refused(source: str, place: str) -> Iterator[tuple[int, str, str]]:
    """The definitions of `definitions` whose whole name is refused, in the order of the lines; stored ones excepted."""
    for line, kind, name in sorted(definitions(source)):
        if name.strip("_").lower() in REFUSED and (place, kind, name) not in STORED:
            yield line, kind, name


def modules(root: Path = ROOT) -> Iterator[Path]:
    """Every .py of the project, in order. Links are not followed, hidden folders not entered."""
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in LEFT_OUT and not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".py"))


def main(root: Path = ROOT) -> int:
    """Prints path:line of each refused name; 1 where there is any."""
    lines = [
        f"{place}:{line}: {kind} {name}"
        for place, source in ((path.relative_to(root).as_posix(), path.read_text()) for path in modules(root))
        for line, kind, name in refused(source, place)
    ]
    if lines:
        print("\n".join([*lines, ADVICE]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
