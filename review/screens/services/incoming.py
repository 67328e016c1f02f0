"""The gate of every incoming file: a few at once, past the city's virus scanner where it has one, then looked into by a
process of its own, which takes the time and the memory."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shlex
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.reader_words import worded
from review.workbook import sandbox
from review.workbook.archive import MAX_FILE
from review.workbook.findings import ADVICE, ANOTHERS, KEPT_AGAIN

logger = logging.getLogger(__name__)

#: How many files this machine reads at once, of one person one; and how many seconds another waits for its turn.
AT_ONCE, PATIENCE = 2, 5.0
#: Who sends, in a request; '' where nobody does.
sender: ContextVar[object] = ContextVar("sender", default="")
SCAN_SECONDS = 60
MAX_LIST = 2 * 1024 * 1024
_CELL = re.compile("セル([^:]+): ")


@contextmanager
def on_disk(file: File[bytes]) -> Iterator[tuple[Path, str]]:
    """The upload as a file that another process can open: (path, the sender's name). Gone afterwards."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name), file.name or ""


def look(task: str, path: Path, more: Mapping[str, Any] | None = None) -> sandbox.Outcome:
    """What `sandbox.read` finds. Raises Invalid where other files are being read, and where the scanner objects."""
    if path.stat().st_size > MAX_FILE:
        raise Invalid(_("ファイルが大きすぎます(%(most)sMBまで)。") % {"most": MAX_FILE // 1024 // 1024})
    with _turn():
        _scan(path)
        return sandbox.read(task, path, more)


def read(task: str, path: Path, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the file holds. Raises Invalid with the sentence of what is wrong with it."""
    outcome = look(task, path, more)
    if outcome.entry is None:
        raise Invalid(why_refused(outcome.finding.code, outcome.finding.detail))
    if "refusal" in outcome.entry:
        facts, refusal = outcome.entry.get("facts"), outcome.entry["refusal"]
        raise Invalid(worded(refusal) if facts is None else _(refusal) % facts)
    return outcome.entry


def rows(path: Path) -> list[list[str]]:
    """The rows of a list of people or offices, CSV or a workbook by its content. Raises Invalid."""
    if path.stat().st_size > MAX_LIST:
        raise Invalid(_("ファイルが大きすぎます(上限は2MB)。"))
    table: list[list[str]] = read("table", path)["rows"]
    return table


@contextmanager
def _turn() -> Iterator[None]:
    """One of the installation's places on this machine, and the one of whoever sends: nobody takes all of them."""
    ours = f"meguri-{os.getuid()}-{zlib.crc32(os.fsencode(settings.DATA_ROOT)):08x}-reading"
    own = _("あなたが前に送ったファイルを読み取っています。終わってから、もう一度送ってください。")
    others = _("今、ほかのファイルを読み取っています。しばらく待ってから、もう一度送ってください。")
    ends = time.monotonic() + PATIENCE
    with ExitStack() as places:
        if sender.get():
            places.enter_context(_place([f"{ours}-by-{sender.get()}"], ends, own))
        places.enter_context(_place([f"{ours}-{number}" for number in range(AT_ONCE)], ends, others))
        yield


@contextmanager
def _place(names: list[str], ends: float, refusal: str) -> Iterator[None]:
    """One of the places, over all processes; one that dies gives its place back. Raises Invalid where none is free in time."""
    while True:
        for name in names:
            handle = os.open(Path(tempfile.gettempdir(), name), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield
            finally:
                os.close(handle)
            return
        if time.monotonic() > ends:
            raise Invalid(refusal)
        time.sleep(0.05)


def _scan(path: Path) -> None:
    """Ask the city's scanner, which ends with 0 for a clean file and with 1 for another."""
    if not settings.MEGURI_SCAN_COMMAND:
        return
    try:
        command = [*shlex.split(settings.MEGURI_SCAN_COMMAND), str(path)]
        done = subprocess.run(command, capture_output=True, timeout=SCAN_SECONDS, check=False).returncode
    except (OSError, subprocess.TimeoutExpired) as error:
        done = -1
        logger.error("the virus scanner does not answer: %s", error.__class__.__name__)
    if done == 1:
        logger.warning("the virus scanner refused a file")
        raise Invalid(
            _("ウイルス対策ソフトが、このファイルを危険と判定しました。情報システムの担当に知らせてください。")
        )
    if done:
        raise Invalid(_("ウイルス対策ソフトで確かめられませんでした。しばらく待ってから、もう一度送ってください。"))


def why_refused(code: str, detail: str) -> str:
    """The finding's sentence, which is stored in Japanese, for the reader: in Japanese unchanged, else cell, cause and what to do."""
    advice = next((one for one in (ANOTHERS, KEPT_AGAIN, *ADVICE.values()) if detail.endswith(one)), "")
    translation = _(advice) if advice else ""
    if translation == advice:
        return detail
    cause = detail.removesuffix(advice)
    cell = _CELL.match(cause)
    what = cause[cell.end() if cell else 0 :].removesuffix("。")
    words = worded(what, in_gap=True)
    parts = [_("セル%(cell)s:") % {"cell": cell[1]} if cell else "", f"{words}." if words != what else "", translation]
    return " ".join(part for part in parts if part)
