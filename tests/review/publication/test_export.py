"""`manage.py export_cycle`: the frozen edition, or the year as it stands."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from review.models import AuditEntry, Edition
from tests.cast import YEAR, Cast
from tests.trail import tampering


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder; the test's own file storage stands beside it."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def export(folder: Path, kind: str, year: int = YEAR) -> Path:
    out = folder / f"year.{kind}"
    call_command("export_cycle", str(year), format=kind, out=str(out), stdout=io.StringIO())
    return out


def test_a_year_under_way_is_exported_as_it_stands(cast: Cast, folder: Path) -> None:
    cast.open(2)
    cast.submitted(1)
    document = json.loads(export(folder, "json").read_text())
    assert document["edition"] == {"label": "公表前", "number": None, "published_at": None, "sha256": None}
    assert document["snapshot"]["measures"][0]["indicators"][0]["years"][2]["actual"] == "120件"
    table = list(csv.DictReader(io.StringIO(export(folder, "csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert len(table) == 2 * 2 * 4 and {line["版"] for line in table} == {"公表前"}
    assert "01-01" in openpyxl.load_workbook(export(folder, "xlsx")).sheetnames
    assert export(folder, "pdf").read_bytes().startswith(b"%PDF-")
    left = AuditEntry.objects.filter(action="export").order_by("pk").values_list("after__format", flat=True)
    assert list(left) == ["json", "csv", "xlsx", "pdf"], "what is not published leaves the house with a row"


def test_a_published_year_is_exported_from_its_edition(cast: Cast, folder: Path) -> None:
    cast.published(1)
    edition = Edition.objects.get()
    document = json.loads(export(folder, "json").read_text())
    assert document["snapshot"] == edition.snapshot and document["edition"]["sha256"] == edition.sha256
    for kind, ending in (("consolidated", "xlsx"), ("book_pdf", "pdf")):
        assert export(folder, ending).stat().st_size == edition.artifacts.get(kind=kind).size
    assert "第1版" in export(folder, "csv").read_bytes().decode("utf-8-sig")
    assert not AuditEntry.objects.filter(action="export").exists()


def test_an_editions_workbook_is_made_where_its_file_is_not_there_yet(cast: Cast, folder: Path) -> None:
    cast.published(1)
    with tampering():
        Edition.objects.get().artifacts.all().delete()
    assert "01-01" in openpyxl.load_workbook(export(folder, "xlsx")).sheetnames


def test_an_earlier_file_stays_when_the_new_one_cannot_be_made(cast: Cast, folder: Path, monkeypatch) -> None:
    cast.open(1)
    out = export(folder, "csv")
    before = out.read_bytes()
    monkeypatch.setattr("review.publication.services.open_data.indicator_rows", lambda snapshot, edition: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(folder, "csv")
    assert out.read_bytes() == before and list(folder.iterdir()) == [out]


@pytest.mark.parametrize("kind, says", [("json", "urn:meguri:schema:edition:1"), ("csv", "http://www.w3.org/ns/csvw")])
def test_the_schema_comes_with_the_data_where_it_is_asked_for(cast: Cast, folder: Path, kind: str, says: str) -> None:
    cast.open(1)
    out, schema = folder / f"year.{kind}", folder / "schema.json"
    call_command("export_cycle", str(YEAR), format=kind, out=str(out), schema=str(schema), stdout=io.StringIO())
    assert out.exists() and says in schema.read_text()


def test_refusals_say_what_to_do(cast: Cast, folder: Path) -> None:
    cast.open(1)
    with pytest.raises(CommandError, match="西暦で指定"):
        export(folder, "json", year=6)
    with pytest.raises(CommandError, match="書き込めません"):
        export(folder / "absent", "json")
    assert list(folder.iterdir()) == []
