"""Log lines: one event a line, readable pairs, nothing that people typed."""

import logging
import sys

from config.logs import LineFormatter


def line_of(message: str, *args: object, exc_info: object = None) -> str:
    return LineFormatter().format(logging.LogRecord("meguri.x", logging.INFO, "x.py", 1, message, args, exc_info))


def test_a_line_is_pairs():
    line = line_of("job=%d done", 7)
    assert " level=info logger=meguri.x " in line
    assert line.endswith('message="job=7 done"')


def test_a_line_end_in_a_message_forges_no_second_line():
    line = line_of("path=%s", "/a\nlevel=error message=forged\r\n")
    assert len(line.splitlines()) == 1
    assert '"path=/a | level=error message=forged"' in line


def test_a_traceback_leaves_the_rows_values_out():
    words = "duplicate key\nDETAIL:  Key (email)=(hanako@example.jp) already exists."
    try:
        raise ValueError(words)
    except ValueError:
        line = line_of("failed", exc_info=sys.exc_info())
    assert "duplicate key" in line
    assert "hanako" not in line
