"""`manage.py import_plan FILE`: take in a plan from whatever `read_form` reads: the city's form, or any list or sheets."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from review.domain.forms.as_document import Known, document_in
from review.domain.mends import mended, proposals
from review.domain.sheet import DocumentError, PlanDocument
from review.management.refusing import database_words, proposal_in, refusing
from review.models import Plan
from review.plan.services import planning, plans
from review.plan.services.planning import Imported

NOTHING = "\n何も取り込んでいません。"


class Command(BaseCommand):
    help = "計画の文書や一覧(.xlsx、CSV、タブ区切りテキスト)を取り込みます。疑わしい点はすべて一覧にします。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="確かめるだけで、何も保存しません。")
        parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")
        parser.add_argument("--plan", metavar="SHORTNAME", help="計画の短い名前。--dry-run のときだけ省けます。")
        parser.add_argument("--year", type=int, help="シートの年度(西暦)。省略時は実績のある最後の年度です。")
        parser.add_argument(
            "--accept", action="append", default=[], metavar="CODE", help="この種類の疑問点の提案を受け入れます。"
        )

    @refusing
    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["plan"] or options["dry_run"]):
            raise CommandError("取り込む計画を --plan で指定してください。計画は create_plan で作ります。")
        proposal = proposal_in(options["file"], afterwards=NOTHING)
        plan = self._plan(options)
        document = self._document(proposal, options["file"], plan)
        if options["accept"]:
            document = mended(document, proposals(document, options["accept"]))
        imported = self._import(document, plan, options)
        self._say(imported, options)

    def _plan(self, options: dict[str, Any]) -> Plan | None:
        try:
            return plans.by_short_name(options["plan"]) if options["plan"] else None
        except DatabaseError as error:
            if not options["dry_run"]:
                raise CommandError(database_words(error)) from error
            return None

    def _document(self, proposal: dict[str, Any], path: Path, plan: Plan | None) -> PlanDocument:
        try:
            return document_in(proposal, planning.known(plan) if plan else Known())
        except DocumentError as error:
            raise CommandError(f"{path.name}: {error}{NOTHING}") from error

    def _import(self, document: PlanDocument, plan: Plan | None, options: dict[str, Any]) -> Imported:
        try:
            return planning.import_plan(
                document,
                plan_name=plan.name if plan else "(計画)",
                city=plan.city if plan else settings.MEGURI_CITY,
                year=options["year"] or planning.sheets_year(document),
                dry_run=options["dry_run"],
            )
        except DatabaseError as error:
            if not options["dry_run"]:
                raise CommandError(database_words(error)) from error
            # A trial reads the file alone: what the database holds cannot be compared; a message says so.
            self.stderr.write(f"{database_words(error)}ファイルの内容だけを確かめました。")
            return Imported(
                measures=len(document.sheets),
                indicators=document.indicator_count,
                written=0,
                doubts=(*document.doubts, *planning.direction_doubts(document)),
            )

    def _say(self, imported: Imported, options: dict[str, Any]) -> None:
        warnings = [
            {"code": d.code, "measure": d.measure, "line": d.line, "detail": d.detail, "proposal": d.proposal}
            for d in imported.doubts
        ]
        if options["json"]:
            answer = {"measures": imported.measures, "indicators": imported.indicators, "warnings": warnings}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
            return
        for row in warnings:
            place = f"{row['line']}行目" if row["line"] else "全体"
            proposal = f" → 提案: {row['proposal']}" if row["proposal"] else ""
            self.stdout.write(f"[{row['code']}] {row['measure']} {place}: {row['detail']}{proposal}")
        done = "確かめただけで、保存していません" if options["dry_run"] else f"{imported.written}件を保存しました"
        self.stdout.write(
            f"施策{imported.measures}件、成果目標{imported.indicators}件を読みました({done})。確認が必要な点: {len(warnings)}件"
        )
