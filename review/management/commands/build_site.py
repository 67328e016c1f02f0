"""`manage.py build_site YEAR [--plan SHORTNAME] [--edition N] --out PATH`: the public site as plain files, a zip or a folder."""

import shutil
import tempfile
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.core.management.base import BaseCommand, CommandError

from review import queries
from review.background.services.jobs import Failure
from review.management.refusing import refusing
from review.models import Edition
from review.plan.services import plans
from review.publication.services import bundle
from review.publication.views import plain_files
from review.workbook.files import write_atomically


class Command(BaseCommand):
    help = "公表した評価結果のサイトを、そのまま置ける静的なファイルとして書き出します。同じ版からは、いつも同じファイルになります。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="年度(西暦)。令和6年度は 2024")
        parser.add_argument("--plan", default="", metavar="SHORTNAME", help="計画の短い名前。計画が一つなら省ける")
        parser.add_argument(
            "--edition", type=int, help="版の番号。省くと最新の版(計画の最後の年度は、公表した総括を含む)"
        )
        parser.add_argument("--out", required=True, type=Path, help="書き出す .zip、または新しいフォルダー")

        parser.add_argument(
            "--base-url",
            default="",
            metavar="URL",
            help="ファイルを置くアドレス。フィード、サイトマップ、データの説明に書く。省くと MEGURI_PUBLIC_URL",
        )

    @refusing
    def handle(self, *args: Any, year: int, out: str | Path, **options: Any) -> None:
        out, edition = Path(out), self._edition(options["plan"], year, options["edition"])
        self.newest = not options["edition"]
        self.base = options["base_url"]
        if self.base and not self.base.startswith(("https://", "http://")):
            raise CommandError(f"--base-url {self.base} はアドレスではありません。https:// から書いてください。")
        if out.suffix != ".zip" and out.exists():
            raise CommandError(f"{out} はすでにあります。新しいフォルダーの名前を指定してください。")
        try:
            if out.suffix == ".zip":
                self._archive(edition, out)
            else:
                self._folder(edition, out)
        except Failure as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(
                f"{out}: 書き込めません({error.strerror})。場所と空き容量を確かめてください。"
            ) from error
        self.stdout.write(f"{edition} のサイトを {out} に書き出しました。")

    def _edition(self, plan: str, year: int, number: int | None) -> Edition:
        rows = queries.editions(plans.one(plan).short_name, year)
        edition = (rows.filter(number=number) if number else rows.filter(current=True)).first()
        if edition is None:
            raise CommandError(f"{year}年度の公表版がありません。年度は西暦で指定してください。")
        return edition

    def _archive(self, edition: Edition, out: Path) -> None:
        write_atomically(out.resolve(), lambda stream: self._write(edition, stream), bundle.check)

    def _folder(self, edition: Edition, out: Path) -> None:
        """Whole or not at all: unpacked beside its place and then renamed."""
        with tempfile.TemporaryDirectory(dir=out.resolve().parent, prefix=f".{out.name}-") as folder:
            packed, unpacked = Path(folder) / "site.zip", Path(folder) / "site"
            self._archive(edition, packed)
            with ZipFile(packed) as archive:
                archive.extractall(unpacked)
            shutil.move(unpacked, out)

    def _write(self, edition: Edition, stream: Any) -> None:
        summary = bundle.newest_summary(edition.cycle) if self.newest else None
        last = bundle.last_before(summary) if summary else edition
        bundle.write(last, stream, partial(plain_files.site_as_of, base=self.base), self._progress, summary)

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done} / {total} ページ", ending="" if done < total else "\n")
        self.stderr.flush()
