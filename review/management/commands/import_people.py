"""`manage.py import_people FILE`: people by a list, as on the screen 利用者の取込み; their first passwords are shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review import clock, holders
from review.domain.people_list import Unreadable
from review.management.refusing import refusing
from review.models import Role
from review.people.services import people_import


class Command(BaseCommand):
    help = "利用者の一覧(CSVまたは.xlsx)を取り込みます。仮のパスワードは一度だけ表示します。 / Enrols people by a list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", metavar="USERNAME", help="登録する管理者の利用者名(管理者が1人なら省けます)")
        parser.add_argument("--dry-run", action="store_true", help="1行ずつ確かめるだけで、何も保存しません。")

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        administrators = holders.holding(Role.ADMINISTRATOR)
        if options["by"]:
            administrators = administrators.filter(username=options["by"])
        if administrators.count() != 1:
            raise CommandError(
                "登録する管理者を --by で指定してください。最初の管理者は enrol_administrator で登録します。"
            )
        try:
            lines = people_import.read(options["file"], options["file"].name)
        except (OSError, Unreadable) as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal
        if options["dry_run"]:
            self._show(people_import.preview(lines, way=people_import.ADD, day=clock.today()))
            return
        made = people_import.apply(by=administrators.get(), lines=lines, way=people_import.ADD, day=clock.today())
        for one in made:
            self.stdout.write(f"{one.user.username}\t{one.user}\t{one.password}")
        self.stdout.write(
            f"{len(lines)}行を取り込み、{len(made)}人を登録しました。仮のパスワードは、二度と表示しません。"
        )

    def _show(self, shown: people_import.Preview) -> None:
        for row in shown.rows:
            self.stdout.write(f"{row.line.number}行目 {row.line.username}: {' '.join(row.problems or row.does)}")
        for sentence in shown.problems:
            self.stdout.write(sentence)
