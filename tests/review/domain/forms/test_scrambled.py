"""However a list is broken, its reading ends in a proposal or one sentence, and invents nothing that no cell holds."""

from __future__ import annotations

import random
import re

import pytest

from review.domain.forms.grid import Grid, make_grid
from review.domain.forms.reading import read_grids
from review.domain.sheet import DocumentError
from tests.review.domain.forms.test_cities import CASES

#: what a reader takes away from the values that it divides
MARKS = " ・①②③④"


def _scrambled(grid: Grid, chance: random.Random) -> Grid:
    rows = [list(row) for row in grid.rows]
    for _time in range(chance.randrange(1, 12)):
        deed = chance.randrange(5)
        row, column = chance.randrange(len(rows)), chance.randrange(grid.width)
        if deed == 0 and len(rows) > 1:
            del rows[row]
        elif deed == 1:
            rows[row][column] = ""
        elif deed == 2:
            other = chance.randrange(len(rows))
            rows[row], rows[other] = rows[other], rows[row]
        elif deed == 3:
            chance.shuffle(rows[row])
        else:
            rows[row][column] = chance.choice(
                ["目標", "R6", "〃", "※", "合計", "単位:人", "2024", "施策名:あ", "\n", "(", "実績値"]
            )
    spans = []
    for _time in range(chance.randrange(4)):
        top, left = chance.randrange(len(rows)), chance.randrange(grid.width)
        spans.append((top, left, top + chance.randrange(3), left + chance.randrange(3)))
    return make_grid(rows, title=grid.title, spans=_apart(spans))


def _apart(spans: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Those that do not meet one before, as no two merged ranges do."""
    apart: list[tuple[int, int, int, int]] = []
    for top, left, bottom, right in spans:
        if not any(t <= bottom and top <= b and a <= right and left <= z for t, a, b, z in apart):
            apart.append((top, left, bottom, right))
    return apart


@pytest.mark.drill
def test_a_scrambled_list_is_read_or_refused_and_nothing_is_invented() -> None:
    read = 0
    for case in CASES:
        for seed in range(30):
            chance = random.Random(f"{case.name}-{seed}")
            grids = [_scrambled(grid, chance) for grid in case.grids()]
            shown = {text.strip() for grid in grids for row in grid.rows for text in row}
            shown |= {part.strip(MARKS) for text in shown for part in re.split("[→/／\n（）]", text)}
            try:
                data = read_grids(grids).as_data()
            except DocumentError:
                continue
            read += 1
            values = {
                text
                for measure in data["measures"]
                for goal in measure["indicators"]
                for text in (*goal["targets"].values(), *goal["actuals"].values())
            }
            assert values <= shown, (case.name, seed)
            assert all(doubt["detail"] for doubt in data["doubts"])
    assert read > 500
