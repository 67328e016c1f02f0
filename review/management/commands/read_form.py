"""`manage.py read_form FILE`: what the file of a plan seems to say; stores nothing and needs no database."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from review.management.refusing import proposal_in


class Command(BaseCommand):
    """The proposal for a list or sheets of any city, and each doubt. Status 2 where the file holds no plan."""

    help = "計画の一覧や評価シートのファイルを読み、何をどう読んだかと疑問点を示します。何も保存しません。"
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="結果をJSONで出力します。")

    def handle(self, *args: Any, **options: Any) -> None:
        read = proposal_in(options["file"])
        proposal = {name: read[name] for name in ("measures", "doubts")}
        text = json.dumps(proposal, ensure_ascii=False, indent=1) if options["json"] else "\n".join(_lines(proposal))
        # UTF-8 whatever the locale says.
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
        sys.stdout.buffer.flush()


def _lines(proposal: dict[str, Any]) -> list[str]:
    """The proposal for a person: each measure with its goals, then the doubts."""
    lines: list[str] = []
    for measure in proposal["measures"]:
        head = " ".join(filter(None, (measure.get("code", ""), measure["name"])))
        lines.append(f"■ {head}({'、'.join(measure['departments']) or '担当部署なし'})")
        for goal in measure["indicators"]:
            years = {**goal["targets"], **goal["actuals"]}
            values = [
                f"{year}: 目標{goal['targets'].get(year, '―')} 実績{goal['actuals'].get(year, '―')}"
                for year in sorted(years)
            ]
            unit = f"[{goal['unit']}]" if goal["unit"] else ""
            lines.append(f"  ・{goal['name']}{unit} 基準値{goal['baseline'] or '―'} " + " / ".join(values))
    for doubt in proposal["doubts"]:
        place = " ".join(filter(None, (doubt["sheet"], doubt["cell"])))
        lines.append(f"[{doubt['code']}] {place}: {doubt['detail']} → 提案: {doubt['proposal']}")
    goals = sum(len(measure["indicators"]) for measure in proposal["measures"])
    lines.append(f"施策{len(proposal['measures'])}件、指標{goals}件、確認が必要な点{len(proposal['doubts'])}件")
    return lines
