"""`manage.py database_roles`: gives the application a database role that cannot change the audit trail."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from review.management.refusing import refusing
from review.trail.services import database_roles


class Command(BaseCommand):
    """Run as the owner of the tables after each migration: `--print` shows the statements, `--apply` runs them."""

    help = (
        "アプリ用の DB ロール(監査記録を変更できない)を作ります。 / Database roles for the application and the backup."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--print", action="store_true", dest="show", help="SQL を表示します。")
        what.add_argument("--apply", action="store_true", help="SQL を実行します(表の所有者として)。")
        named = settings.MEGURI_APP_DATABASE_ROLE or "meguri_app"
        parser.add_argument("--app", default=named, help="アプリのロール名")
        parser.add_argument("--backup", default="meguri_backup", help="バックアップのロール名")
        parser.add_argument(
            "--password-env",
            default="MEGURI_APP_DATABASE_PASSWORD",
            help="--apply がアプリのロールに設定するパスワードの環境変数",
        )
        parser.add_argument(
            "--backup-password-env",
            default="MEGURI_BACKUP_DATABASE_PASSWORD",
            help="--apply がバックアップのロールに設定するパスワードの環境変数",
        )

    @refusing
    def handle(self, *args: Any, app: str, backup: str, show: bool, password_env: str, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("PostgreSQL だけにロールがあります。SQLite では不要です。")
        # A printed script goes to terminals and files: it never holds the password.
        secrets = {
            "password": os.environ.get(password_env, ""),
            "backup_password": os.environ.get(options["backup_password_env"], ""),
        }
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database(), current_schema()")
            database, schema = cursor.fetchone()
            statements = [
                statement.as_string(cursor.connection)
                for statement in database_roles.statements(
                    app=app, backup=backup, database=database, schema=schema, **({} if show else secrets)
                )
            ]
        if show:
            self.stdout.write("\n".join(f"{statement};" for statement in statements))
            return
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        self.stdout.write(f"{app}、{backup} の権限を設定しました。")
