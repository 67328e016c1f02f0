"""The cells of the 記入用 workbook that are no plain text: the years of a schedule bar.

A bar is drawn with ■ in the cell of a year, with words after it or instead of it; colouring the cell draws it too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from review.domain import bars, form_labels, items
from review.domain.form_labels import fold
from review.workbook.read_book import Sheet

COLOUR_CELL = "colour_cell"
# The narratives above the schedule take some dozen rows; a file of a million is not walked through.
HEADING_WITHIN = 500


@dataclass(frozen=True, kw_only=True)
class CellText:
    """The text of an open cell. `mark` is number_cell, date_cell or odd_cell where Excel changed it, colour_cell for a bar
    that was drawn by colour alone, else ''."""

    text: str
    cell: str
    mark: str = ""


def joined(cells: Mapping[str, CellText], painted: Collection[str]) -> dict[str, CellText]:
    """The same by item: the years of a bar as one text, in the place of the first; `painted` are the coloured cells."""
    groups: dict[str, list[str]] = {}
    for key in cells:
        groups.setdefault(items.item_of(key), []).append(key)
    return {item: _bar(cells, keys, painted) if items.is_bar(item) else cells[item] for item, keys in groups.items()}


def _bar(cells: Mapping[str, CellText], keys: Iterable[str], painted: Collection[str]) -> CellText:
    in_order = sorted(keys, key=_year)
    drawn: dict[str, str] = {}
    marks: list[str] = []
    for key in in_order:
        content = cells[key]
        words = bars.read_cell(content.text)
        if not content.text.strip() and key in painted:
            words = ""
            marks.append(COLOUR_CELL)
        if words is not None:
            drawn[str(_year(key))] = words
        marks.append(content.mark)
    first, last = (cells[key].cell for key in (in_order[0], in_order[-1]))
    place = first if first == last else f"{first}:{last.rpartition('!')[2]}"
    return CellText(text=bars.text_of(drawn), cell=place, mark=next((mark for mark in marks if mark), ""))


def _year(key: str) -> int:
    bar = items.bar_cell(key)
    return bar[1] if bar else 0


def heading(sheet: Sheet, column: int) -> str:
    """The head of a column of the schedule, '' where the sheet has none: which 年度 a cell below it belongs to."""
    for row in range(1, min(sheet.max_row, HEADING_WITHIN) + 1):
        if fold(str(sheet.cell(row, 1).value or "")) == fold(form_labels.SCHEDULE):
            return fold(str(sheet.cell(row, column).value or ""))
    return ""
