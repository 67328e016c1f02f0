"""Inspects and reads an uploaded file in a throw-away process under limits, so that the worst file costs one process.

The child limits itself before it looks at the file: memory, processor time, files, and nothing to write. It answers
with one JSON document on its pipe. Whatever else happens (killed, out of memory, too slow) is a refusal, never an
exception and never memory of the caller.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.workbook.findings import Code, Finding, Refused

SECONDS = 10.0
CPU_SECONDS = 9
MEMORY = 768 * 1024 * 1024
FILES = 64
MAX_ANSWER = 16 * 1024 * 1024

_ROOT = Path(__file__).resolve().parents[2]
# -I keeps the folder and the environment of the caller out; the one path that is needed is put back by hand.
_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from review.workbook import sandbox; sandbox.child(*sys.argv[2:])"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result for a file: the finding, and the data of `entry_reader.EntryBook` where it is OK and was requested."""

    finding: Finding
    entry: dict[str, Any] | None = None


def inspect_file(path: Path, *, seconds: float = SECONDS) -> Finding:
    """Inspect a file in a process of its own. Never raises for the content of a file. Some 60 ms."""
    return _run("inspect", path, seconds).finding


def read_entry(path: Path, *, seconds: float = SECONDS) -> Outcome:
    """Inspect a file, and read it as a 記入用 workbook if it is safe. Some 300 ms."""
    return _run("entry", path, seconds)


def read_table(path: Path, *, seconds: float = SECONDS) -> Outcome:
    """Inspect a file, and read the first sheet's rows if it is safe: `entry` is {"rows": [[text]]}. Some 300 ms."""
    return _run("table", path, seconds)


def read_form(path: Path, *, corrections: Mapping[str, Any] | None = None, seconds: float = SECONDS) -> Outcome:
    """Read a plan in whatever form: `entry` is a Proposal's data with the `document` of the city's form, which its own
    readers read in full, or with the `columns` and `cells` of a list; {"refusal": sentence} where it is no plan."""
    return _run("form", path, seconds, corrections)


def _run(task: str, path: Path, seconds: float, more: Mapping[str, Any] | None = None) -> Outcome:
    # openpyxl with lxml would let some DTDs pass where defusedxml refuses them.
    environment = {"OPENPYXL_LXML": "False", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-I", "-c", _BOOT, str(_ROOT), task, os.fsdecode(path)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(more or {}).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=environment,
            check=False,
            close_fds=True,
        )
    except subprocess.TimeoutExpired:
        return _refused(Code.TOO_LARGE, "読み取りに時間がかかりすぎます")
    except (OSError, ValueError):
        return _refused(Code.BROKEN, "ファイルを読み取れません")
    if done.returncode:
        return _refused(Code.TOO_LARGE, "読み取りに記憶域か時間を使いすぎます")
    return _answer(done.stdout)


def _answer(raw: bytes) -> Outcome:
    try:
        answer = json.loads(raw)
        finding = Finding(code=Code(answer["code"]), detail=answer["detail"], cell=answer["cell"])
    except (ValueError, KeyError, TypeError):
        return _refused(Code.BROKEN, "ファイルを読み取れません")
    return Outcome(finding=finding, entry=answer.get("entry"))


def _refused(code: Code, what: str) -> Outcome:
    return Outcome(finding=Refused(code, what).finding())


# --- the child ----------------------------------------------------------------------------------------------------


def child(task: str, name: str) -> None:
    """The whole life of the child: limit itself, look, answer. Ends with status 1 where memory or time ran out."""
    _limit()
    try:
        answer = json.dumps(_work(task, Path(name), json.load(sys.stdin)), ensure_ascii=True)
    except (MemoryError, RecursionError):
        os._exit(1)
    sys.stdout.write(answer[:MAX_ANSWER])
    sys.stdout.flush()


def _limit() -> None:
    import resource

    for which, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(which)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (allowed, allowed))


def _work(task: str, path: Path, more: dict[str, Any]) -> dict[str, Any]:
    from review.workbook.inspect import inspect

    finding = inspect(path)
    entry = None
    try:
        # openpyxl is only loaded for a file that is worth it.
        if finding.is_ok and task == "entry":
            from review.workbook.entry_reader import read_entry_book

            entry = read_entry_book(path).as_data()
        elif finding.is_ok and task == "table":
            from review.workbook.table_reader import read_rows

            entry = {"rows": read_rows(path)}
    except Refused as refusal:
        finding = refusal.finding()
    if task == "form":
        from review.domain.forms.headings import Corrections
        from review.workbook.form_file import read_form_file

        finding, entry = read_form_file(path, finding, Corrections.of(more))
    return {"code": finding.code, "detail": finding.detail, "cell": finding.cell, "entry": entry}
