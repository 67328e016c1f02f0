"""The proposal that a file holds, for the commands that read or import one."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from review.domain.refusals import Invalid
from review.screens.services import incoming


def proposal_in(path: Path, *, afterwards: str = "") -> dict[str, Any]:
    """The file's proposal as data. Raises CommandError with status 2 and one sentence, and `afterwards`, where there is none."""
    if not path.is_file():
        raise CommandError(f"{path}: ファイルを開けません。場所と名前を確かめてください。", returncode=2)
    try:
        return incoming.read("form", path)
    except Invalid as refusal:
        raise CommandError(f"{path.name}: {refusal}{afterwards}", returncode=2) from refusal
