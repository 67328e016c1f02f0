"""The tables of hand-judged values beside the tests, as rows by column name."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of tab-separated text."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def document() -> list[dict[str, object]]:
    """Each indicator-year of the plan as a question with its verdict; years without 実績 yet are left out."""
    table = rows("dx_plan_reiwa4_6.tsv")
    blocks: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in table:
        blocks.setdefault((row["measure"], row["indicator"]), []).append(row)
    questions = []
    for years in blocks.values():
        targets = tuple(year["target"] for year in years)
        for place, year in enumerate(years[:3]):
            previous = years[place - 1]["actual"] if place else None
            questions.append({**year, "previous": previous, "targets": targets})
    return questions


def four_decimals(rate: str) -> Decimal | None:
    """The rate of a table, written as a decimal or a quotient by hand, rounded half up; None where it has none."""
    if not rate:
        return None
    exact = Fraction(rate)
    quotient = Decimal(exact.numerator * 10**6) / Decimal(exact.denominator) / 10**6
    return quotient.quantize(Decimal("0.0001"), ROUND_HALF_UP)
