"""Inspects and reads an uploaded file in a throw-away process under limits, so that the worst file costs one process.

The child is forked by a warm parent (`warm_parent`), which has loaded what reads files and nothing else: no settings, no
database, no secrets. Both limit themselves before they look at anything: memory, processor time, files, and nothing to
write. The child answers with one JSON document. Whatever else happens (killed, out of memory, too slow) is a refusal, never
an exception and never memory of the caller.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from review.workbook import warm_parent
from review.workbook.file_kind import refuse_other_than_text
from review.workbook.findings import OK, Code, Finding, Refused

SECONDS = 10.0
MAX_ANSWER = 16 * 1024 * 1024

Result = tuple[Finding, dict[str, Any] | None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The result for a file: the finding, and what was read where it is OK."""

    finding: Finding
    entry: dict[str, Any] | None = None


def read(task: str, path: Path, more: Mapping[str, Any] | None = None, *, seconds: float = SECONDS) -> Outcome:
    """Inspect a file and, where it is safe, read it. Some 12 ms; the first time 0.2 s. `task` says as what, and what `entry` is:

    "book"      a workbook that is only inspected, some 9 ms: None
    "entry"     a 記入用 workbook: the data of `entry_reader.EntryBook`
    "table"     a list, as CSV or as the first sheet of a workbook: {"rows": [[text]]}
    "form"      a plan in whatever form, with the corrections in `more`: a Proposal's data with the `document` of the city's
                form, which its own readers read in full, or with the `columns` and `cells` of a list
    "evidence"  a document that is only kept: {"kind": key of `evidence_file.MIME`}

    {"refusal": sentence, "facts": {name: text}} where the file is safe and no list and no plan.
    """
    if "\0" in os.fspath(path):
        return _refused(Code.BROKEN, "ファイルを読み取れません")
    request = json.dumps([task, os.path.abspath(path), dict(more or {})]).encode()
    try:
        raw = warm_parent.ask(request, seconds=seconds)
    except TimeoutError:
        return _refused(Code.TOO_LARGE, "読み取りに時間がかかりすぎます")
    except OSError:
        return _refused(Code.BROKEN, "ファイルを読み取れません")
    if not raw.endswith(b"\n"):
        return _refused(Code.TOO_LARGE, "読み取りに必要なメモリーか時間が多すぎます")
    return _answer(raw)


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


def child(request: bytes) -> bytes:
    """What the child answers. Raises MemoryError or RecursionError where the file is too much for it."""
    task, name, more = json.loads(request)
    return json.dumps(_work(task, Path(name), more), ensure_ascii=True)[:MAX_ANSWER].encode() + b"\n"


def _work(task: str, path: Path, more: dict[str, Any]) -> dict[str, Any]:
    try:
        finding, entry = _read(task, path, more)
    except Refused as refusal:
        finding, entry = refusal.finding(), None
    return {"code": finding.code, "detail": finding.detail, "cell": finding.cell, "entry": entry}


# What a task needs is loaded where it is needed: whoever only asks loads no readers. The warm parent has it all.


def load() -> tuple[object, ...]:
    """Load what any task needs, so that no child loads it for itself: our readers, and the letters of archives' names."""
    from encodings import cp437

    from review.domain import people_list
    from review.workbook import entry_reader, evidence_file, form_file, inspect, table_reader

    return cp437, people_list, entry_reader, evidence_file, form_file, inspect, table_reader


def _read(task: str, path: Path, more: dict[str, Any]) -> Result:
    if task == "evidence":
        from review.workbook.evidence_file import kind_of

        return OK, {"kind": kind_of(path)}
    if task == "form":
        from review.domain.forms.headings import Corrections
        from review.workbook.form_file import read_form_file

        return OK, read_form_file(path, Corrections.of(more))
    if task == "table":
        return OK, _rows(path)
    if task == "entry":
        from review.workbook.entry_reader import read_entry_book

        return OK, read_entry_book(path).as_data()
    from review.workbook.inspect import inspect

    return inspect(path), None


def _rows(path: Path) -> dict[str, Any]:
    from review.domain.people_list import Unreadable, rows_of_csv
    from review.workbook.table_reader import read_rows

    try:
        return {"rows": read_rows(path)}
    except Refused as refusal:
        if refusal.code is not Code.NOT_XLSX or not path.is_file():
            raise
    try:
        return {"rows": rows_of_csv(refuse_other_than_text(path.read_bytes()))}
    except Unreadable as refusal:
        return {"refusal": refusal.sentence, "facts": refusal.facts}
