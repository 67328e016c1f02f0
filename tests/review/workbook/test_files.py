"""Files are whole or not there."""

from __future__ import annotations

import hashlib

import pytest

from review.workbook import writer
from review.workbook.files import write_atomically
from tests.review.workbook import samples


def test_the_hash_and_the_size_are_those_of_the_file(tmp_path):
    path = tmp_path / "book.xlsx"
    written = write_atomically(path, lambda out: out.write(b"abc"), None)
    assert path.read_bytes() == b"abc"
    assert (written.sha256, written.size) == (hashlib.sha256(b"abc").hexdigest(), 3)


def half(out):
    out.write(b"half")
    raise RuntimeError("SerialisationError is no OSError either")


def refuse(path):
    raise ValueError(path.name)


@pytest.mark.parametrize(("write", "check"), [(half, None), (lambda out: out.write(b"new"), refuse)])
def test_a_failure_keeps_the_old_file_and_leaves_nothing(tmp_path, write, check):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    with pytest.raises((RuntimeError, ValueError)):
        write_atomically(path, write, check)
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["book.xlsx"]


def test_the_check_sees_the_whole_file_before_anyone_else(tmp_path):
    path, seen = tmp_path / "book.xlsx", []
    write_atomically(path, lambda out: out.write(b"x" * 100_000), lambda tried: seen.append(tried.stat().st_size))
    assert seen == [100_000]


def test_a_full_disk_destroys_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, before[1]))
        with pytest.raises(Exception):  # noqa: B017 - lxml has an error of its own for it
            writer.write_form([samples.form(samples.sheet())], path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["book.xlsx"]
