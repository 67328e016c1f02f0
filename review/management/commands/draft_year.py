"""`manage.py draft_year SHORTNAME YEAR`: the draft of a year, which the office then opens on the screen."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from review.management.refusing import refusing
from review.plan.services import plans
from review.year.services import cycles


class Command(BaseCommand):
    help = "計画の年度を準備します。期限を決めて開始するのは、画面で行います。 / Drafts a year of a plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("short_name", metavar="SHORTNAME", help="計画の短い名前")
        parser.add_argument("year", type=int, metavar="YEAR", help="年度(西暦)")

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        cycle = cycles.draft_first(plan=plans.by_short_name(options["short_name"]), fiscal_year=options["year"])
        self.stdout.write(
            f"{cycle.label}を準備しました(施策{cycle.plan.measures.count()}件)。"
            f"次に: 画面の「年度と期限」で期限を決め、年度を開始します。"
        )
