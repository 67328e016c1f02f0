"""`manage.py create_plan SHORTNAME --name … --years 2022-2025`: a plan, into which `import_plan` then takes its 施策."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from review.domain.form_presets import PRESETS
from review.management.refusing import refusing
from review.plan.services import plans
from review.screens.services import city


class Command(BaseCommand):
    help = "計画を作ります。施策は、そのあと import_plan で取り込みます。 / Makes a plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("short_name", metavar="SHORTNAME", help="アドレスに使う短い名前(例: dx)")
        parser.add_argument("--name", required=True, help="計画の名前")
        parser.add_argument("--years", required=True, help="計画期間(西暦の年度)。例: 2022-2025")
        parser.add_argument("--city", help="自治体名(省くと、この環境の自治体)")
        parser.add_argument("--office", default="", help="確認する課の名前(省略時は「事務局」)")
        parser.add_argument("--office-en", default="", help="確認する課の英語名(省略時は日本語の名前)")
        parser.add_argument("--body", default="", help="決定する会議の名前(省略時は「決定機関」)")
        parser.add_argument("--body-en", default="", help="決定する会議の英語名(省略時は日本語の名前)")
        parser.add_argument(
            "--form",
            default="city",
            choices=sorted(PRESETS),
            help="様式: city(施策シート)、kpi(KPIの一覧)、activity(事務事業評価)",
        )
        parser.add_argument("--municipality-code", help="全国地方公共団体コード(6桁)")

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        years = re.fullmatch(r"(\d{4})-(\d{4})", options["years"])
        first, last = (int(year) for year in years.groups()) if years else (0, 0)
        mine = city.city()
        plan = plans.create(
            short_name=options["short_name"],
            name=options["name"],
            city=options["city"] or mine.name,
            first_year=first,
            last_year=last,
            municipality_code=options["municipality_code"] or mine.code,
            called=plans.Names.of(options["office"], options["body"], options["office_en"], options["body_en"]),
            form=options["form"],
        )
        self.stdout.write(
            f"計画「{plan.name}」({first}〜{last}年度)を作りました。次に: manage.py import_plan FILE --plan {plan.short_name}"
        )
