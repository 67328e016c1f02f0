"""`manage.py backup --out DIR`: everything that a city would miss, in one folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.management.refusing import refusing
from review.operations.services import backup
from review.operations.services.backup_folder import BadBackup


class Command(BaseCommand):
    """Exit status 0 where the backup is whole. Files that were lost before are named, and are no reason to fail."""

    help = "データベース、ファイル、監査記録の控えを、一つのフォルダーに保存します(利用中でも実行できます)。 / Backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="保存先。まだないか、空のフォルダー。"
        )

    @refusing
    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        try:
            manifest = backup.make(out)
        except BadBackup as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(
                f"{out} に書けません({problem.strerror})。空き容量と権限を確かめ、別のフォルダーにもう一度行ってください。"
            ) from problem
        backup.remember()
        self.stdout.write(f"{out} にバックアップしました({sum(manifest.tables.values())} 行)。")
        for path in manifest.missing:
            self.stderr.write(f"このファイルは、前からありません: {path}")
        self.stdout.write("SECRET_KEY などの秘密は含みません。.env を別に保管してください。")
