"""`manage.py export_cycle YEAR [--plan SHORTNAME] --format … --out PATH`: the frozen edition of a year, or the draft where none is published."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from review import queries
from review.domain.fiscal import fiscal_year_label
from review.management.refusing import refusing
from review.models import Cycle
from review.plan.services import plans
from review.publication.services import exports, schemas
from review.publication.services.exports import Source
from review.trail.services import audit, whole_files
from review.workbook.files import write_atomically

Writer = Callable[[Source, BinaryIO], Any]
WRITERS: dict[str, Writer] = {
    "json": lambda source, out: out.write(exports.as_json(source)),
    "csv": lambda source, out: out.write(exports.as_csv(source)),
    "xlsx": exports.write_xlsx,
    "pdf": exports.write_pdf,
}


#: what describes a format to machines
SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {"json": schemas.edition_schema, "csv": schemas.table_schema}


class Command(BaseCommand):
    help = "年度の評価結果を書き出します。公表済みなら公表版、まだなら今の内容です。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="年度(西暦)。令和6年度は 2024")
        parser.add_argument("--plan", default="", metavar="SHORTNAME", help="計画の短い名前。計画が一つなら省ける")
        parser.add_argument("--format", required=True, choices=WRITERS)
        parser.add_argument("--out", required=True, type=Path, help="書き出すファイル")
        parser.add_argument("--schema", type=Path, help="形式の定義も、このファイルに書き出す(json と csv だけ)")

    @refusing
    def handle(self, *args: Any, year: int, format: str, out: str | Path, **options: Any) -> None:
        out = Path(out)
        schema = options["schema"]
        if schema and format not in SCHEMAS:
            raise CommandError("--schema は json と csv のときだけ使えます。")
        cycle, source = self._source(options["plan"], year)
        try:
            with transaction.atomic():
                self._record(source, cycle, format)
                write_atomically(out.resolve(), lambda target: WRITERS[format](source, target))
                if schema:
                    write_atomically(Path(schema).resolve(), lambda to: to.write(schemas.as_bytes(SCHEMAS[format]())))
        except whole_files.AlteredFile as error:
            raise CommandError(
                f"公表版のファイル {error} が、公表したときと違います。check_files で確かめてください。"
            ) from error
        except OSError as error:
            raise CommandError(
                f"{out}: 書き込めません({error.strerror})。場所と空き容量を確かめてください。"
            ) from error
        self.stdout.write(f"{fiscal_year_label(year)}({source.label})を {out} に書き出しました。")

    def _record(self, source: Source, cycle: Cycle, format: str) -> None:
        """What is published is everybody's; what is not leaves the house with a row, as from a screen."""
        if source.edition is None:
            audit.write(None, "export", f"cycle:{cycle.pk}", after={"format": format})

    def _source(self, plan: str, year: int) -> tuple[Cycle, Source]:
        cycle = queries.cycle_of(plans.one(plan).short_name, year)
        if cycle is None:
            raise CommandError(
                f"{year}年度({fiscal_year_label(year)})の評価はありません。年度は西暦で指定してください。"
            )
        return cycle, exports.source_of(cycle)
