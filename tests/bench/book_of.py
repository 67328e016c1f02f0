"""Year's books of any size for the benches: the facts in turn, every text made longer and different on every sheet."""

from __future__ import annotations

from dataclasses import replace

from review.domain.book import BookSheet, YearBook, YearCounts
from review.domain.sheet import IndicatorBlock, Sheet
from tests.review.workbook import samples

# About as long as what the city's departments write.
SENTENCE = "利用の状況を毎月確かめ、関係する課と分担して進めています(第{n}号、{m:,}件)。窓口での案内と広報紙での周知を続けます。"


def book(count: int, *, changed: frozenset[int] = frozenset()) -> YearBook:
    """A book of `count` sheets, made anew at each call; those in `changed` say something else than without."""
    facts = samples.facts().sheets
    sheets = [_sheet(facts[n % len(facts)], n, " 追記しました。" if n in changed else "") for n in range(count)]
    entries = tuple(
        BookSheet(
            sheet=sheet,
            field_name=f"分野{n % len(facts) // 5 + 1}",
            state_label="承認済み" if n % 3 else "確認待ち",
            grade="A" if n % 2 else "B",
            indicators=tuple(map(samples.judged, sheet.indicators)),
        )
        for n, sheet in enumerate(sheets)
    )
    before = YearCounts(fiscal_year=2023, sheets={"A": count // 2}, indicators={"A": count, "B": count // 2})
    return samples.book(sheets=entries, previous=before)


def _sheet(facts: Sheet, n: int, more: str) -> Sheet:
    def text(of: str, sentences: int) -> str:
        return f"{of}{more}\n" + "".join(SENTENCE.format(n=n + k, m=n * 7 + k) for k in range(sentences))

    return replace(
        facts,
        code=f"{n // 99 + 1:02d}-{n % 99 + 1:02d}",
        name=f"{facts.name}({n + 1})",
        texts={
            "current_state": text(facts.text("current_state"), 3),
            "description": text(facts.text("description"), 3),
            "expected_effect": text(facts.text("expected_effect"), 1),
            "policy": text(facts.text("policy"), 3),
            "cause": text("要因", 1),
            "response": text("対応", 2),
            "progress": text("取組", 2),
            "self_assessment": text("自己評価", 1),
            "board_opinion": text("本部", 1),
        },
        indicators=tuple(_block(one, n, more) for one in facts.indicators),
    )


def _block(block: IndicatorBlock, n: int, more: str) -> IndicatorBlock:
    years = tuple(
        replace(cell, actual=f"{cell.actual}{more and '(速報)'}", name=f"{cell.name}{n}") for cell in block.years
    )
    return replace(block, years=years)
