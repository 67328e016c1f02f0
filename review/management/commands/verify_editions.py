"""`manage.py verify_editions`: whether every published edition and its files still are what was published."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.ending.services import summaries
from review.management.refusing import refusing
from review.publication.services import edition_check


class Command(BaseCommand):
    """Exit status 0 where everything holds, 1 with the first difference in plain words where it does not."""

    help = (
        "公表版とそのファイルを確かめ、最初の違いを示します。 / Verifies the editions and names the first difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="結果を JSON の一行で出します。")

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        report = edition_check.verify()
        if options["json"]:
            findings = [{"where": one.where, "what": one.what} for one in report.findings]
            findings += [{"where": "計画期間の総括", "what": line} for line in summaries.altered()]
            words = {"intact": not findings, "editions": report.editions, "files": report.files, "findings": findings}
            self.stdout.write(json.dumps(words, ensure_ascii=False))
        else:
            self.stdout.write(f"公表版 {report.editions} 件、ファイル {report.files} 件を確かめました。")
        if report.findings:
            first, *more = report.findings
            rest = f" ほかに{len(more)}件あります(--json で全部を示します)。" if more else ""
            raise CommandError(f"{first}{rest}")
        if lines := summaries.altered():
            raise CommandError(lines[0])
        if not options["json"]:
            self.stdout.write("すべて、公表したときのままです。")
