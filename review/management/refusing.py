"""A refusal of a service, of the database or of the reader of files as a command tells it: one sentence, nothing half-saved."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError

from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.screens.services import incoming

UNMIGRATED = "データベースの準備ができていません。先に「manage.py migrate」を実行してください。"
FORBIDDEN = (
    "DATABASE_URL の役割には、表を読み書きする権限がありません。表の所有者の役割で「manage.py database_roles --apply」を"
    "実行してください(復元のすぐ後の点検は、所有者の役割で行います)。"
)


def database_words(error: DatabaseError) -> str:
    """Why the database did not answer, and what to do: it is away, lets us not in or not at its tables, or has none."""
    lines = str(error).strip().splitlines()
    if "permission denied" in str(error):
        return FORBIDDEN
    if not isinstance(error, OperationalError) or "no such" in str(error):
        return UNMIGRATED
    return (
        "データベースにつながりません。動いているか、DATABASE_URL の役割、パスワード、場所、データベース名が正しいか"
        f"確かめてください(データベースの答え: {lines[-1] if lines else type(error).__name__})。"
    )


def refusing(handle: Callable[..., None]) -> Callable[..., None]:
    """A `handle` whose refusals become a CommandError with the sentence and those of the fields."""

    @wraps(handle)
    def answered(*args: Any, **options: Any) -> None:
        try:
            handle(*args, **options)
        except (Invalid, NotAllowed, AlreadyDecided) as refusal:
            raise CommandError(" ".join([str(refusal), *getattr(refusal, "fields", {}).values()])) from refusal
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(database_words(error)) from error

    return answered


def proposal_in(path: Path, *, afterwards: str = "") -> dict[str, Any]:
    """The file's proposal as data. Raises CommandError with status 2 and one sentence, and `afterwards`, where there is none."""
    if not path.is_file():
        raise CommandError(f"{path}: ファイルを開けません。場所と名前を確かめてください。", returncode=2)
    try:
        return incoming.read("form", path)
    except Invalid as refusal:
        raise CommandError(f"{path.name}: {refusal}{afterwards}", returncode=2) from refusal
