"""Hostile files, each with the code that refuses it. Written anew for every run; nothing dangerous lies in the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.corpus import hostile_archives, hostile_content, hostile_xml
from tests.corpus.cases import CASES

MODULES = (hostile_archives, hostile_content, hostile_xml)


def write(name: str, folder: Path) -> Path:
    """Write one case into the folder."""
    path = folder / f"{name.replace('/', '_')}.xlsx"
    path.write_bytes(CASES[name][1]())
    return path


def build(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Write every case into the folder: (path, name of the case, expected code)."""
    for name, (code, _) in CASES.items():
        yield write(name, folder), name, code
