"""The hints beside the cells of a workbook that is filled in: words that a spreadsheet program shows, and what can be chosen."""

from collections.abc import Iterable, Mapping

from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import bars, items, sheet_form
from review.domain.fields import Kind, Required
from review.domain.sheet_form import Form

#: What is told beside the cell of an item that is no free text.
_HOW = {
    Kind.LEVEL: "次から1つ選びます: ",
    Kind.AMOUNT: "千円を単位に、数字だけを記入します(例: 33,474)。",
    Kind.NUMBER: "数字だけを記入します(例: 1,250)。",
}


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
