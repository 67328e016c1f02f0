"""`manage.py enrol_administrator USERNAME NAME`: the first administrator, who then enrols everybody else on the screens."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from review.management.refusing import refusing
from review.people.services import people


class Command(BaseCommand):
    """Refuses while an administrator holds the post. The temporary password is shown once and stored nowhere."""

    help = "最初の管理者を登録します。管理者がすでにいるときは登録しません。 / Enrols the first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="利用者名(サインインに使う名前)")
        parser.add_argument("name", help="氏名")
        parser.add_argument("--email", default="", help="通知メールの宛先")

    @refusing
    def handle(self, *args: Any, username: str, name: str, email: str, **options: Any) -> None:
        made = people.enrol_first_administrator(username=username, display_name=name, email=email)
        self.stdout.write(
            f"{made.user} を管理者として登録しました。仮のパスワード(一度だけ表示します): {made.password}"
        )
