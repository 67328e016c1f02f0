"""`manage.py run_demo`: drive the demo year on a fresh database, with a real worker at work beside it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.models import Plan
from workflow.demo import run
from workflow.demo.people import DEMO_SETTINGS
from workflow.demo.waiting import TooLong


class Command(BaseCommand):
    help = "空のデータベースで、令和6年度を取込みから公表まで動かします(ワーカーが動いている必要があります)。"

    def handle(self, *args: Any, **options: Any) -> None:
        # Its people have a password that everybody can read.
        if settings.SETTINGS_MODULE not in DEMO_SETTINGS:
            raise CommandError(
                f"デモは、デモの設定でだけ動きます(今の設定は {settings.SETTINGS_MODULE})。"
                "市の導入先では、create_plan、import_plan、draft_year で年度を作ります。"
            )
        if Plan.objects.exists():
            raise CommandError("データベースに計画がもうあります。デモは空のデータベースで動かします(make demo)。")
        try:
            run.run(self.stdout.write)
        except TooLong as error:
            raise CommandError(str(error)) from error
