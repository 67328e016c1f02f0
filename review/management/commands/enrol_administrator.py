"""`manage.py enrol_administrator USERNAME NAME`: the first administrator, who then enrols everybody else on the screens."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.domain.refusals import AlreadyDecided, Invalid
from review.people.services import people


class Command(BaseCommand):
    """Refuses while an administrator holds the post. The temporary password is shown once and stored nowhere."""

    help = "最初の管理者を登録します。管理者がすでにいるときは登録しません。 / Enrols the first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="利用者名(サインインに使う名前)")
        parser.add_argument("name", help="氏名")
        parser.add_argument("--email", default="", help="通知メールの宛先")

    def handle(self, *args: Any, username: str, name: str, email: str, **options: Any) -> None:
        try:
            made = people.enrol_first_administrator(username=username, display_name=name, email=email)
        except Invalid as refusal:
            raise CommandError(" ".join([str(refusal), *refusal.fields.values()])) from refusal
        except AlreadyDecided as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{made.user} を管理者として登録しました。仮のパスワード(一度だけ表示します): {made.password}"
        )
