"""The cells of the 記入用 workbook that are no plain text: the years of a schedule bar, and the hints beside cells.

A bar is drawn with ■ in the cell of a year, with words after it or instead of it; colouring the cell draws it too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import bars, form_labels, items, sheet_form
from review.domain.fields import Kind, Required
from review.domain.form_labels import fold
from review.domain.sheet_form import Form
from review.workbook.styles import OPEN

# A cell without colour, in the white of the paper or in that of an open cell is not coloured by hand.
UNPAINTED = {"00000000", "FFFFFFFF", "00FFFFFF", OPEN, "00" + OPEN[2:]}
COLOUR_CELL = "colour_cell"
#: What is told beside the cell of an item that is no free text.
_HOW = {
    Kind.LEVEL: "次から1つ選びます: ",
    Kind.AMOUNT: "千円を単位に、数字だけを記入します(例: 33,474)。",
    Kind.NUMBER: "数字だけを記入します(例: 1,250)。",
}
# The narratives above the schedule take some dozen rows; a file of a million is not walked through.
HEADING_WITHIN = 500


@dataclass(frozen=True, kw_only=True)
class CellText:
    """The text of an open cell. `mark` is number_cell, date_cell or odd_cell where Excel changed it, colour_cell for a bar
    that was drawn by colour alone, else ''."""

    text: str
    cell: str
    mark: str = ""


def has_colour(cell: Cell | MergedCell) -> bool:
    fill = cell.fill
    if fill is None or fill.fill_type != "solid":
        return False
    colour = fill.fgColor
    if colour.type == "theme":
        return not (colour.theme == 0 and not colour.tint)  # theme 0 is the white of the paper
    return str(colour.rgb) not in UNPAINTED


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


def heading(sheet: Worksheet, column: int) -> str:
    """The head of a column of the schedule, '' where the sheet has none: which 年度 a cell below it belongs to."""
    for row in range(1, min(sheet.max_row, HEADING_WITHIN) + 1):
        if fold(str(sheet.cell(row=row, column=1).value or "")) == fold(form_labels.SCHEDULE):
            return fold(str(sheet.cell(row=row, column=column).value or ""))
    return ""


def add_hints(sheet: Worksheet, cells: Mapping[str, str], form: Form) -> None:
    """Words that a spreadsheet program shows beside the chosen cell. `cells` is {key: cell}; nothing is refused by them."""
    typed = sheet_form.typed(form)
    bar = [cell for key, cell in cells.items() if items.bar_cell(key)]
    ahead = [cell for key, cell in cells.items() if items.is_next(key)]
    if bar:
        text = "取り組む年度に■を記入します(■の後に言葉を続けられます)。取り組まない年度は空にします。"
        hint(sheet, bar, "取組みスケジュール", text, choices=f'"{bars.SIGN}"')
    if ahead:
        reasons = "」「".join(one.label for one in typed.values() if one.required == Required.WHERE_PLAN_CHANGES)
        text = f"計画から変えるときは、「{reasons}」の欄に理由を記入してください。"
        hint(sheet, ahead, "来年度の目標", text)
    for one in typed.values():
        if one.key in cells and (text := _HOW.get(one.kind, "")):
            choices = f'"{",".join(one.levels)}"' if one.levels else None
            # A list with a comma or beyond Excel's limit cannot be offered: it is told.
            offered = (
                choices
                if choices and len(choices) <= 255 and not any(set(level) & set(',"') for level in one.levels)
                else None
            )
            hint(sheet, [cells[one.key]], one.label[:32], f"{text}{'、'.join(one.levels)}"[:255], choices=offered)


def hint(sheet: Worksheet, cells: Iterable[str], title: str, text: str, *, choices: str | None = None) -> None:
    """Words beside the chosen cell, and what can be chosen there."""
    # A list without an error offers ■ and still takes whatever is typed.
    rule = DataValidation(
        type="list" if choices else None,
        formula1=choices,
        allow_blank=True,
        showErrorMessage=False,
        showInputMessage=True,
        promptTitle=title,
        prompt=text,
    )
    for cell in cells:
        rule.add(cell)
    sheet.add_data_validation(rule)
