"""Judging: against two tables of a reader who wrote them without having seen the code, each frozen before its run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from review.domain.values.achievement import Judgement, judge
from review.domain.values.direction import name_direction
from tests.review.domain import tables

DECIDED = ("achieved", "missed")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a table; the first comment of each table names the columns."""

    name: str
    target: str
    actual: str
    direction: str
    previous: str
    targets: tuple[str, ...]
    status: str
    rate: str  #: "null": there is none; "": nothing is claimed

    @property
    def title(self) -> str:
        return f"{self.name}: {self.target} / {self.actual}"

    def judged(self) -> Judgement:
        return judge(
            name=self.name,
            target=self.target,
            actual=self.actual,
            direction=self.direction or None,
            previous=self.previous or None,
            targets=self.targets,
        )


def _row(line: str) -> Row:
    cells = [cell.replace("\\n", "\n") for cell in line.split("\t")]
    name, target, actual, direction, previous, targets, status, rate = cells
    years = tuple(targets.split("|")) if targets else ()
    return Row(
        name=name,
        target=target,
        actual=actual,
        direction=direction,
        previous=previous,
        targets=years,
        status=status,
        rate=rate,
    )


def _rows(table: str) -> list[Row]:
    lines = (tables.HERE / table).read_text(encoding="utf-8").splitlines()
    return [_row(line) for line in lines if line and not line.startswith("#")]


TABLES = {table: _rows(table) for table in ("independent.tsv", "independent_second.tsv")}
ROWS = [row for rows in TABLES.values() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_no_verdict_is_wrong_and_none_is_given_where_a_careful_person_could_not(row):
    judgement = row.judged()
    allowed = (row.status, "undetermined") if row.status in DECIDED else (row.status,)
    assert judgement.status in allowed, judgement.reason
    if row.rate and judgement.status == row.status:
        assert judgement.rate == (None if row.rate == "null" else Decimal(row.rate))


@pytest.mark.parametrize("table", TABLES)
def test_a_needless_undetermined_is_rarer_than_one_in_ten(table):
    decided = [row for row in TABLES[table] if row.status in DECIDED]
    needless = [row.title for row in decided if row.judged().status == "undetermined"]
    assert len(needless) * 10 < len(decided), needless


def test_the_tables_are_large():
    assert len(TABLES["independent.tsv"]) >= 260 and len(TABLES["independent_second.tsv"]) >= 120


@pytest.mark.parametrize("row", tables.rows("independent_names.tsv"), ids=lambda row: row["name"])
def test_a_name_speaks_in_no_wrong_direction(row):
    assert name_direction(row["name"]) in (row["direction"] or None, None)
