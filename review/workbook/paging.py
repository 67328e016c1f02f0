"""The lines of a form on their pages: where a page begins, what is repeated there, and which row a line gets."""

from collections.abc import Sequence

from review.domain.items import item_of
from review.workbook import layout
from review.workbook.layout import Line, Page

FORM_PARTS = ("form", "goals")


def paged(page: Page) -> list[Line]:
    """The form from top to bottom, its lines marked where they begin a page."""
    flowing = list(layout.lines(page))
    lines: list[Line] = []
    breaks = page_breaks(flowing, layout.page_points(layout.column_widths(page.form)))
    for index, line in enumerate(flowing):
        if index in breaks and _is_goal(line):
            lines.append(layout.years_again(page.form))
        else:
            line.begins_page = index in breaks
        lines.append(line)
    return lines


def places(page: Page) -> dict[str, tuple[int, int, int, int]]:
    """{key: (first row, first column, last row, last column)} of every cell that a person types into on this page."""
    cells: dict[str, tuple[int, int, int, int]] = {}
    row = 1
    for line in paged(page):
        for box in line.boxes:
            if box.key and item_of(box.key) in page.open_keys:
                cells[box.key] = (row, box.first, row + max(box.rows, line.row_span) - 1, box.last)
        row += line.row_span
    return cells


def page_breaks(painted: Sequence[Line], page: float) -> set[int]:
    """The lines before which a new page of `page` points begins: no heading left alone, no 成果目標 cut.

    Whatever fits on a page of its own but not on the rest of this one moves on: a whole part (the goals with the
    heads of their years, 評価 with the results), else a section. Where more than half of the page would stay empty,
    the form flows on instead, as long as a heading keeps its first line. A text longer than a page begins where it
    stands and ends pages of its own accord.
    """
    breaks: set[int] = set()
    used = 0.0
    for index, line in enumerate(painted):
        rest = page - used
        needed = _together(painted, index, page) if line.section else _beginning(line, page)
        flows = needed > page or (line.part in FORM_PARTS and rest > page / 2)
        if line.section and needed > rest and flows:
            # A 成果目標 stays whole even then; a heading only keeps its first line.
            whole = _is_goal(line)
            needed = _section_height(painted, index) if whole else line.height + _beginning(painted[index + 1], page)
        if needed > rest and index:
            breaks.add(index)
            # The title is printed again, and above a 成果目標 the years.
            used = painted[0].height + (layout.HEAD_HEIGHT if _is_goal(line) else 0.0)
        used += line.height
        if used > page:
            used %= page
    return breaks


def _beginning(line: Line, page: float) -> float:
    """The rows of one line that stay together: all of it, or its first row where it is longer than a page."""
    return line.height if line.height <= page else line.height / line.row_span


def _together(painted: Sequence[Line], start: int, page: float) -> float:
    """The height that should not be parted: the whole part where it begins and fits on a page, else the section."""
    part = painted[start].part
    if start and painted[start - 1].part != part:
        end = next((i for i in range(start, len(painted)) if painted[i].part not in (part, "results")), len(painted))
        whole = sum(line.height for line in painted[start:end])
        if whole <= page:
            return whole
    return _section_height(painted, start)


def _section_height(painted: Sequence[Line], start: int) -> float:
    end = next((i for i in range(start + 1, len(painted)) if painted[i].section), len(painted))
    return sum(line.height for line in painted[start:end])


def _is_goal(line: Line) -> bool:
    return line.section and len(line.boxes) > 1
