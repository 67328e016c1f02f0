"""`manage.py health worker|books|beat|migrate`: the containers' health checks. Exit status 0 or 1, one line why.

That of the web process is config/alive.py.
"""

from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial

from django.core.management.base import BaseCommand, CommandError

from tasks import health

PARTS: dict[str, Callable[[], str]] = {
    "worker": health.worker, "books": partial(health.worker, "books"), "beat": health.sweep, "migrate": health.migrated,
}  # fmt: skip


class Command(BaseCommand):
    help = "コンテナの死活を確かめます(worker、books、beat、migrate)。 / Health check of one part."
    # The check must also speak where the database is away or not migrated.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=PARTS)

    def handle(self, *args: object, part: str, **options: object) -> None:
        if problem := PARTS[part]():
            raise CommandError(problem)
        self.stdout.write("ok")
