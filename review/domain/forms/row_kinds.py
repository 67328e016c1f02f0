"""Which rows of a table speak of no goal: sums of others, and headings over those that follow; and which share a name."""

from review.domain.forms.grid import Grid
from review.domain.forms.headings import kind_of_row
from review.domain.forms.layout.shape import Layout, Segment
from review.domain.forms.sections import class_of, is_caption
from review.domain.forms.tables import Table, adds_others, is_total


def said_of_none(grid: Grid, layout: Layout, row: int) -> str:
    """The doubt about a row that speaks of no goal, as it adds up others or is a line of a text (・講座を開く); else ''."""
    columns = grid.filled(row)
    if len(columns) == 1 and grid.own(row, columns[0]).strip()[:1] in "・･" and columns[0] not in layout.texts:
        return "unplaced"
    return "total_row" if is_sum(grid, layout, row) else ""


def is_sum(grid: Grid, layout: Layout, row: int) -> bool:
    """Whether the row adds up others: it begins with 合計, or that stands where names do."""
    names = [layout.measure, *layout.groups, layout.code, *(segment.goal for segment in layout.segments)]
    first = grid.filled(row)[0]
    texts = [grid.own(row, first), *(grid.own(row, column) for column in names if column is not None)]
    goals = [segment.goal for segment in layout.segments if segment.goal is not None]
    nameless = goals and first not in goals and not any(grid.seen(row, goal).strip() for goal in goals)
    return any(is_total(text) for text in texts if text.strip()) or (bool(nameless) and adds_others(texts[0]))


def is_section(grid: Grid, table: Table, layout: Layout, row: int) -> bool:
    """Whether the row is a heading: it stands alone, and not where a value, a text or the name of a goal does."""
    columns = grid.filled(row)
    if len(columns) != 1:
        return False
    column, text = columns[0], grid.own(row, columns[0])
    _top, left, _bottom, right = grid.span(row, column)
    values = {value.column for segment in layout.segments for value in segment.values}
    if (
        column in values
        or column in layout.texts
        or (column == layout.kind and (kind_of_row(text) or not class_of(text)))
    ):
        return False
    goals = {segment.goal for segment in layout.segments}
    wide = right > left and right not in {layout.measure, *layout.groups}
    if is_caption(text):
        return True
    if column == layout.measure and not wide:
        return _is_among_names(grid, table, row, column)
    if wide or column not in {layout.measure, *layout.groups, *goals, *layout.departments}:
        return True
    return column in goals and layout.measure is None and bool(class_of(text))


def _is_among_names(grid: Grid, table: Table, row: int, column: int) -> bool:
    """A text alone in the column of the names: a heading where its numbering is another, or where names follow at once."""
    rows = [r for r in range(table.first, table.end) if len(grid.filled(r)) > 1]
    kinds = {class_of(text) for r in rows if (text := grid.own(r, column).strip())}
    text = grid.own(row, column)
    if class_of(text) not in kinds:
        return bool(class_of(text))
    following = next((r for r in rows if r > row), None)
    return not class_of(text) and following is not None and bool(grid.own(following, column).strip())


def shares_name(grid: Grid, table: Table, segment: Segment, row: int, name: str) -> bool:
    """Whether the row above or below stands under the same name of a goal."""
    goal, part = segment.goal or 0, segment.divided_by or 0
    if not grid.own(row, goal).strip():
        return True
    if row > table.first and grid.seen(row - 1, goal).strip() == name:
        return True
    if row + 1 >= table.end or not grid.own(row + 1, part).strip():
        return False
    return grid.seen(row + 1, goal).strip() in ("", name)
