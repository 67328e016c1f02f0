"""What became of each 成果目標 since the year before: only of goals that both years judged, by one definition and one scale.

Last year's grade is the published one; where that year has no edition, it is computed from the values that this one holds, by
the same rules.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from review.books.services.editions import Row, Snapshot
from review.domain import rating
from review.domain.notation import renamed
from review.domain.values import achievement
from review.domain.values.reading import Direction

#: {(施策ID, number): (the goal, the scale, its grade last year by them)}
Computed = dict[tuple[str, int], tuple[Row, Any, str]]

DIRECTIONS: Mapping[str, Direction | None] = {"up": "up", "down": "down"}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One 成果目標 with its grade last year and now; `steps` is positive by so many grades better, negative by so many worse."""

    measure: Row
    number: int
    name: str
    before: str
    now: str
    steps: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """The goals that can be compared, and how many of each grade they were and are."""

    better: tuple[Step, ...]
    worse: tuple[Step, ...]
    base: int
    before: Mapping[str, int]
    now: Mapping[str, int]


def change(snapshot: Snapshot, earlier: Snapshot | None, known: Computed | None = None) -> Change:
    """What changed since last year, whose edition is `earlier`; the largest steps first. `known`: what was computed of
    last year for other editions of the year, which hold most goals alike."""
    scale, year = rating.Scale.from_data(snapshot["scale"]), snapshot["fiscal_year"]
    same = earlier if earlier and rating.Scale.from_data(earlier["scale"]) == scale else None
    published = {
        (row["code"], one["number"]): one["grade"]
        for row in (same or {"measures": ()})["measures"]
        for one in row["indicators"]
    }
    order, known = [grade.letter for grade in scale.decided], {} if known is None else known
    steps = []
    for row in snapshot["measures"]:
        for one in row["indicators"]:
            cells = {cell["fiscal_year"]: cell for cell in one["years"]}
            if one["grade"] not in order or not {year, year - 1} <= cells.keys():
                continue
            name, former = cells[year]["name"], cells[year - 1]["name"]
            key = row["code"], one["number"]
            if not same and known.get(key, ())[:2] != (one, snapshot["scale"]):
                known[key] = one, snapshot["scale"], _computed(one, cells, year - 1, scale)
            before = published.get(key) if same else known[key][2]
            if before in order and former and not renamed(former, name):
                rose = order.index(before) - order.index(one["grade"])
                steps.append(
                    Step(measure=row, number=one["number"], name=name, before=before, now=one["grade"], steps=rose)
                )
    return Change(
        better=tuple(sorted((one for one in steps if one.steps > 0), key=lambda one: -one.steps)),
        worse=tuple(sorted((one for one in steps if one.steps < 0), key=lambda one: one.steps)),
        base=len(steps),
        before=Counter(one.before for one in steps),
        now=Counter(one.now for one in steps),
    )


def _computed(one: Row, cells: Mapping[int, Row], year: int, scale: rating.Scale) -> str:
    """The grade of a year that no edition judged; '' where there is none, or where nobody said which way is better."""
    cell, before = cells[year], cells.get(year - 1)
    verdict = achievement.judge(
        name=cell["name"],
        target=cell["target"],
        actual=cell["actual"],
        direction=DIRECTIONS.get(one.get("direction", "")),
        previous=before["actual"] if before else None,
        targets=[each["target"] for each in cells.values()],
        fiscal_year=year,
        kind=one.get("kind", ""),
    )
    unsure = not one.get("direction") and verdict.basis != "text"
    graded = None if unsure or "progress" in one else rating.grade(verdict, scale)
    return graded.letter if graded else ""
