"""Log lines: one event a line, JSON in the city's time, with the numbers of request and task, nothing that people typed."""

import json
import logging
import sys
from types import SimpleNamespace

import pytest

from config import logs
from config.logs import LineFormatter, Quiet
from review.trail.services import audit


def line_of(message: str, *args: object, exc_info: object = None) -> str:
    record = logging.LogRecord("meguri.x", logging.INFO, "x.py", 1, message, args, exc_info)  # type: ignore[arg-type]
    record.created = 1780153200.5
    return LineFormatter().format(record)


def test_a_line_is_json_in_the_citys_time():
    line = json.loads(line_of("job=%d done", 7))
    assert line["level"] == "info" and line["logger"] == "meguri.x" and line["message"] == "job=7 done"
    assert line["time"] == "2026-05-31T00:00:00.500+09:00"
    assert "request" not in line and "task" not in line


def test_a_line_says_of_which_request_and_task_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "current_task", SimpleNamespace(request=SimpleNamespace(id="t-1")))
    with audit.origin(address=None, request_id="abcd1234"):
        line = json.loads(line_of("x"))
    assert line["request"] == "abcd1234" and line["task"] == "t-1"


def test_a_line_end_in_a_message_forges_no_second_line():
    line = line_of("path=%s", '/a\n{"level": "error"}\r\n')
    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == 'path=/a | {"level": "error"}'


def test_a_traceback_leaves_the_rows_values_out():
    words = "duplicate key\nDETAIL:  Key (email)=(hanako@example.jp) already exists."
    try:
        raise ValueError(words)
    except ValueError:
        line = line_of("failed", exc_info=sys.exc_info())
    assert "duplicate key" in line
    assert "hanako" not in line


@pytest.mark.parametrize(
    ("level", "message", "shown"),
    [
        (logging.INFO, "Task tasks.sweep.sweep[1] received", False),
        (logging.INFO, "Task tasks.sweep.sweep[1] succeeded in 0.1s: {}", False),
        (logging.INFO, "Scheduler: Sending due task sweep (tasks.sweep.sweep)", True),
        (logging.ERROR, "Task tasks.sweep.sweep[1] raised unexpected", True),
        (logging.INFO, "Task tasks.jobs.run[2] received", True),
    ],
)
def test_a_sweep_that_goes_well_says_nothing(level: int, message: str, shown: bool):
    assert Quiet().filter(logging.LogRecord("celery", level, "x", 1, message, (), None)) is shown
