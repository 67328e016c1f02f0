"""How the cells of a 記入用 workbook are found again, wherever a person moved their rows or whatever its sheets are called.

Each open cell has a hidden name of its own on its sheet (`meguri.indicator.1.actual`), and the sheet one with its 施策ID.
Spreadsheet programs move such names along with their rows and copy them with their sheet.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping

from review.domain import cell_address, form_labels, items
from review.domain.fields import OWN
from review.domain.form_labels import fold
from review.workbook import entry_cells
from review.workbook.read_book import Cell, Place, Sheet

FORM = "1"
# The properties of a book; the last says which 施策ID a sheet is of, where a sheet's name cannot hold it.
FORM_PROPERTY, TOKEN_PROPERTY, CYCLE_PROPERTY, SHEET_PROPERTY, CODE_PROPERTY = (
    "MeguriForm", "MeguriToken", "MeguriCycle", "MeguriSheet.", "MeguriCode.",
)  # fmt: skip
NAME, SHEET_NAME = "meguri.", "meguri_sheet"
#: How a key of `domain.fields.OWN` begins there, for a name of Excel has no hyphen.
_OWN = "own:"
#: Before the digests that a moved row does not change; books that were handed out earlier have the others.
MOVABLE = "2:"
#: 施策概要 stands at the top of a sheet.
CODE_WITHIN = 40
_CELL = re.compile(r"(([A-Z]{1,3})([1-9][0-9]{0,6}))(?::|$)")


def cell_name(key: str) -> str:
    """The name of an item's cell: `meguri.indicator.1.actual`."""
    return NAME + key.replace(OWN, _OWN, 1).replace(":", ".")


def item_key(name: str) -> str:
    """The item of a cell's name, '' where the name is not one of ours. Excel may change the case of a name."""
    folded = name.lower()
    return folded.removeprefix(NAME).replace(".", ":").replace(_OWN, OWN, 1) if folded.startswith(NAME) else ""


def places(sheet: Sheet) -> dict[str, str]:
    """{item key: its cell}, from the names of the sheet; '' where the cell was deleted (#REF!)."""
    cells = {
        key: meant.rpartition("!")[2].replace("$", "") for name, meant in sheet.names.items() if (key := item_key(name))
    }
    return {key: match[1] if (match := _CELL.match(cell)) else "" for key, cell in cells.items()}


def place_of(coordinate: str) -> Place:
    """(row, column) of one of the `places`. Raises ValueError for what is no cell."""
    if not (match := _CELL.match(coordinate)):
        raise ValueError(coordinate)
    return int(match[3]), cell_address.number(match[2])


def code_of(sheet: Sheet, codes: Collection[str]) -> str:
    """Which of the 施策ID the sheet is of, by its hidden name or else by its 施策概要; '' where it is of none."""
    named = next((meant for name, meant in sheet.names.items() if name.lower() == SHEET_NAME), None)
    code = written_code(sheet) if named is None else named[1:-1].replace('""', '"')
    return code if code in codes else ""


def written_code(sheet: Sheet) -> str:
    """The 施策ID that the sheet shows."""
    for row in range(1, min(sheet.max_row, CODE_WITHIN) + 1):
        if fold(text_of(sheet.cell(row, 1))) == form_labels.CODE:
            return text_of(sheet.cell(row, 2))
    return ""


def is_arranged(sheet: Sheet, cells: Mapping[str, str], digest: str) -> bool:
    """Whether the labels beside the cells are those with which the book was handed out."""
    if "" in cells.values() or len({*cells.values()}) < len(cells):
        return False
    return digest == (arrangement if digest.startswith(MOVABLE) else arrangement_in_place)(sheet, cells)


def arrangement(sheet: Sheet, cells: Mapping[str, str]) -> str:
    """A digest of the labels beside each item's cell, wherever that is: the nearest in the first column, what stands in
    the second, and the head of its column; and of the 施策ID."""
    rows = [[written_code(sheet)]]
    for key, coordinate in sorted(cells.items()):
        row, column = place_of(coordinate)
        above = (fold(text_of(sheet.cell(up, 1))) for up in range(row, 0, -1))
        part = fold(text_of(sheet.cell(row, 2))) if column > 2 else ""
        rows.append([key, next((text for text in above if text), ""), part, entry_cells.heading(sheet, column)])
    return MOVABLE + _digest(rows)


def arrangement_in_place(sheet: Sheet, cells: Mapping[str, str]) -> str:
    """The digest of books that were handed out before: of which item is in which cell, and of its labels."""
    rows: list[list[str]] = []
    for key, coordinate in sorted(cells.items()):
        row, column = place_of(coordinate)
        labels = [fold(text_of(sheet.cell(row, c))) for c in range(1, min(column, 3))]
        if items.bar_cell(key) or items.is_next(key):
            labels.append(entry_cells.heading(sheet, column))
        rows.append([key, coordinate, *labels])
    return _digest([*rows, [text_of(sheet.cell(4, 2))]])


def _digest(rows: list[list[str]]) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:24]


def texts(sheet: Sheet, but: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(cell, its text) of every cell with a text except some; a note on whichever cell as (`C24(メモ)`, its text)."""
    for place in sorted({*sheet.cells, *sheet.notes}):
        coordinate, text, note = cell_address.address(*place), text_of(sheet.cell(*place)), sheet.notes.get(place, "")
        if coordinate not in but and text.strip():
            yield coordinate, text
        if note.strip():
            yield f"{coordinate}(メモ)", note


def cell_digest(text: str) -> str:
    """The digest of a cell as it was handed out; spaces and line breaks, which programs change, do not count."""
    return hashlib.sha256(fold(text).encode("utf-8", "replace")).hexdigest()[:8]


def text_of(cell: Cell) -> str:
    return "" if cell.value is None else str(cell.value)
