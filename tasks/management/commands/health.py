"""`manage.py health web|worker|books|beat|migrate`: the containers' health checks. Exit status 0 or 1, one line why."""

import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial

from django.core.management.base import BaseCommand, CommandError

from tasks import health

PARTS: dict[str, Callable[[], str]] = {
    "worker": health.worker, "books": partial(health.worker, "books"), "beat": health.sweep, "migrate": health.migrated,
}  # fmt: skip


def web(url: str) -> str:
    """Asks the web process itself, over HTTP."""
    request = urllib.request.Request(url, headers={"Host": "localhost"})  # noqa: S310 (the operator's own address)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 (as above)
            return "" if response.status == 200 else f"web が {response.status} を返しました"
    except (urllib.error.URLError, OSError) as error:
        return f"web が応答しません({error})"


class Command(BaseCommand):
    help = "コンテナの死活を確かめます(web、worker、books、beat、migrate)。 / Health check of one part."
    # The check must also speak where the database is away or not migrated.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=["web", *PARTS])
        parser.add_argument("--url", default="http://127.0.0.1:8000/healthz")

    def handle(self, *args: object, part: str, url: str, **options: object) -> None:
        problem = web(url) if part == "web" else PARTS[part]()
        if problem:
            raise CommandError(problem)
        self.stdout.write("ok")
