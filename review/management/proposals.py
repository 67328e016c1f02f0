"""The proposal that a file holds, for the commands that read or import one."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from review.workbook.sandbox import read_form


def proposal_in(path: Path, *, afterwards: str = "") -> dict[str, Any]:
    """The file's proposal as data. Raises CommandError with status 2 and one sentence, and `afterwards`, where there is none."""
    if not path.is_file():
        raise CommandError(f"{path}: ファイルを開けません。場所と名前を確かめてください。", returncode=2)
    outcome = read_form(path)
    refusal = (outcome.entry or {}).get("refusal") or ("" if outcome.finding.is_ok else outcome.finding.detail)
    if refusal or outcome.entry is None:
        raise CommandError(f"{path.name}: {refusal}{afterwards}", returncode=2)
    return outcome.entry
