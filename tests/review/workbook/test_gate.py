"""Every door looks at a file alike: what acts, hides or pretends is refused by each, what is genuine is kept."""

from __future__ import annotations

import ast
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from review.domain.refusals import Invalid
from review.screens.services import incoming
from review.workbook import evidence_file, pdf_scan, sandbox
from tests.corpus import genuine, hostile
from tests.corpus.documents import BAD, GENUINE, pdf, png
from tests.names import ROOT, modules

DOORS = ("entry", "table", "form", "evidence")
#: What a workbook that is only kept may hold.
MAY_BE_KEPT = ["formula/plain", "formula/sum", "formula/hyperlink", "formula/external", "formula/no-value", "formula/empty",
               "formula/shared", "formula/array", "formula/prefixed"]  # fmt: skip
#: Code or name of a hostile workbook -> its code as evidence, where that differs.
AS_EVIDENCE = {
    "FORMULA": "ACTIVE", "NOT_XLSX": "KIND", "OLD_XLS": "KIND", "kind/pdf": "OK", "kind/png": "BROKEN", "kind/docx": "BROKEN",
    "kind/polyglot-pdf": "BROKEN", "archive/missing-types": "KIND", **dict.fromkeys(MAY_BE_KEPT, "OK"),
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.upload"


def looked_into(door: str, file: Path) -> dict[str, Any]:
    """What the child would answer, in this process for speed."""
    return sandbox._work(door, file, {})


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_is_refused_at_every_door(name: str, file: Path) -> None:
    file.write_bytes(BAD[name]())
    for door in DOORS:
        answer = looked_into(door, file)
        assert answer["entry"] is None or "refusal" in answer["entry"], door
        assert answer["detail"].endswith("。"), door


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_document_is_kept(name: str, file: Path) -> None:
    file.write_bytes(GENUINE[name]())
    assert looked_into("evidence", file)["entry"] == {"kind": name.partition("/")[0]}


@pytest.mark.parametrize("name", ["docx/dde", "pdf/script-by-numbers", "png/script", "zip"])
def test_the_gate_says_why(name: str, file: Path) -> None:
    file.write_bytes(BAD[name]())
    for door in DOORS:
        with pytest.raises(Invalid, match="。"):
            incoming.read(door, file)


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_hostile_workbook_is_no_evidence(name: str, tmp_path: Path) -> None:
    answer = looked_into("evidence", hostile.write(name, tmp_path))
    code = hostile.CASES[name][0]
    assert answer["code"] == AS_EVIDENCE.get(name, AS_EVIDENCE.get(code, code)), answer


@pytest.mark.parametrize("path", genuine.samples(), ids=lambda path: path.stem)
def test_a_workbook_of_a_real_program_is_kept(path: Path) -> None:
    assert evidence_file.kind_of(path) == "xlsx"


@pytest.mark.parametrize("name", genuine.CASES)
def test_a_genuine_workbook_is_kept(name: str, file: Path) -> None:
    file.write_bytes(genuine.CASES[name]())
    assert evidence_file.kind_of(file) == "xlsx"


def test_nobody_looks_into_a_file_but_the_gate() -> None:
    """A door of its own would be a way around: `sandbox` is imported by the gate and by the command that only looks."""
    users = {
        path.relative_to(ROOT).as_posix()
        for name in ("review", "workflow", "tasks")
        for path in modules(ROOT / name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module == "review.workbook.sandbox" or any(one.name == "sandbox" for one in node.names))
    }
    assert users == {"review/screens/services/incoming.py", "review/management/commands/inspect_upload.py"}
    takers = {
        path.relative_to(ROOT).as_posix() for path in modules(ROOT / "review") if "request.FILES" in path.read_text()
    }
    readers = [ROOT / one for one in takers]
    assert readers and all(
        any(word in one.read_text() for word in ("on_disk(", "service.add(", "evidence.add(")) for one in readers
    ), "a form that takes a file and brings it to no gate"


# --- the scanner --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [(0, ""), (1, "危険と判定しました"), (2, "確かめられませんでした"), (None, "確かめられませんでした")],
)
def test_the_citys_scanner_is_asked_at_every_door(ends: int | None, sentence: str, file: Path, settings) -> None:
    scanner = file.with_name("scanner")
    if ends is not None:
        scanner.write_text(f'#!/bin/sh\ntest -s "$2" && exit {ends}\n')
        scanner.chmod(scanner.stat().st_mode | stat.S_IXUSR)
    settings.MEGURI_SCAN_COMMAND = f"{scanner} --quiet"
    file.write_bytes(png())
    for door in DOORS:
        if not sentence:
            continue
        with pytest.raises(Invalid, match=sentence):
            incoming.read(door, file)
    if not sentence:
        assert incoming.read("evidence", file) == {"kind": "png"}


# --- a few at once ------------------------------------------------------------------------------------------------


def test_a_few_files_are_read_at_once_and_others_wait_or_come_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, most = [0], [0]
    end = threading.Event()

    def slow(*_given: object) -> sandbox.Outcome:
        reading[0] += 1
        most[0] = max(most[0], reading[0])
        end.wait(20)
        reading[0] -= 1
        return outcome

    file.write_bytes(pdf())
    outcome = sandbox.read("evidence", file)
    monkeypatch.setattr(sandbox, "read", slow)
    monkeypatch.setattr(incoming, "PATIENCE", 0.3)
    monkeypatch.setattr(incoming.tempfile, "gettempdir", lambda: str(file.parent))
    threads = [threading.Thread(target=incoming.look, args=("evidence", file)) for _number in range(incoming.AT_ONCE)]
    for thread in threads:
        thread.start()
    while reading[0] < incoming.AT_ONCE:
        time.sleep(0.01)
    with pytest.raises(Invalid, match="しばらく待って"):
        incoming.look("evidence", file)
    end.set()
    for thread in threads:
        thread.join()
    assert incoming.look("evidence", file) == outcome and most == [incoming.AT_ONCE]


def test_what_cannot_be_looked_into_costs_little() -> None:
    """A file of nothing but beginnings of stores is read once, not once for each."""
    many = pdf(*([b"<</Filter/FlateDecode>>\nstream\n\x78\x9c\nendstream"] * 20_000))
    begin = time.process_time()
    pdf_scan.refuse_active(many)
    assert time.process_time() - begin < 5
