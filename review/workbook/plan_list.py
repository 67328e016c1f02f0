"""The blank form of a plan: one list with a column for each item that the plan's form asks for, and two for each 年度.

It is what `read_form` reads best: a row a goal; a 施策 with several goals leaves its names blank from the second row on.
"""

from collections.abc import Sequence
from io import BytesIO

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from review.domain import fields, sheet_form
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import SORT_ROW, SORTS
from review.domain.sheet_form import Form
from review.workbook.entry_hints import hint
from review.workbook.styles import FONT
from review.workbook.writer import describe, new_book, save

TITLE = "計画一覧"
#: The heading under which the list has a text of the sheet, by the text's key.
TEXTS = {
    "current_state": "現状と課題", "description": "施策内容", "expected_effect": "期待される効果",
    "policy": "今後の取組方針",
}  # fmt: skip
_HEADS = ("施策ID", "分野", "施策名", "主管部署", "関連部署")
_GOAL = ("指標", SORT_ROW, "単位", "基準値")
_WIDE, _NARROW, _ROWS = 28.0, 14.0, 300


def headings(years: Sequence[int], form: Form) -> list[str]:
    """The heading of each column; of the texts those that the form asks for, as the plan calls them."""
    values = [f"{fiscal_year_label(year)}{kind}" for year in years for kind in ("目標", "実績")]
    labels = {one.key: one.label for one in sheet_form.of(form)}
    own = {one.key: one.label for one in fields.texts()}
    texts = [short if labels[key] == own[key] else labels[key] for key, short in TEXTS.items() if key in labels]
    return [*_HEADS, *texts, *_GOAL, *values]


def blank_list(*, plan: str, city: str, years: Sequence[int], form: Form) -> bytes:
    """The workbook: a title, a line on how to fill it in, the headings, and rows in text format."""
    book, heads = new_book(), headings(years, form)
    sheet = book.create_sheet(TITLE)
    sheet["A1"], sheet["A2"] = (
        plan,
        "※1行に1つの指標を書きます。同じ施策の2つ目からの指標は、施策の欄を空けて書きます。",
    )
    sheet["A1"].font = Font(name=FONT, size=14, bold=True)
    sheet["A1"].data_type = "s"
    for column, head in enumerate(heads, start=1):
        cell = sheet.cell(row=3, column=column, value=head)
        cell.font, cell.fill = Font(name=FONT, bold=True), PatternFill("solid", fgColor="E8F1FE")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        wide = len(_HEADS) < column <= heads.index("指標") + 1 or head == "施策名"
        sheet.column_dimensions[get_column_letter(column)].width = _WIDE if wide else _NARROW
        for row in range(4, _ROWS + 1):
            sheet.cell(row=row, column=column).number_format = "@"
    of_sort = get_column_letter(heads.index(SORT_ROW) + 1)
    choices = f'"{",".join(SORTS.values())}"'
    hint(sheet, [f"{of_sort}4:{of_sort}{_ROWS}"], SORT_ROW, "どちらでもない指標は空けておきます。", choices=choices)
    sheet.freeze_panes = "D4"
    describe(book, f"{plan} {TITLE}", city, None)
    out = BytesIO()
    save(book, out)
    return out.getvalue()
