"""`manage.py verify_audit`: whether the audit trail still is what was written."""

import json
import re
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from review.management.refusing import refusing
from review.operations.services import anchors
from review.trail.services import audit_chain

PRINTED = re.compile("[0-9a-f]{64}")


class Command(BaseCommand):
    """Exit status 0 where everything holds, 1 with the first bad row where it does not."""

    help = "監査記録の鎖を確かめ、最初の不正な行を示します。 / Verifies the audit trail and names the first bad row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            type=Path,
            metavar="FILE",
            help="外部に保管した控え。複数指定できます。省略時は MEGURI_ANCHOR_ROOT のもの。",
        )
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="公表したファイルに印刷された「監査記録の照合値」。複数指定できます。",
        )
        parser.add_argument("--json", action="store_true", help="結果を JSON の一行で出します。")

    @refusing
    def handle(self, *args: Any, anchor: list[Path] | None, head: list[str], **options: Any) -> None:
        heads, restored = _anchors(anchor)
        report = audit_chain.verify(anchors=_with_heads(heads, head))
        # Of the installation's own: an older copy that somebody names covers only what it covers.
        overdue = not anchor and anchors.standing().late
        if options["json"]:
            words = {**as_json(report), "overdue": overdue, "restored": [asdict(one) for one in restored]}
            self.stdout.write(json.dumps(words, ensure_ascii=False))
        else:
            for line in [*sentences(report), *map(_restored, restored)]:
                self.stdout.write(line)
        if not report.intact:
            raise CommandError("監査記録に不正があります。" if report.faults else "監査記録の保護が外れています。")
        if overdue:
            raise CommandError(
                "外部の控えが2時間以上作られていないか、失われています。控えのない記録は、誰も保証しません。"
                f"{anchors.default_file()} が読めるか、ワーカーと定時処理が動いているかを確かめてください。"
            )


def _restored(one: anchors.Restored) -> str:
    return (
        f"復元の記録: {one.at} に、{one.back_to} 番目までのバックアップから復元しました。"
        f"その後にあった控え {one.void} 件の行は、復元で失われたものとして扱います。心当たりがなければ、改ざんを疑ってください。"
    )


def _anchors(named: list[Path] | None) -> tuple[dict[int, str], tuple[anchors.Restored, ...]]:
    files = named or [path for path in [anchors.default_file()] if path.exists()]
    try:
        return anchors.read(files)
    except (anchors.BadAnchor, OSError) as error:
        raise CommandError(f"控えを読めません: {error}") from error


def _with_heads(anchors: dict[int, str], printed: list[str]) -> dict[int, str]:
    """The anchors and the heads that published files print, which vouch for the trail alike."""
    heads = dict(anchors)
    for text in printed:
        number, _colon, value = text.strip().partition(":")
        if not (number.isascii() and number.isdigit() and PRINTED.fullmatch(value)):
            raise CommandError(f"照合値を読めません: {text}。公表したファイルにある「番号:値」のまま指定してください。")
        if heads.setdefault(int(number), value) != value:
            raise CommandError(f"照合値 {text} が、ほかの控えと食い違っています。")
    heads.pop(0, None)  # the empty trail vouches for nothing
    return heads


def sentences(report: audit_chain.Report) -> list[str]:
    lines = [f"鎖: {report.links} 行、先頭の値 {report.head.hash}"]
    for fault in report.faults:
        row = "" if fault.entry is None else f"(記録の行 {fault.entry})"
        lines.append(f"不正: {fault.seq} 番目{row} {fault.what}")
    lines += [f"保護が外れています: {name}" for name in report.unprotected]
    if report.disorder:
        lines.append(
            f"時刻: {report.disorder[0]} 番目など {len(report.disorder)} 行が、前の行より前の時刻です(署名は合っています)。"
            "時計のずれた機械がなかったか、確かめてください。"
        )
    if report.unknown:
        lines.append(f"署名: はじめの {report.unknown} 行は、今はない鍵で署名されています。鎖と控えだけが保証します。")
    lines.append(_window(report))
    return lines


def _window(report: audit_chain.Report) -> str:
    """Which part an owner of the database could still cut off or write anew without being detected."""
    if not report.links:
        return "記録はまだ一つもありません。保証されているものもありません。"
    if report.uncovered_since is None:
        return f"外部の控え {report.anchors} 件がすべての行を保証しています。"
    since = report.uncovered_since.astimezone().isoformat(timespec="seconds")
    return (
        f"外部の控え {report.anchors} 件。{report.covered + 1} 番目({since})以降は、まだ控えがありません。"
        "この部分が消されたり作り直されたりしても、見つけられません。"
    )


def as_json(report: audit_chain.Report) -> dict[str, Any]:
    since = report.uncovered_since and report.uncovered_since.isoformat()
    return {**asdict(report), "intact": report.intact, "head": report.head.hash, "uncovered_since": since}
