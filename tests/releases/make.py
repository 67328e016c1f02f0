"""Keeps what a release wrote: `python -m tests.releases.make` plays two years on each database and puts them under the version.

It is run once, when a release is made; what it wrote then is never made again, for it is the data of that release. The years:
one published and corrected, with a second correction under way, and the next one opened with sheets in several states.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from config.local import postgres

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TABLES = "tables"


def version() -> str:
    """That of pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def environment(url: str, data: Path) -> dict[str, str]:
    """What a process needs to run Meguri on a database and a folder of files of its own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("MEGURI_")}
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "MEGURI_ENV_FILE": "",
        "MEGURI_DATA_ROOT": str(data),
        "MEGURI_ANCHOR_ROOT": str(data / "anchors"),
    }
    return {**others, **ours}


def run(command: list[str], env: dict[str, str]) -> str:
    """Its output. Raises RuntimeError with what it said where it failed."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def unpack(archive: Path, folder: Path) -> None:
    """The archive's files below the folder. Early 3.11 knows no filters; the archives are our own."""
    careful: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    shutil.unpack_archive(archive, folder, **careful)


def fill() -> None:
    """Play the years on the database of this process's own environment."""
    import django

    django.setup()
    from review import clock
    from review.models import Cycle
    from review.publication.services import corrections
    from review.publication.services.corrections import Typed
    from review.year.services import cycles
    from review.year.services.cycles import Deadlines
    from tests.cast import YEAR, Cast, settle_background
    from workflow import steps

    cast = Cast.build()
    cycle = cast.published(3)
    for right in ("70件", "71件"):
        correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
        typed = [Typed(code="01-01", key=f"indicator:1:actual:{YEAR}", right=right, reason="集計の誤りのため。")]
        corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
        if right == "70件":
            correction = steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
            steps.decide_correction(
                user=cast.approver, correction_id=correction.pk, round=correction.round, accept=True
            )
            settle_background()
    following = Cycle.objects.get(fiscal_year=YEAR + 1)
    now = clock.now()
    deadlines = Deadlines(due_at=now + timedelta(days=14), closes_at=now + timedelta(days=21))
    cycles.set_deadlines(user=cast.reviewer, cycle_id=following.pk, deadlines=deadlines)
    steps.open_year(user=cast.reviewer, cycle_id=following.pk)
    settle_background()
    sheets = list(following.reviews.order_by("measure_year__measure__code"))
    for review in sheets[:2]:
        cast.fill(review)
        steps.submit(user=cast.contributor, review_id=review.pk)
    first = following.reviews.get(pk=sheets[0].pk)
    steps.return_to_department(user=cast.reviewer2, review_id=first.pk, round=first.round, comment="見直し")
    settle_background()


def _sqlite(target: Path, data: Path) -> None:
    path = data / "meguri.sqlite3"
    env = environment(f"sqlite:///{path}", data / "files")
    run([sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"], env)
    run([sys.executable, "-m", "tests.releases.make", "fill"], env)
    _packed(target / "sqlite.gz", path.read_bytes())
    _files(target / "sqlite-files.tar.gz", data / "files")


def _postgresql(target: Path, data: Path) -> None:
    server = postgres.start(ours=True)
    try:
        postgres.administer(server.url, f'CREATE DATABASE "{TABLES}"')
        url = server.url.rsplit("/", 1)[0] + f"/{TABLES}"
        env = environment(url, data / "files")
        run([sys.executable, "manage.py", "migrate", "--noinput", "-v", "0"], env)
        run([sys.executable, "-m", "tests.releases.make", "fill"], env)
        dump = [str(postgres._programs() / "pg_dump"), "--no-owner", "--no-privileges", "--inserts", "--dbname", url]
        lines = run(dump, env).splitlines()
        # What begins with a backslash is for psql alone.
        _packed(target / "postgresql.sql.gz", "\n".join(line for line in lines if line[:1] != "\\").encode())
        _files(target / "postgresql-files.tar.gz", data / "files")
    finally:
        server.stop()


def _packed(path: Path, content: bytes) -> None:
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        out.write(content)


def _files(path: Path, folder: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, arcname=".")


def main() -> None:
    """Both databases. Refuses to make those of a release again."""
    target = HERE / version()
    if any(target.glob("*.gz")):
        sys.exit(f"{target} is there already: the data of a release are never made again")
    target.mkdir(exist_ok=True)
    for make in (_sqlite, _postgresql):
        folder = Path(tempfile.mkdtemp())
        try:
            make(target, folder)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    fill() if sys.argv[1:] == ["fill"] else main()
