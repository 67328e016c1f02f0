"""A backup is everything, taken while people work; put back, the installation is the same and mail waits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.local import postgres
from review.operations.services import backup_folder
from tests.releases.make import ROOT
from tests.review.operations.backups import Place, places, rows_of

pytestmark = [pytest.mark.services]
#: What a restore itself writes: the record of it, and the marks.
WRITTEN = {"review_auditentry", "review_auditlink", "review_heartbeat"}

#: Works on until it is killed, as clerks do: one act is two rows far apart and, each fifth time, a file that replaces another.
BUSY = """
import itertools
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from review import clock
from review.books.services import artifacts
from review.models import Artifact, Heartbeat, MeasureReview
from review.trail.services import audit
sheet = MeasureReview.objects.select_related("cycle").order_by("-pk")[0]
for n in itertools.count(1):
    with transaction.atomic():
        Heartbeat.objects.create(name=f"count {n}", at=clock.now())
        audit.write(actor=None, action="test.count", subject="test", after={"n": n})
        if n % 5 == 0:
            path = default_storage.save(f"2025/sheets/busy-{n}.xlsx", ContentFile(b"x" * n))
            import hashlib
            Artifact.objects.create(kind="sheet", cycle=sheet.cycle, review=sheet, revision=1000 + n, label="x", path=path,
                filename="x.xlsx", sha256=hashlib.sha256(b"x" * n).hexdigest(), size=n, created_at=clock.now())
    if n % 5 == 0:
        artifacts.retire()
    print(n, flush=True)
"""
COUNTED = """
import json
from review.models import AuditEntry, Heartbeat
acts = sorted(entry.after["n"] for entry in AuditEntry.objects.filter(action="test.count"))
rows = sorted(int(name.split()[1]) for name in Heartbeat.objects.filter(name__startswith="count ").values_list("name", flat=True))
print(json.dumps([acts, rows]))
"""

#: The disk is full when the tables are back and the files are not.
STOPPED = """
from pathlib import Path
from unittest.mock import patch
from review.operations.services import restoring
with patch.object(restoring, "_put_files", side_effect=OSError(28, "No space left on device")):
    try:
        restoring.restore(Path("{folder}"))
    except OSError:
        print("stopped")
"""


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.drill), "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with places(request.param, tmp_path) as maker:
        yield maker


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Callable[..., Place]]:
    with places("sqlite", tmp_path) as maker:
        yield maker


@pytest.mark.drill
def test_an_older_backup_is_everything_row_by_row_and_file_by_file(make: Callable[..., Place], tmp_path: Path) -> None:
    """The release's tables as they were, before any of today's migrations; the restore makes them today's."""
    old, new, saved = make("old", release=True), make("new"), str(tmp_path / "saved")
    old.good("backup", "--out", saved)
    new.good("restore", saved)
    for command in ("verify_audit", "verify_editions", "check_files"):
        new.good(command)
    assert new.files() == old.files() and new.files()
    # From today's tables to today's tables: nothing is changed on the way.
    again, third = str(tmp_path / "again"), make("third")
    new.good("backup", "--out", again)
    assert "壊れて" not in third.good("restore", again)
    before, after = rows_of(new), rows_of(third)
    assert {name: rows for name, rows in before.items() if name not in WRITTEN} == {
        name: rows for name, rows in after.items() if name not in WRITTEN
    }
    for name in WRITTEN - {"review_heartbeat"}:
        assert set(before[name]) < set(after[name]) and len(after[name]) == len(before[name]) + 1, name
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=again, check=True)
    manifest = json.loads((Path(again) / "manifest.json").read_text())
    assert not [name for name in manifest["settings"] if "SECRET" in name or "PASSWORD" in name]
    seen = json.loads(third.run_module("tests.releases.look"))
    assert seen["broken"] == [] and seen["answers"]["200"] > 500 and seen["state"] == "submitted"


@pytest.mark.drill
def test_a_backup_is_of_one_moment_while_work_goes_on(make: Callable[..., Place], tmp_path: Path) -> None:
    old, new, saved = make("old", release=True), make("new"), str(tmp_path / "saved")
    old.good("migrate", "-v", "0")
    clerk = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", BUSY],
        cwd=ROOT, env=old.environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert clerk.stdout
        acknowledged = [int(clerk.stdout.readline()) for _ in range(40)][-1]
        old.good("backup", "--out", saved)
    finally:
        clerk.kill()
    later = clerk.stdout.read().split()
    assert later, "work went on during the backup"
    shutil.copytree(old.folder / "anchors", new.folder / "anchors")
    new.good("restore", saved)
    acts, rows = json.loads(new.python(COUNTED).splitlines()[-1])
    assert acts == rows == list(range(1, acts[-1] + 1)), "both rows of each act, or none"
    assert acknowledged <= acts[-1], "what was acknowledged before the backup is there"
    for command in ("verify_audit", "verify_editions", "check_files"):
        new.good(command)


@pytest.mark.drill
def test_anchors_that_outlived_the_machine_are_explained_and_only_by_the_file(
    make: Callable[..., Place], tmp_path: Path
) -> None:
    old, new, saved = make("old", release=True), make("new"), str(tmp_path / "saved")
    old.good("migrate", "-v", "0")
    old.good("backup", "--out", saved)
    later = "from review.trail.services import audit; from review.operations.services import anchors\n"
    later += (
        "for n in range(3): audit.write(actor=None, action='test.late', subject='test')\nanchors.drop(reason='hourly')"
    )
    old.python(later)
    shutil.copytree(old.folder / "anchors", new.folder / "anchors")
    new.good("restore", saved)
    report = json.loads(new.good("verify_audit", "--json"))
    assert report["intact"] and [one["void"] for one in report["restored"]] == [1]
    assert "バックアップから復元しました" in new.good("verify_audit")
    # Without the line that the restore left there, the same trail has been cut.
    anchors = new.folder / "anchors" / "audit-anchors.jsonl"
    anchors.write_text("".join(line for line in anchors.read_text().splitlines(keepends=True) if "back_to" not in line))
    assert json.loads(new.run("verify_audit", "--json").stdout.splitlines()[0])["intact"] is False


def test_a_restore_that_was_stopped_goes_on_and_mail_is_held(make: Callable[..., Place], tmp_path: Path) -> None:
    old, new, saved = make("old", release=True), make("new"), tmp_path / "saved"
    old.good("backup", "--out", str(saved))
    assert "stopped" in new.python(STOPPED.format(folder=str(saved)))
    assert new.files() == {}
    new.good("restore", str(saved))
    new.good("verify_audit")
    assert new.files() == old.files()
    held = "from review.mail.services import holding, mailing; print(bool(holding.since()), mailing.anything_due(), mailing.send_due())"
    waiting = "from review.models import Mail; from review import clock; m = Mail.objects.order_by('pk')[0]\n"
    waiting += "Mail.objects.filter(pk=m.pk).update(state='waiting', not_before=clock.shared())\n"
    assert new.python(waiting + held).split()[-3:] == ["True", "False", "0"]


# --- what is refused, before anything is touched ---------------------------------------------------------------------


def damaged(folder: Path) -> str:
    path = next((folder / "files").rglob("*.xlsx"))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    return "壊れています"


def incomplete(folder: Path) -> str:
    (folder / "SHA256SUMS").unlink()
    return "途中で終わった"


def a_file_short(folder: Path) -> str:
    next((folder / "files").rglob("*.xlsx")).unlink()
    return "がありません"


def a_file_more(folder: Path) -> str:
    (folder / "files" / "stray.txt").write_text("x")
    return "一覧にないファイル"


def outside(folder: Path) -> str:
    with (folder / "SHA256SUMS").open("a") as sums:
        sums.write("0" * 64 + "  files/../../escape\n")
    return "読めません"


def foreign(folder: Path) -> str:
    rewrite(folder, product="another")
    return "めぐりのバックアップではありません"


def newer(folder: Path) -> str:
    rewrite(folder, migrations=[["review", "9999_of_tomorrow"]], version="9.9")
    return "新しい版のめぐり(9.9)"


def other_database(folder: Path) -> str:
    rewrite(folder, vendor="oracle")
    return "同じ種類の空のデータベース"


def rewrite(folder: Path, **words: object) -> None:
    path = folder / backup_folder.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **words}))
    sums = folder / backup_folder.SUMS
    lines = [line for line in sums.read_text().splitlines() if not line.endswith(backup_folder.MANIFEST)]
    sums.write_text("\n".join([*lines, f"{backup_folder.sha256_of(path)}  {backup_folder.MANIFEST}"]) + "\n")


SPOILT = (damaged, incomplete, a_file_short, a_file_more, outside, foreign, newer, other_database)


@pytest.mark.drill
def test_a_backup_that_cannot_be_put_back_is_refused_in_words(sqlite: Callable[..., Place], tmp_path: Path) -> None:
    old, new, saved = sqlite("old", release=True), sqlite("new"), tmp_path / "saved"
    old.good("backup", "--out", str(saved))
    for spoil in SPOILT:
        spoilt = tmp_path / spoil.__name__
        shutil.copytree(saved, spoilt)
        assert spoil(spoilt) in new.refused("restore", str(spoilt)), spoil.__name__
        assert new.files() == {}, spoil.__name__
    assert "がありません" in new.refused("restore", str(tmp_path / "nowhere"))
    assert "もうデータがあります" in old.refused("restore", str(saved))
    assert "もう何かあります" in old.refused("backup", "--out", str(saved))
    (new.folder / "files").mkdir()
    (new.folder / "files" / "mine.txt").write_text("x")
    assert "もうファイルがあります(mine.txt" in new.refused("restore", str(saved))
    (new.folder / "files" / "mine.txt").unlink()
    new.good("restore", str(saved))


@pytest.mark.drill
def test_lost_files_are_said_and_drafts_are_made_anew(sqlite: Callable[..., Place], tmp_path: Path) -> None:
    place = sqlite("old", release=True)
    place.good("migrate", "-v", "0")
    root = place.folder / "files"
    (book,) = sorted(root.rglob("consolidated/*"))[-1:]
    (edition,) = sorted(root.rglob("editions/*.pdf"))[-1:]
    book.unlink()
    edition.write_bytes(edition.read_bytes() + b" ")
    assert "問題があります" in place.refused("check_files")
    faults = json.loads(place.run("check_files", "--json").stdout.splitlines()[0])["faults"]
    assert {(Path(fault["path"]).name, fault["what"]) for fault in faults} == {
        (book.name, "missing"), (edition.name, "damaged"),
    }  # fmt: skip
    assert "バックアップの files/ から" in next(fault["help"] for fault in faults if fault["what"] == "damaged")
    saved = tmp_path / "saved"
    place.good("backup", "--out", str(saved))
    assert json.loads((saved / "manifest.json").read_text())["missing"] == [book.relative_to(root).as_posix()]
    place.refused("check_files", "--mend")
    settle = "from tests.cast import settle_background; settle_background()"
    place.python(settle)
    left = json.loads(place.run("check_files", "--json").stdout.splitlines()[0])["faults"]
    assert [fault["what"] for fault in left] == ["damaged"], "the draft is there again, the edition stays for a person"


@pytest.mark.drill
def test_an_owner_who_is_no_superuser_restores_and_gives_the_roles(tmp_path: Path) -> None:
    """As on a managed PostgreSQL: the owner may make roles and nothing more."""
    with places("postgresql", tmp_path) as make:
        old, new, saved = make("old", release=True), make("new"), str(tmp_path / "saved")
        old.good("backup", "--out", saved)
        postgres.administer(old.url, "CREATE ROLE city LOGIN CREATEROLE")
        postgres.administer(old.url, "ALTER DATABASE new OWNER TO city")
        superuser, new.url = new.url, new.url.replace("postgres@", "city@")
        new.good("restore", saved)
        for _ in range(2):
            new.good("database_roles", "--apply", MEGURI_BACKUP_DATABASE_PASSWORD="for-the-night")
        with psycopg.connect(superuser) as session:
            row = session.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'meguri_backup'").fetchone()
        assert row and row[0], "the backup's role can sign in"
        new.url = new.url.replace("city@", "meguri_app@")
        new.good("verify_audit")
        assert "所有者の役割でしか" in new.refused("restore", saved)
        new.url = new.url.replace("meguri_app@", "meguri_backup@")
        new.good("backup", "--out", str(tmp_path / "by-night"))
