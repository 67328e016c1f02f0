"""Sheets and books for the workbook tests, built from the repo's own facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from review.domain.book import BookSheet, Change, FormSheet, JudgedIndicator, ScaleRow, YearBook
from review.domain.fields import text_keys
from review.domain.plan_text import read_plan_text
from review.domain.sheet import Bar, IndicatorBlock, IndicatorCell, PlanDocument, ScheduleRow, Sheet

FACTS = Path(__file__).parents[3] / "review" / "seed" / "facts.txt"
YEARS = (2022, 2023, 2024, 2025)
SCALE = (
    ScaleRow(grade="A", meaning="達成", sign="●"),
    ScaleRow(grade="B", meaning="80%以上", sign="■"),
    ScaleRow(grade="－", meaning="評価できない", sign="－"),
)


@cache
def facts() -> PlanDocument:
    return read_plan_text(FACTS.read_bytes())


def without_empty_texts(document: PlanDocument) -> list[Sheet]:
    """The sheets to compare with another file's: a form has an empty cell where a document has no row at all."""
    return [replace(one, texts={key: text for key, text in one.texts.items() if text}) for one in document.sheets]


def sheet(text: str = "文章", **changes: object) -> Sheet:
    """A sheet in which every text field holds `text` unless it is named."""
    parts: dict[str, object] = {
        "code": "01-01",
        "name": f"施策{text}",
        "owner": "産業振興課",
        "related": ("財政課",),
        "schedule": (ScheduleRow(name=f"取組{text}", bars=tuple(Bar(fiscal_year=y, filled=True) for y in YEARS)),),
        "indicators": (block(1, text), block(2, text)),
    }
    texts = {key: str(changes.pop(key, text)) for key in text_keys()}
    return Sheet(texts=texts, **(parts | changes))  # type: ignore[arg-type]


def with_texts(of: Sheet, **texts: str) -> Sheet:
    """The sheet with these texts instead of its own."""
    return replace(of, texts={**of.texts, **texts})


def block(number: int, text: str) -> IndicatorBlock:
    cells = (IndicatorCell(fiscal_year=y, name=f"項目{text}", target=text, actual=text) for y in YEARS)
    return IndicatorBlock(number=number, years=tuple(cells))


def form(of: Sheet, **changes: object) -> FormSheet:
    fields: dict[str, object] = {
        "sheet": of,
        "plan_name": "見本計画",
        "city": "見本市",
        "fiscal_year": 2024,
        "years": YEARS,
        "state_label": "提出時点",
    }
    return FormSheet(**(fields | changes))  # type: ignore[arg-type]


def judged(of: IndicatorBlock, *, demo: bool = False) -> JudgedIndicator:
    cell = of.years[2]
    return JudgedIndicator(
        number=of.number,
        name=cell.name,
        target=cell.target,
        actual=cell.actual,
        status="達成",
        rate=Decimal("1.0500"),
        rate_text="105.0%",
        grade="A",
        numeric_target=Decimal(20),
        numeric_actual=Decimal("21.5"),
        target_unit="件",
        actual_unit="件",
        previous_actual=of.years[1].actual,
        trend="△ 増",
        flags=("向きは評価項目から推定しました。",),
        demo=demo,
    )


def book(*sheets: Sheet, demo: bool = False, **changes: object) -> YearBook:
    """The year's book of the given sheets, by default of the whole facts file."""
    entries = tuple(
        BookSheet(
            sheet=one,
            field_name=f"分野{one.code[:2]}",
            state_label="承認済み",
            grade="A",
            indicators=tuple(judged(each, demo=demo) for each in one.indicators),
        )
        for one in sheets or facts().sheets
    )
    fields: dict[str, object] = {
        "city": "見本市",
        "plan_name": "見本計画",
        "fiscal_year": 2024,
        "years": YEARS,
        "state_label": "第1版",
        "made_at": datetime(2025, 6, 10, 14, 5),
        "scale": SCALE,
        "sheets": entries,
        "changes": (Change(code="01-07", item="成果目標②", before="8,000歩", after="7,000歩", kind="指標"),),
    }
    return YearBook(**(fields | changes))  # type: ignore[arg-type]
