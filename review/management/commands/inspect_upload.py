"""`manage.py inspect_upload`: says of each file whether it is safe to parse; needs no database."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from review.workbook import sandbox


class Command(BaseCommand):
    """One JSON line a file: {"file", "code", "detail"}. Each file is looked at in a process of its own, 10 s at most."""

    help = "Inspects uploads: one JSON line a file, code OK where it is safe to parse."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as", choices=("book", "evidence"), default="book", help="what the file would be taken as"
        )
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        # UTF-8 whatever the locale says; a name that is no UTF-8 is written with JSON's own escapes.
        for name in options["files"]:
            result = sandbox.read(options["as"], Path(name)).finding
            line = json.dumps({"file": name, "code": result.code, "detail": result.detail}, ensure_ascii=False)
            sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
            sys.stdout.buffer.flush()
