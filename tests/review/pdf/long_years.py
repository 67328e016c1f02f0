"""A year whose texts are as long and untidy as a city's real ones, taken the product's own way: import, judging, book.

The real document is read where MEGURI_PLAN_FILE names it. Without it, the repository's facts carry made-up texts of the
same lengths, with what a scan and many hands leave in them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from review import clock
from review.assessment.services import judging
from review.books.services import books, snapshot
from review.domain.book import YearBook
from review.domain.plan_text import read_plan_text
from review.domain.sheet import PlanDocument, Sheet
from review.models import Cycle, IndicatorYear, MeasureReview, MeasureYear, Plan
from review.plan.services import planning
from review.year.services import cycles
from tests.review.workbook import samples

YEAR = 2024
NARRATIVES = ("current_state", "description", "expected_effect", "policy")
#: How many letters the four narratives of each of the city's thirty sheets have.
LENGTHS = (
    (325, 284, 38, 436), (249, 328, 92, 329), (269, 228, 200, 211), (434, 145, 127, 130), (263, 177, 76, 115),
    (301, 128, 119, 113), (216, 153, 357, 366), (402, 50, 40, 55), (149, 256, 145, 105), (244, 227, 158, 184),
    (213, 76, 57, 96), (477, 198, 205, 210), (240, 62, 116, 130), (409, 105, 328, 176), (240, 255, 151, 79),
    (234, 153, 185, 156), (282, 333, 224, 308), (319, 107, 333, 159), (257, 227, 164, 752), (295, 515, 198, 217),
    (320, 94, 52, 99), (381, 131, 25, 149), (296, 67, 385, 82), (297, 146, 221, 395), (300, 112, 107, 237),
    (228, 261, 36, 165), (116, 208, 213, 168), (428, 348, 263, 291), (297, 134, 179, 82), (506, 369, 242, 168),
)  # fmt: skip
#: What is written on a sheet about its year: 要因, 対応, 取組状況, 自己評価.
EVALUATION = {"cause": 150, "response": 170, "progress": 130, "self_assessment": 90}
#: Sentences with the faults of a scan and of many hands: bullets in the line, broken words, wide and narrow forms, addresses.
PIECES = (
    " ・ 窓口の手続きを見直し、来庁しなくても申し込める仕組みを整えます。",
    "<参考> ・ 月平均 33,474件(令和6年度末現在):延べ９,７９３人、達成率 48.2%",
    "利用する人の声を聞きながら、使い方の 説明会を地区ごとに開きます。\n",
    "・⽇々の記録は各課で確かめ、髙﨑地区・𠮷野地区・⻘葉台でも同じように進めます。",
    "※ くわしくは https://www.city.example.lg.jp/kurashi/tetsuzuki/online/index.html を見てください。",
    "デジタルに不慣れな人にも行き届くよう、公民 館や図書館での相談を続けていきます。 ",
    "  (1)庁内の体制づくり　(2)職員の研修　(3)委託先との調整を、年度の前半に終える見込みです。",
    "AI・RPA等の活用にあたっては、費用対効果も含めて検証したうえで、導入の可否を決めます。",
)


def long_text(length: int, turn: int = 0) -> str:
    """So many letters of untidy text, beginning with another piece at each turn."""
    pieces = cycle(PIECES[turn % len(PIECES) :] + PIECES[: turn % len(PIECES)])
    text = ""
    while len(text) < length:
        text += next(pieces)
    return text[: length - 1].strip() + "。"


def made_up() -> PlanDocument:
    """The repository's facts with texts as long as the city's, and two targets that are explained at length."""
    sheets = [
        replace(one, texts={key: long_text(each, turn) for key, each in zip(NARRATIVES, lengths, strict=True)})
        for turn, (one, lengths) in enumerate(zip(samples.facts().sheets, LENGTHS, strict=True))
    ]
    sheets[3] = _explained(
        sheets[3], "75% 第2次振興計画に合わせて設定。令和5年度の実績が上限に近いため、その値を保つことを目標とする"
    )
    sheets[16] = _explained(
        sheets[16], "対象とする手続き 109件のうち、国の標準化の対象となる手続きを除く 83件(令和6年4月時点)"
    )
    return replace(samples.facts(), sheets=tuple(sheets))


def _explained(sheet: Sheet, target: str) -> Sheet:
    first, *rest = sheet.indicators
    years = tuple(replace(one, target=target) if one.fiscal_year == YEAR else one for one in first.years)
    return replace(sheet, indicators=(replace(first, years=years), *rest))


def documents() -> Iterator[tuple[str, PlanDocument]]:
    """The made-up document and, where there is one, the city's."""
    yield "made up", made_up()
    if source := os.environ.get("MEGURI_PLAN_FILE"):
        yield "the city's", read_plan_text(Path(source).read_bytes())


def year_book(document: PlanDocument) -> YearBook:
    """The document imported, its year drafted, written about and judged, and its book."""
    planning.import_plan(document, plan_name="DX推進計画", city="見本市", municipality_code="999999", year=YEAR)
    year = Cycle.objects.filter(fiscal_year=YEAR).first() or cycles.draft(plan=Plan.objects.get(), fiscal_year=YEAR)
    for turn, sheet in enumerate(MeasureYear.objects.filter(fiscal_year=YEAR).order_by("measure__code")):
        MeasureReview.objects.create(cycle=year, measure_year=sheet, state_since=clock.now())
        sheet.texts |= {key: long_text(length + turn * 4, turn) for key, length in EVALUATION.items()}
        sheet.save(update_fields=["texts"])
    judging.judge_rows(IndicatorYear.objects.all(), scale=judging.scale_of(year))
    return books.year_book(snapshot.snapshot_of(year), label="公表案", made_at=samples.book().made_at, states={})
