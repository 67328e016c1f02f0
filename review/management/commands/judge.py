"""`manage.py judge`: judges JSON Lines from standard input; needs no database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from review.domain.judging_lines import answers


class Command(BaseCommand):
    """Reads one question a line and writes one answer a line; see `judging_lines`."""

    help = "Judges JSON Lines: {name, target, actual[, direction, previous, targets]} in, one verdict a line out."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        # UTF-8 whatever the locale says: a scheduled job often runs under LANG=C.
        for answer in answers(sys.stdin.buffer):
            sys.stdout.buffer.write(answer.encode("utf-8") + b"\n")
        sys.stdout.buffer.flush()
