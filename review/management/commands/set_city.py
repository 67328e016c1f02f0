"""`manage.py set_city --name …`: the city and whom its people ask, as on the screen 自治体と問い合わせ先."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from review.management.refusing import refusing
from review.screens.services import city

WORDS = {
    "name": "自治体名",
    "code": "全国地方公共団体コード(6桁)",
    "office": "問い合わせ先の部署",
    "extension": "内線",
    "email": "問い合わせ先のメールアドレス",
}


class Command(BaseCommand):
    help = "自治体名と、メールに出す問い合わせ先を決めます。省いた項目は今のままです。 / Names the city."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for field, words in WORDS.items():
            parser.add_argument(f"--{field}", help=words)

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        now = city.city()
        values = {field: getattr(now, field) if options[field] is None else options[field] for field in WORDS}
        row = city.change(by=None, **values)
        self.stdout.write(f"自治体「{row.name}」を保存しました。")
