"""What an earlier release wrote is migrated by today's migrations, is whole afterwards, and goes on."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import psycopg
import pytest

from config.local import postgres
from tests.releases.make import HERE, TABLES, environment, run, unpack

RELEASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and any(path.glob("*.gz")))

pytestmark = pytest.mark.services


def test_a_release_is_kept() -> None:
    assert "0.9.0" in RELEASES


@pytest.mark.drill
@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_wrote_on_sqlite_goes_on(release: str, tmp_path: Path) -> None:
    path = tmp_path / "meguri.sqlite3"
    path.write_bytes(gzip.decompress((HERE / release / "sqlite.gz").read_bytes()))
    goes_on(release, "sqlite", f"sqlite:///{path}", tmp_path)


@pytest.mark.drill
@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_wrote_on_postgresql_goes_on(release: str, tmp_path: Path) -> None:
    server = postgres.start(ours=True)
    try:
        postgres.administer(server.url, f'CREATE DATABASE "{TABLES}"')
        url = server.url.rsplit("/", 1)[0] + f"/{TABLES}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(gzip.decompress((HERE / release / "postgresql.sql.gz").read_bytes()))
        goes_on(release, "postgresql", url, tmp_path)
    finally:
        server.stop()


def goes_on(release: str, kind: str, url: str, folder: Path) -> None:
    """Migrate it, check trail and editions, ask for every page as everybody, and take a step."""
    files = folder / "files"
    unpack(HERE / release / f"{kind}-files.tar.gz", files)
    env = environment(url, files)
    manage = [sys.executable, "manage.py"]
    run([*manage, "migrate", "--noinput", "-v", "0"], env)
    # Hours lie behind the copy: the next full hour's anchor comes first, for what no anchor covers nobody vouches for.
    run([*manage, "shell", "-v", "0", "-c", "from tasks.errands import anchor; anchor()"], env)
    trail = json.loads(run([*manage, "verify_audit", "--json"], env))
    editions = json.loads(run([*manage, "verify_editions", "--json"], env))
    assert trail["intact"] and trail["links"] > 30
    assert editions["intact"] and editions["editions"] == 2 and editions["files"] >= 4
    seen = json.loads(run([sys.executable, "-m", "tests.releases.look"], env))
    assert seen["broken"] == []
    assert seen["answers"]["200"] > 500
    assert seen["rows"]["Edition"] == 2 and seen["rows"]["Correction"] == 2 and seen["rows"]["MeasureReview"] == 6
    # A year was under way: what it rests on counts as confirmed, with the reason, and its sheet is sent as before.
    assert seen["goals"] == [["up", "", "定義の確認が始まる前に、年度が開始されていたため"]]
    assert seen["state"] == "submitted"
    assert json.loads(run([*manage, "verify_audit", "--json"], env))["links"] > trail["links"]
