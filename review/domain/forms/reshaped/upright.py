"""A sheet that has a column for each 施策 or goal, turned: then it is a table only the other way round."""

from dataclasses import replace

from review.domain.forms.grid import Grid
from review.domain.forms.headings import VALUES, Role
from review.domain.forms.layout.decision import lay_out
from review.domain.forms.proposal import Collector
from review.domain.forms.tables import find_tables


def upright(grid: Grid, collector: Collector) -> Grid:
    """The sheet, turned where it has such columns."""
    if find_tables(grid):
        return grid
    turned = _with_titles_first(grid).turned()
    tables = find_tables(turned)
    if len(tables) != 1 or tables[0].end - tables[0].first < 2:
        return grid
    roles = {*lay_out(turned, tables[0], {}, {}).holds.values()}  # 成果目標 over names is no value
    if Role.GOAL not in roles or not roles & {Role.MEASURE, Role.DEPARTMENT} or not roles & VALUES:
        return grid
    collector.doubt("turned_sheet", sheet=grid.title, title=grid.title)
    return turned


def _with_titles_first(grid: Grid) -> Grid:
    """The sheet with the lines above its columns as one in the first of them, so that they stand beside no other."""
    titles = next((row for row in range(grid.height) if len(grid.filled(row)) > 1), 0)
    lines = [" ".join("".join(grid.rows[row]) for row in range(titles)), *[""] * titles]
    moved = [[line, *[""] * (grid.width - 1)] for line in lines[:titles]]
    return replace(grid, rows=[*moved, *grid.rows[titles:]], spans=[one for one in grid.spans if one[0] >= titles])
