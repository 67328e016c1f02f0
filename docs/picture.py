"""Draws docs/architecture.svg from the code: who imports whom, in the order that pyproject.toml gives. Run by make docs.

One row and one column for each package and each subject of `review`; a dot where the row imports the column. The order
is the import contract's own, so a dot lies left of the diagonal only between those that stand side by side.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGES = ("config", "workflow", "tasks")
INSIDE = "review"

# Sizes in units of the picture.
CELL, NAMES, HEADS, TAIL, EDGE = 22, 150, 110, 40, 10


def order(root: Path = ROOT) -> list[str]:
    """The packages above `review`, then its subjects, as the contracts have them: upper ones first."""
    return [*PACKAGES, *(name for layer in _contract(root, "subjects")["layers"] for name in _names(layer))]


def with_folders(root: Path = ROOT) -> set[str]:
    """The subjects that have views, forms and services of their own."""
    return {name.removeprefix(f"{INSIDE}.") for name in _contract(root, "layers")["containers"]}


def _contract(root: Path, number: str) -> dict[str, Any]:
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["id"] == number)


def _names(layer: str) -> list[str]:
    """`(admin) : (urls)` are two that stand side by side."""
    return [name.strip(" ()") for name in layer.split(":")]


# --- what the code imports ---------------------------------------------------------------------------------------------


def imports(places: Sequence[str], root: Path = ROOT) -> set[tuple[str, str]]:
    """Every (importer, imported) among the places, also where the import stands within a function."""
    known = set(places)
    pairs = {
        (_place(path.relative_to(root).with_suffix("").parts), _place(name.split(".")))
        for package in (*PACKAGES, INSIDE)
        for path in sorted((root / package).rglob("*.py"))
        for name in _imported(path)
        if name.split(".")[0] in (*PACKAGES, INSIDE)
    }
    return {(one, other) for one, other in pairs if one != other and {one, other} <= known}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def _place(parts: Sequence[str]) -> str:
    """Where a module stands: its subject within `review`, else its package."""
    return parts[1] if parts[0] == INSIDE and len(parts) > 1 else parts[0]


# --- the picture -------------------------------------------------------------------------------------------------------


def drawn(root: Path = ROOT) -> str:
    """The picture of the code below `root`, as SVG."""
    places = order(root)
    pairs, folders = imports(places, root), with_folders(root)
    side = len(places) * CELL
    width, height = NAMES + side + TAIL + 2 * EDGE, HEADS + side + 2 * EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title"'
        ' font-family="sans-serif" font-size="13">',
        '<title id="title">Who imports whom: each row imports the columns with a dot</title>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        *(line for number, name in enumerate(places) for line in _row(number, name, len(places), name in folders)),
        *(_dot(places, one, other) for one in places for other in places if (one, other) in pairs),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _row(number: int, name: str, count: int, folder: bool) -> list[str]:
    """The name as a box and as a heading, the line between them, and the square of the diagonal."""
    left, top, at = NAMES + EDGE, HEADS + EDGE, number * CELL
    colour = "#cfe0f7" if name in PACKAGES else "#d5ecd4" if folder else "#ececec"
    x, y = left + at, top + at
    middle = CELL // 2
    return [
        f'<rect x="{EDGE}" y="{y + 1}" width="{NAMES - 6}" height="{CELL - 2}" rx="3" fill="{colour}" stroke="#767676"/>',
        f'<text x="{EDGE + 8}" y="{y + 15}">{escape(name)}</text>',
        f'<text transform="translate({x + middle + 4} {top - 6}) rotate(-60)">{escape(name)}</text>',
        f'<path d="M{left} {y + middle}H{left + count * CELL}M{x + middle} {top}V{top + count * CELL}" stroke="#e4e4e4"/>',
        f'<rect x="{x + 3}" y="{y + 3}" width="{CELL - 6}" height="{CELL - 6}" fill="{colour}" stroke="#767676"/>',
    ]


def _dot(places: Sequence[str], one: str, other: str) -> str:
    x = NAMES + EDGE + places.index(other) * CELL + CELL // 2
    y = HEADS + EDGE + places.index(one) * CELL + CELL // 2
    sentence = escape(f"{one} imports {other}")
    return f'<circle cx="{x}" cy="{y}" r="5" fill="#1a4f9c"><title>{sentence}</title></circle>'


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
