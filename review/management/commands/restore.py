"""`manage.py restore DIR`: a backup back into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from review.operations.services import restoring
from review.operations.services.backup_folder import BadBackup


class Command(BaseCommand):
    """As the owner of the tables, with web, worker and beat stopped. Mail is held afterwards."""

    help = "バックアップを、空の導入先に復元します。メールは、管理者が再開するまで送りません。 / Restores a backup."
    # The tables may not be there yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="manage.py backup が作ったフォルダー")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            done = restoring.restore(folder)
        except BadBackup as problem:
            raise CommandError(str(problem)) from problem
        except OSError as problem:
            raise CommandError(
                f"{problem.filename or '置き場所'} を読み書きできません({problem.strerror})。"
                "直してから、同じ指定でもう一度行ってください。続きから行います。"
            ) from problem
        except DatabaseError as problem:
            raise CommandError(
                f"データベースに書けませんでした({type(problem).__name__}: {problem})。"
                "空のデータベースと、表の所有者の役割で、もう一度行ってください。"
            ) from problem
        manifest = done.manifest
        self.stdout.write(
            f"{manifest.made_at} のバックアップを復元しました({sum(manifest.tables.values())} 行、{done.files} ファイル)。"
        )
        for remark in done.remarks:
            self.stderr.write(remark)
        self.stdout.write(
            "次に manage.py verify_audit、verify_editions、check_files を実行してください。"
            "メールは止めています。管理者が「処理の状況」の画面で再開します。"
        )
