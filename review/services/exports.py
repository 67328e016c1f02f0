"""A year's results for machines: JSON as frozen, and one tidy CSV. Screens and `export_cycle` share these writers.

CSV: one row per 成果目標 and 年度; UTF-8 with BOM, CRLF, every text as typed. A text that a spreadsheet would take for a
formula is given a leading apostrophe (`guarded`), and so is a text that begins with one: taking one apostrophe off the
front of any field gives back the typed text (`typed`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.files.storage import default_storage
from django.utils import timezone

from review import clock
from review.domain import values
from review.domain.fiscal import fiscal_year_label
from review.models import Artifact, Cycle, Edition
from review.pdf import maker
from review.services import books
from review.services.snapshot import snapshot_of
from review.workbook import engine

BOM = "\ufeff"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")
DRAFT = "公表前"

COLUMNS = (
    "全国地方公共団体コード", "自治体名", "計画名", "評価年度_西暦", "評価年度_和暦", "版", "版の番号", "公表日時",
    "施策ID", "施策名", "分野番号", "分野名", "主管部署", "指標ID", "指標番号", "年度_西暦", "年度_和暦", "評価項目",
    "目標", "実績", "目標_数値", "実績_数値", "単位", "判定", "達成率", "達成区分", "算定の達成区分", "判断の理由",
    "施策の総合評価", "施策の結果",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is exported: a frozen edition, or the year as it stands (`edition` None)."""

    snapshot: Mapping[str, Any]
    edition: Edition | None = None

    @property
    def label(self) -> str:
        """第1版, or 公表前."""
        return self.edition.label if self.edition else DRAFT

    @property
    def meta(self) -> dict[str, Any]:
        """What tells this edition from every other."""
        if self.edition is None:
            return {"label": DRAFT, "number": None, "published_at": None, "sha256": None}
        moment = timezone.localtime(self.edition.published_at)
        return {
            "label": self.edition.label,
            "number": self.edition.number,
            "published_at": moment.isoformat(timespec="seconds"),
            "sha256": self.edition.sha256,
        }


def source_of(cycle: Cycle) -> Source:
    """The year's current edition, or the year as it stands where none is published."""
    edition = Edition.objects.filter(cycle=cycle, current=True).select_related("cycle__plan").first()
    return Source(snapshot=edition.snapshot, edition=edition) if edition else Source(snapshot=snapshot_of(cycle))


def as_json(source: Source) -> bytes:
    """The snapshot with its edition. `edition.sha256` is that of the canonical JSON of `snapshot` alone."""
    document = {"edition": source.meta, "snapshot": source.snapshot}
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def as_csv(source: Source) -> bytes:
    """The tidy table."""
    text = io.StringIO(newline="")
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(source))
    return text.getvalue().encode()


def rows(source: Source) -> Iterator[list[str]]:
    """One row per 成果目標 and 年度, in the order of COLUMNS."""
    snapshot, meta = source.snapshot, source.meta
    head = [
        snapshot["municipality_code"], guarded(snapshot["city"]), guarded(snapshot["plan"]),
        str(snapshot["fiscal_year"]), fiscal_year_label(snapshot["fiscal_year"]),
        meta["label"], str(meta["number"] or ""), meta["published_at"] or "",
    ]  # fmt: skip
    for measure in snapshot["measures"]:
        of_measure = [
            measure["code"], guarded(measure["name"]), measure["field"]["number"], guarded(measure["field"]["name"]),
            guarded(measure["owner"]),
        ]  # fmt: skip
        for one in measure["indicators"]:
            for cell in one["years"]:
                of_year = _of_year(measure, one, cell, judged=cell["fiscal_year"] == snapshot["fiscal_year"])
                yield [*head, *of_measure, *of_year]


def _of_year(measure: Mapping[str, Any], one: Mapping[str, Any], cell: Mapping[str, Any], *, judged: bool) -> list[str]:
    target, target_unit = _number(cell["target"])
    actual, actual_unit = _number(cell["actual"])
    judgement = [
        books.STATUS_LABELS.get(one["status"], one["status"]), one["rate"] or "", one["grade"], one["computed_grade"],
        guarded(one["given_reason"]), measure["grade"], guarded(measure["outcome"]),
    ]  # fmt: skip
    return [
        f"{measure['code']}-{one['number']}",
        str(one["number"]),
        str(cell["fiscal_year"]),
        fiscal_year_label(cell["fiscal_year"]),
        guarded(cell["name"]),
        guarded(cell["target"]),
        guarded(cell["actual"]),
        target,
        actual,
        actual_unit or target_unit,
        *(judgement if judged else [""] * len(judgement)),
    ]


def _number(text: str) -> tuple[str, str]:
    """The text's single number and unit, as plain digits; empty where it has none."""
    quantity = values.read(text).quantity
    if quantity is None or quantity.value is None:
        return "", ""
    value = round(Decimal(quantity.value.numerator) / Decimal(quantity.value.denominator), 9).normalize()
    return f"{value:f}", quantity.unit.symbol


def guarded(text: str) -> str:
    """The text as a CSV field that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def typed(field: str) -> str:
    """The typed text of a guarded field."""
    return field.removeprefix("'")


# --- workbook --------------------------------------------------------------------------------------------------------


def write_xlsx(source: Source, out: BinaryIO, *, made_at: datetime | None = None) -> None:
    """The consolidated workbook: the very file of the edition where it was made, else one made now."""
    artifact = edition_file(source.edition) if source.edition else None
    if artifact:
        with default_storage.open(artifact.path, "rb") as kept:
            out.write(kept.read())
        return
    moment = source.edition.published_at if source.edition else made_at or clock.now()
    book = books.year_book(source.snapshot, label=source.label, made_at=timezone.localtime(moment))
    engine.write(book, out)


def write_pdf(source: Source, out: BinaryIO) -> None:
    """The whole book as PDF/UA-1: the very file of the edition where it was made, else one made now."""
    rows = Artifact.objects.filter(edition=source.edition, kind=Artifact.Kind.BOOK_PDF) if source.edition else None
    artifact = rows.first() if rows is not None else None
    if artifact:
        with default_storage.open(artifact.path, "rb") as kept:
            out.write(kept.read())
        return
    moment = source.edition.published_at if source.edition else clock.now()
    book = books.year_book(source.snapshot, label=source.label, made_at=timezone.localtime(moment))
    out.write(maker.book(book).data)


def edition_file(edition: Edition) -> Artifact | None:
    """The consolidated workbook of an edition; None while it is being made. One query."""
    return Artifact.objects.filter(edition=edition, kind=Artifact.Kind.CONSOLIDATED).first()
