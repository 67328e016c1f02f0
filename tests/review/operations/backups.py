"""Installations for the tests of backup and restore: what a release wrote, or an empty one, each with processes of its own."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from config.local import postgres
from tests.releases.make import HERE, ROOT, environment, run, unpack

RELEASE = "0.9.0"
MANAGE = [sys.executable, "manage.py"]


@dataclass
class Place:
    """One installation: its database and its folder."""

    url: str
    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {**environment(self.url, self.folder), "PYTHONDONTWRITEBYTECODE": "", **more}

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """manage.py, whatever comes of it."""
        env = self.environment(**more)
        return subprocess.run([*MANAGE, *words], cwd=ROOT, env=env, capture_output=True, text=True)

    def good(self, *words: str, **more: str) -> str:
        """manage.py, which must end well; its output."""
        ended = self.run(*words, **more)
        assert ended.returncode == 0, f"{words}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def refused(self, *words: str, **more: str) -> str:
        """manage.py, which must refuse in a sentence and no traceback; the sentence."""
        ended = self.run(*words, **more)
        assert ended.returncode == 1 and "Traceback" not in ended.stderr, ended.stderr
        return ended.stderr

    def python(self, source: str) -> str:
        """A piece of Python in the installation; its output."""
        return self.good("shell", "--no-imports", "-c", source)

    def run_module(self, name: str) -> str:
        """A module of Python's; its output."""
        return run([sys.executable, "-m", name], self.environment())

    def files(self) -> dict[str, bytes]:
        """Those that rows name; `memory` only makes the next book faster."""
        root = self.folder / "files"
        files = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        return {name: content for name, content in files.items() if not name.startswith("memory/")}


@contextmanager
def places(kind: str, folder: Path) -> Iterator[Any]:
    """Makes installations: `make(name)` an empty one, `make(name, release=True)` with what the release wrote."""
    server = postgres.start(ours=True) if kind == "postgresql" else None

    def make(name: str, *, release: bool = False) -> Place:
        place = folder / name
        place.mkdir()
        if server:
            postgres.administer(server.url, f'CREATE DATABASE "{name}"')
            url = urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))
        else:
            url = f"sqlite:///{place / 'meguri.sqlite3'}"
        if release:
            _fill(kind, url, place)
        return Place(url, place)

    try:
        yield make
    finally:
        if server:
            server.stop()


def _fill(kind: str, url: str, folder: Path) -> None:
    wrote = HERE / RELEASE
    if kind == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress((wrote / "postgresql.sql.gz").read_bytes()))
    else:
        (folder / "meguri.sqlite3").write_bytes(gzip.decompress((wrote / "sqlite.gz").read_bytes()))
    unpack(wrote / f"{kind}-files.tar.gz", folder)


#: Every row of every table, as its texts; prints JSON.
ROWS = """
import json
from django.db import connection
from review.operations.services.table_copies import LEFT_OUT
rows = {}
with connection.cursor() as cursor:
    for table in sorted(set(connection.introspection.table_names(cursor)) - LEFT_OUT):
        cursor.execute(f'SELECT * FROM "{table}"')
        rows[table] = sorted(map(repr, cursor.fetchall()))
print(json.dumps(rows))
"""


def rows_of(place: Place) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = json.loads(place.python(ROWS).splitlines()[-1])
    return answer
