"""JSON Lines of `manage.py judge`: every line is answered, in its place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from review.domain.judging_lines import answers

ROOT = Path(__file__).resolve().parents[3]
GOOD = json.dumps({"name": "不読率", "target": "小 8.9% 中 12.8%", "actual": "小 10.9% 中 14.8%"}, ensure_ascii=False)


def answered(*lines: str | bytes) -> list[dict]:
    return [json.loads(line) for line in answers(lines)]


def test_a_question_is_answered_as_the_contract_says():
    answer = answered(GOOD)[0]
    assert list(answer) == ["status", "basis", "rate", "direction", "components", "flags", "reading", "reason"]
    assert (answer["status"], answer["rate"], answer["direction"]) == ("missed", 0.8165, "down")
    assert answer["components"][0] == {
        "label": "小",
        "target": "8.9%",
        "actual": "10.9%",
        "status": "missed",
        "rate": 0.8165,
    }


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[1]",
        "1",
        "null",
        '{"name": "a", "target": "1"}',
        '{"name": "a", "target": 1, "actual": "1"}',
        '{"name": "a", "target": "1", "actual": "1", "direction": "sideways"}',
        '{"name": "a", "target": "1", "actual": "1", "targets": "1"}',
        '{"name": "a", "target": "1", "actual": "1", "targets": [1]}',
        '{"name": "a", "target": "1", "actual": "1", "previous": 3}',
        b"\xff\xfe",
        "[" * 100_000,
    ],
)
def test_a_malformed_line_is_answered_in_its_place_and_the_rest_goes_on(bad):
    first, second, third = answered(GOOD, bad, GOOD)
    assert set(second) == {"error", "line"} and second["line"] == 2 and second["error"]
    assert first == third and first["status"] == "missed"


def test_null_is_a_blank_cell_and_blank_lines_are_counted_but_not_answered():
    lines = answered('{"name": "a", "target": "1件", "actual": null, "previous": null, "targets": null}', "  \n", "x")
    assert lines[0]["status"] == "pending"
    assert lines[1]["line"] == 3 and len(lines) == 2


def test_bytes_a_mark_at_the_start_and_lone_surrogates_are_read():
    assert answered(("\ufeff" + GOOD).encode())[0]["status"] == "missed"
    assert answered('{"name": "\\ud800", "target": "\\ud800", "actual": "1"}')[0]["status"] == "undetermined"


def test_the_command_needs_no_database_and_no_utf8_locale():
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, "manage.py", "judge"],
        input=f"{GOOD}\n{{\n".encode(),
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    first, second = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert first["status"] == "missed" and second["line"] == 2
