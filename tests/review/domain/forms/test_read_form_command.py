"""`manage.py read_form`: JSON without a database and without a UTF-8 locale; what is no plan is refused in one sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from review.workbook.findings import ADVICE, Code
from tests.corpus import hostile
from tests.names import ROOT
from tests.review.domain.forms.books import differences
from tests.review.domain.forms.cities_lists import STRATEGY

DATA = Path(__file__).parent / "data"


def _run(*arguments: str, locale: str = "C.UTF-8") -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "LC_ALL": locale,
        "PYTHONUTF8": "0",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }
    command = [sys.executable, "manage.py", "read_form", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=120, check=False)


def test_the_reading_is_printed_as_json_and_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(STRATEGY.xlsx())
    done = _run(str(path), "--json", locale="C")
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout.decode())
    assert set(answer) == {"measures", "doubts"}
    assert differences(answer["measures"], STRATEGY.measures) == {}
    assert all(set(doubt) == {"code", "sheet", "cell", "detail", "proposal"} for doubt in answer["doubts"])
    assert "■ 1-(1) 地域産業の振興(商工課)" in _run(str(path)).stdout.decode()


@pytest.mark.drill
@pytest.mark.parametrize(
    ("name", "content"),
    [("letter.txt", "拝啓 秋冷の候".encode()), ("figures.csv", b"1,2,3\n4,5,6\n"), ("picture.png", b"\x89PNG\r\n\x1a\n\0\0"), ("empty.csv", b"")],
)  # fmt: skip
def test_what_is_no_plan_is_refused_in_one_sentence(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    done = _run(str(tmp_path / name), "--json")
    assert (done.returncode, done.stdout) == (2, b"")
    message = done.stderr.decode()
    assert name in message and "Traceback" not in message and message.count("\n") == 1


@pytest.mark.parametrize(
    "case",
    [
        "formula/plain",
        "archive/truncated-half",
        *(pytest.param(one, marks=pytest.mark.drill) for one in ("macro/vba", "bomb/nested-zip")),
    ],
)
def test_a_workbook_passes_the_gate_first(case: str, tmp_path: Path) -> None:
    done = _run(str(hostile.write(case, tmp_path)))
    assert done.returncode == 2
    assert ADVICE[Code(hostile.CASES[case][0])] in done.stderr.decode()


def test_a_missing_file_is_named() -> None:
    done = _run("nowhere.xlsx")
    assert done.returncode == 2 and "nowhere.xlsx" in done.stderr.decode()
