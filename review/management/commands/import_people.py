"""`manage.py import_people FILE`: people by a list, as on the screen 利用者の取込み; `--passwords FILE` takes their first passwords."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review import clock, holders
from review.domain.refusals import Invalid
from review.management.refusing import refusing
from review.models import Role, User
from review.people.services import first_passwords, people_import


class Command(BaseCommand):
    help = "利用者の一覧(CSVまたは.xlsx)を取り込みます。仮のパスワードは --passwords のファイルに書きます。 / Enrols people by a list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", metavar="USERNAME", help="登録する管理者の利用者名(管理者が1人なら省けます)")
        parser.add_argument(
            "--passwords", type=Path, metavar="FILE", help="仮のパスワードを書く新しいファイル(本人だけが読めます)"
        )
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
            lines = people_import.read(options["file"])
        except (OSError, Invalid) as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal
        if options["dry_run"]:
            self._show(people_import.preview(lines, way=people_import.ADD, day=clock.today()))
            return
        by = administrators.get()
        made = people_import.apply(by=by, lines=lines, way=people_import.ADD, day=clock.today())
        self.stdout.write(f"{len(lines)}行を取り込み、{len(made)}人を登録しました。")
        if options["passwords"]:
            self._write(by, options["passwords"])
        else:
            self.stdout.write(
                "仮のパスワードは、画面「仮のパスワードの一覧」か、--passwords FILE で一度だけ受け取れます。"
            )

    def _write(self, by: User, path: Path) -> None:
        """The file is made first: where it cannot be written, no password is taken out of its seal."""
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as refusal:
            raise CommandError(
                f"{path}: 新しいファイルを作れません({refusal.strerror})。利用者は登録済みです。"
                "ほかの名前を --passwords に指定して、もう一度実行してください。"
            ) from refusal
        first_passwords.make_all()
        with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
            number = first_passwords.fetch(by=by, take=lambda made: first_passwords.write_csv(file, made))
        self.stdout.write(f"仮のパスワードを{len(number)}人分、{path} に書きました。二度と取り出せません。")

    def _show(self, shown: people_import.Preview) -> None:
        for row in shown.rows:
            self.stdout.write(f"{row.line.number}行目 {row.line.username}: {' '.join(row.problems or row.does)}")
