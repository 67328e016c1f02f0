"""The inspection against the corpus: every hostile file gets its code, every genuine one passes."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from django.core.management import call_command

from review.workbook import sandbox
from review.workbook.book_reader import opened
from review.workbook.findings import ADVICE, Code, Refused
from review.workbook.inspect import inspect
from review.workbook.xml_scan import Budget
from tests.corpus import documents, genuine, hostile

BASE_DIR = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_hostile_file_gets_its_code(name: str, tmp_path: Path) -> None:
    path = hostile.write(name, tmp_path)
    finding = inspect(path)
    assert finding.code == hostile.CASES[name][0], finding
    assert finding.detail.endswith(ADVICE[finding.code])


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_hostile_file_is_not_opened_either(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads a book while it is inspected finds what the inspection finds, however slow the machine."""
    monkeypatch.setattr(Budget, "check_time", lambda budget: None)
    path = hostile.write(name, tmp_path)
    with pytest.raises(Refused) as refusal:
        opened(path)
    assert refusal.value.finding() == inspect(path)


@pytest.mark.parametrize("name", genuine.CASES)
def test_a_genuine_shape_is_accepted(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(genuine.CASES[name]())
    assert inspect(path).is_ok, inspect(path)


@pytest.mark.parametrize("path", genuine.samples(), ids=lambda path: path.stem)
def test_a_file_of_a_real_program_is_accepted(path: Path) -> None:
    assert inspect(path).is_ok, inspect(path)


def test_the_corpus_is_as_large_as_it_is_said_to_be() -> None:
    assert len(hostile.CASES) >= 100
    assert len(genuine.CASES) + len(genuine.samples()) >= 20
    written_by = {path.stem.partition("-")[0] for path in genuine.samples()}
    assert {"excel", "libreoffice"} <= written_by
    assert {code for code, _ in hostile.CASES.values()} == {code.value for code in Code} - {
        "OK",
        "STALE",
        "WRONG_FORM",
        "KIND",
    }


def test_a_formula_is_named_with_its_sheet_and_cell(tmp_path: Path) -> None:
    finding = inspect(hostile.write("formula/plain", tmp_path))
    assert finding.cell == "01-01!B3"
    assert "セル01-01!B3" in finding.detail


@pytest.mark.drill
def test_the_caller_keeps_its_memory_whatever_is_looked_at(tmp_path: Path) -> None:
    paths = [hostile.write(name, tmp_path) for name in hostile.CASES if name.startswith(("bomb/", "size/", "xml/att"))]
    own = psutil.Process()
    before = own.memory_info().rss
    for path in paths:
        assert not sandbox.read("book", path).finding.is_ok
        path.unlink()
    assert own.memory_info().rss - before < 50 * 1024 * 1024


def test_the_command_says_one_line_a_file_and_never_a_traceback(tmp_path: Path) -> None:
    names = ["empty", "archive/truncated-half", "formula/dde", "macro/vba", "xml/laughs-sheet", "bomb/nested-zip"]
    paths = [str(hostile.write(name, tmp_path)) for name in names]
    good = str(genuine.samples()[0])
    files = [*paths, good, str(tmp_path / "absent.xlsx"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "manage.py", "inspect_upload", *files],
        cwd=BASE_DIR,
        capture_output=True,
        check=True,
        env={
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "MEGURI_ENV_FILE": "",
        },
    )
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line["file"] for line in lines] == files
    assert [line["code"] for line in lines] == [
        *(hostile.CASES[name][0] for name in names), "OK", "NOT_XLSX", "NOT_XLSX",
    ]  # fmt: skip
    assert all(set(line) == {"file", "code", "detail"} and line["detail"] for line in lines)
    assert b"Traceback" not in done.stderr


def test_the_command_looks_as_the_door_for_evidence_does(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    names = ["docx/vba", "pdf/script-by-numbers", "pdf/locked", "docx/doctype", "program", "docx/dde"]
    for name in names:
        (tmp_path / name.replace("/", "_")).write_bytes(documents.BAD[name]())
    sheet = hostile.write("formula/sum", tmp_path)
    call_command("inspect_upload", *(tmp_path / name.replace("/", "_") for name in names), sheet, **{"as": "evidence"})
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.decode().splitlines()]
    assert [line["code"] for line in lines] == ["MACRO", "ACTIVE", "ENCRYPTED", "XML_UNSAFE", "KIND", "ACTIVE", "OK"]
