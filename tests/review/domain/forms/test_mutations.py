"""Whatever a city does to the look of a list changes nothing in what is read from it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from review.domain.forms.grid import Grid, make_grid
from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Case, differences
from tests.review.domain.forms.test_cities import CASES

Spans = list[tuple[int, int, int, int]]
Sheet = tuple[list[list[str]], Spans, set[tuple[int, int]]]


def _opened(grid: Grid) -> Sheet:
    rows = [list(row) for row in grid.rows]
    return rows, list(grid.spans), set(grid.plain)


def _insert_row(sheet: Sheet, at: int, cells: list[str]) -> Sheet:
    rows, spans, plain = sheet
    moved = [(t + (t >= at), left, b + (b >= at), right) for t, left, b, right in spans]
    return [*rows[:at], cells, *rows[at:]], moved, {(r + (r >= at), c) for r, c in plain}


def _insert_column(sheet: Sheet, at: int) -> Sheet:
    rows, spans, plain = sheet
    moved = [(t, left + (left >= at), b, right + (right >= at)) for t, left, b, right in spans]
    return [[*row[:at], "", *row[at:]] for row in rows], moved, {(r, c + (c >= at)) for r, c in plain}


def blank_rows(sheet: Sheet, chance: random.Random) -> Sheet:
    for _time in range(4):
        sheet = _insert_row(sheet, chance.randrange(len(sheet[0]) + 1), [""])
    return sheet


def blank_columns(sheet: Sheet, chance: random.Random) -> Sheet:
    for _time in range(3):
        sheet = _insert_column(sheet, chance.randrange(len(sheet[0][0]) + 1))
    return sheet


def title_rows(sheet: Sheet, chance: random.Random) -> Sheet:
    for text in ("○○市役所", "企画部企画課作成", "第3回推進会議 資料2"):
        sheet = _insert_row(sheet, 0, [""] * chance.randrange(3) + [text])
    return sheet


def notes_below(sheet: Sheet, chance: random.Random) -> Sheet:
    rows, spans, plain = sheet
    return [*rows, [""], ["※ 未確定の値を含みます。"], ["出典:市の統計"], ["- 3 -"]], spans, plain


def spaced_headings(sheet: Sheet, chance: random.Random) -> Sheet:
    rows, spans, plain = sheet
    words = ("施策", "指標", "単位", "目標", "実績", "担当課", "所管課", "区分", "取組", "事業", "現状")
    respaced = [[" ".join(cell) if cell in words else cell for cell in row] for row in rows]
    return respaced, spans, plain


def broken_headings(sheet: Sheet, chance: random.Random) -> Sheet:
    rows, spans, plain = sheet
    words = (
        "目標値",
        "実績値",
        "現状値",
        "担当課",
        "所管課",
        "基本目標",
        "評価指標",
        "最終目標",
        "成果指標",
        "指標項目",
    )
    broken = [[cell[:2] + "\n" + cell[2:] if cell in words else cell for cell in row] for row in rows]
    return broken, spans, plain


def footnotes(sheet: Sheet, chance: random.Random) -> Sheet:
    rows, spans, plain = sheet
    words = ("目標値", "実績値", "現状値", "KPI", "指標", "目標", "実績")
    return (
        [[f"{cell}※{chance.randrange(1, 9)}" if cell in words else cell for cell in row] for row in rows],
        spans,
        plain,
    )


def full_width(sheet: Sheet, chance: random.Random) -> Sheet:
    """Years and headings in full-width letters: Ｒ６ and ＫＰＩ."""
    rows, spans, plain = sheet
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    heads = {"KPI", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "No."}
    return [[cell.translate(wide) if cell in heads else cell for cell in row] for row in rows], spans, plain


def unmerged(sheet: Sheet, chance: random.Random) -> Sheet:
    """As a list comes out of a CSV: only the first cell of what was merged holds the text."""
    rows, _spans, plain = sheet
    return rows, [], plain


MUTATIONS: list[Callable[[Sheet, random.Random], Sheet]] = [
    blank_rows, blank_columns, title_rows, notes_below, spaced_headings, broken_headings, footnotes, full_width, unmerged,
]  # fmt: skip


def _changed(grid: Grid, mutate: Callable[[Sheet, random.Random], Sheet], chance: random.Random) -> Grid:
    rows, spans, plain = mutate(_opened(grid), chance)
    return make_grid(rows, title=grid.title, spans=spans, plain=plain, hidden=grid.hidden)


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 3), marks=pytest.mark.drill)], ids=["once", "more"])
def test_the_look_of_a_list_changes_nothing(
    case: Case, mutate: Callable[[Sheet, random.Random], Sheet], seeds: range
) -> None:
    for seed in seeds:
        chance = random.Random(f"{case.name}{seed}")
        grids = [_changed(grid, mutate, chance) for grid in case.grids()]
        assert differences(read_grids(grids).as_data()["measures"], case.measures) == {}, seed


def test_all_of_it_at_once_changes_nothing() -> None:
    for case in CASES:
        grids = case.grids()
        for mutate in MUTATIONS:
            grids = [_changed(grid, mutate, random.Random(case.name)) for grid in grids]
        assert differences(read_grids(grids).as_data()["measures"], case.measures) == {}, case.name
