"""Every workbook against the schema of its format, as the Open XML SDK holds it (openxml-audit)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openxml_audit import FileFormat, OpenXmlValidator, ValidationSeverity

from review.domain import items
from review.workbook import engine, writer
from review.workbook.entry_book import EntrySheet, write_entry_book
from review.workbook.part_cache import PartCache
from tests.review.workbook import plain_book, samples

FORMS = [samples.form(sheet) for sheet in samples.facts().sheets[:3]]


def fast_book(path: Path) -> None:
    with path.open("wb") as out:
        engine.write(samples.book(), out, parts=PartCache(path.with_suffix(".parts")))


def entry_book(path: Path) -> None:
    sheets = [
        EntrySheet(form=form, progress=[""] * len(form.sheet.schedule), open_keys=[items.actual_key(1), "policy"])
        for form in FORMS
    ]
    write_entry_book(sheets, path, token="t-1", cycle="7", made_at=datetime(2025, 6, 10))


WAYS: dict[str, Callable[[Path], object]] = {
    "the year's book": fast_book,
    "the year's book, by openpyxl": lambda path: plain_book.write(samples.book(), path),
    "the sheets' forms": lambda path: writer.write_form(FORMS, path),
    "記入用": entry_book,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_workbook_keeps_to_the_schema(way: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    WAYS[way](path)
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019, max_errors=20).validate(str(path))
    # Its warnings tell what Excel would write otherwise (texts shared between sheets); they are no faults of the file.
    assert [str(error) for error in result.errors if error.severity != ValidationSeverity.WARNING] == []
