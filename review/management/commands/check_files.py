"""`manage.py check_files`: is each file that the database names there, and what it was?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.management.refusing import refusing
from review.operations.services import stored_files
from review.trail.services import whole_files

WORDS = {whole_files.MISSING: "ありません", whole_files.DAMAGED: "内容が違います"}


class Command(BaseCommand):
    """Exit status 0 where every file is there and unchanged, 1 with each that is not."""

    help = "データベースにあるファイルが、すべて元のまま置かれているか確かめます。 / Files against rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="作り直せるものの作成を、ワーカーに依頼します。")
        parser.add_argument("--json", action="store_true", help="結果を JSON の一行で出します。")

    @refusing
    def handle(self, *args: Any, mend: bool, **options: Any) -> None:
        report = stored_files.check()
        if options["json"]:
            words = {"files": report.files, "faults": [asdict(fault) for fault in report.faults]}
            self.stdout.write(json.dumps(words, ensure_ascii=False))
        else:
            for fault in report.faults:
                self.stdout.write(f"{fault.path}({fault.name}): {WORDS[fault.what]}。{fault.help}")
            self.stdout.write(f"{report.files} ファイルのうち {len(report.faults)} 件に問題があります。")
        if mend:
            self.stdout.write(f"{stored_files.mend()} 件の作り直しを依頼しました。ワーカーが作ります。")
        if report.faults:
            raise CommandError("置かれているファイルに問題があります。")
