"""The throw-away process: whatever becomes of it, the caller gets a finding."""

import subprocess
import sys
from pathlib import Path

import pytest

from review.workbook import sandbox
from review.workbook.findings import Code
from tests.corpus import genuine, hostile

ROOT = Path(sandbox.__file__).resolve().parents[2]


def test_a_safe_book_of_another_form_is_told_apart(tmp_path: Path) -> None:
    outcome = sandbox.read("entry", genuine.samples()[0])
    assert outcome.finding.code == Code.WRONG_FORM
    assert outcome.entry is None


def test_an_entry_book_comes_back_as_data() -> None:
    path = next(path for path in genuine.samples() if path.stem == "libreoffice-7-entry-book")
    outcome = sandbox.read("entry", path)
    assert outcome.finding.is_ok
    assert outcome.entry and outcome.entry["sheets"]["01-01"]["policy"] == {
        "text": "方針です。\n二行目。", "cell": "01-01!B12", "mark": "",
    }  # fmt: skip


def test_a_hostile_file_never_reaches_the_reader(tmp_path: Path) -> None:
    outcome = sandbox.read("entry", hostile.write("macro/vba", tmp_path))
    assert (outcome.finding.code, outcome.entry) == (Code.MACRO, None)


def test_a_child_that_is_too_slow_is_killed(tmp_path: Path) -> None:
    assert sandbox.read("book", genuine.samples()[0], seconds=0.001).finding.code == Code.TOO_LARGE


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b'{"code": "NEW"}'])
def test_an_answer_that_is_none_is_a_refusal(answer: bytes) -> None:
    assert sandbox._answer(answer).finding.code == Code.BROKEN


@pytest.mark.parametrize(
    "deed",
    [
        "x = bytearray(2 * 1024**3)",
        "import os, tempfile; os.write(tempfile.mkstemp()[0], b'x')",
        "[open('/dev/null') for _ in range(500)]",
    ],
    ids=["memory", "writing", "files"],
)
def test_the_child_cannot_take_more_than_its_limits(deed: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from review.workbook import sandbox; sandbox._limit()\n{deed}"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False)
    assert done.returncode


def test_a_name_that_is_no_path_is_a_refusal(tmp_path: Path) -> None:
    assert sandbox.read("book", tmp_path / "a\x00b").finding.code == Code.BROKEN
    assert sandbox.read("book", tmp_path / "absent").finding.code == Code.NOT_XLSX
