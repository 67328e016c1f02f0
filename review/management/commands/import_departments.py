"""`manage.py import_departments FILE`: 部 and 課 by a list, as on the screen 部署の一覧を入れる."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.management.refusing import refusing
from review.people.services import organisation


class Command(BaseCommand):
    help = "部と課の一覧(CSVまたは.xlsx、部と課の2列)を登録します。順番が並び順になります。 / Enrols departments by a list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="1行ずつ確かめるだけで、何も保存しません。")

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = organisation.lines_of_file(options["file"])
        except OSError as refusal:
            raise CommandError(f"{options['file']}: 読めません({refusal.strerror})。") from refusal
        if options["dry_run"]:
            for row in organisation.preview(lines):
                self.stdout.write(
                    f"{row.number}行目 {row.division} {row.name}: {row.problem or row.does or '変わりません'}"
                )
            return
        new = organisation.apply(by=None, lines=lines)
        self.stdout.write(f"{len(lines)}行を登録しました(新しい部署{new}件)。")
