"""Reads the city's form out of a workbook: our own export, or one filled in by hand.

The labels are searched on the whole sheet; rows and columns may have moved. What Excel turned into numbers or dates
is read as it was shown, and doubted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from review.domain import fields
from review.domain import form_labels as labels
from review.domain.form_labels import fold
from review.domain.form_rows import Header, Row, begins_form, block_label, find_header, is_results
from review.domain.plan_text import department_doubts, plan_doubts, plan_years, refuse_duplicates
from review.domain.scan_marks import Wording
from review.domain.sheet import DocumentError, Doubt, PlanDocument
from review.domain.sheet_rows import SheetReader
from review.workbook import cell_text, shown
from review.workbook.layout import NO_FORMS, sheet_names
from review.workbook.read_book import Book, Cell, Sheet
from review.workbook.table_reader import typed

MAX_COLUMNS = 200

_CODE_LIKE = re.compile(r"\d{1,2}(?:[-.]\d{1,2}){1,2}")


def read_plan_workbook(book: Book, called: Mapping[str, str] | None = None) -> PlanDocument:
    """Every sheet of the form in the book, in book order, with its doubts; 表紙 and the lists are passed over. `called` are
    our words for labels that a plan has changed.

    Raises Refused for a cell that cannot be read, and DocumentError where no form is in the book, or a part of one is
    missing; nothing is half-read.
    """
    forms: list[_Form] = []
    doubts: list[Doubt] = []
    for sheet in book.sheets:
        if sheet.title in NO_FORMS:
            continue
        form = _form_of(sheet, {fold(label): ours for label, ours in (called or {}).items()})
        if form:
            forms.append(form)
        elif any(c.value is not None for c in sheet.cells.values()):
            doubts.append(Doubt.of("skipped_sheet", title=sheet.title))
    if not forms:
        raise DocumentError("no_code:book")
    years = plan_years([form.rows for form in forms], [form.title for form in forms])
    readers = [form.reader(years) for form in forms]
    sheets = tuple(reader.read() for reader in readers)
    lines = [{one.key: _line_of(form.rows, one.label) for one in fields.of(fields.Section.HEAD)} for form in forms]
    codes = [line["code"] for line in lines]
    refuse_duplicates([sheet.code for sheet in sheets], codes, [form.title for form in forms])
    for form, reader in zip(forms, readers, strict=True):
        doubts += reader.doubts + form.doubts_of(reader.code)
    doubts += department_doubts(sheets, lines)
    if len(sheets) > 1:
        doubts += plan_doubts(sheets, codes)
    return PlanDocument(years=years, sheets=sheets, doubts=tuple(doubts))


def holds_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether these rows of a sheet hold the city's form."""
    return any(begins_form(Row(number=1, cells=tuple(row))) for row in rows)


# --- one sheet ----------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Form:
    """The rows of one form, and what was odd about single cells."""

    title: str
    rows: list[Row]
    odd: list[Doubt] = field(default_factory=list)

    def reader(self, years: tuple[int, ...]) -> SheetReader:
        return SheetReader(rows=self.rows, wording=Wording(""), plan_years=years, title=self.title, scanned=False)

    def doubts_of(self, code: str) -> list[Doubt]:
        doubts = [replace(doubt, measure=code) for doubt in self.odd]
        if _CODE_LIKE.fullmatch(self.title) and self.title != sheet_names([code], ())[0]:
            doubts.append(Doubt.of("sheet_name_differs", measure=code, proposal=code, title=self.title, right=code))
        return doubts


def _form_of(sheet: Sheet, called: Mapping[str, str]) -> _Form | None:
    width = min(sheet.max_column, MAX_COLUMNS)
    rows = [
        Row(number=number, cells=tuple(map(_typed, cells))) for number, cells in enumerate(sheet.rows(width), start=1)
    ]
    start = next((i for i, row in enumerate(rows) if begins_form(row)), None)
    if start is None:
        if _CODE_LIKE.fullmatch(sheet.title):
            raise DocumentError("no_field", sheet=sheet.title, label_item=labels.CODE)
        return None
    columns = [c for c in range(len(rows[start].cells)) if any(row.cells[c].strip() for row in rows[start:])]
    form = _Form(title=sheet.title, rows=[])
    if any(labels.DEMO in cell for row in rows[:start] for cell in row.cells):
        form.odd.append(Doubt.of("demo_value", line=rows[0].number, sign=labels.DEMO))
    for row in rows[start:]:
        cells = [sheet.cell(row.number, column + 1) for column in columns]
        if is_results(Row(number=row.number, cells=tuple(map(_typed, cells)))):
            break
        if row.cells[columns[0]] == labels.CONTINUED:
            continue
        label, *rest = (_read_cell(form, sheet, row.number, cell) for cell in cells)
        form.rows.append(Row(number=row.number, cells=(called.get(fold(label), label), *rest)))
    _read_painted_bars(form, sheet, columns)
    return form


def _typed(cell: Cell) -> str:
    value = cell.value
    return cell_text.decode(value) if isinstance(value, str) else "" if value is None else str(value)


def _read_cell(form: _Form, sheet: Sheet, row: int, cell: Cell) -> str:
    """The text of a cell as a person sees it; numbers and dates are marked for confirmation. Raises Refused."""
    text, code = typed(sheet, cell), ""
    if cell.data_type == "e" or (text is None and cell.value is not None):
        text, code = shown.shown_text(cell.value, cell.format.number_format)
        doubt = Doubt.of("excel_value", line=row, proposal=text, place=cell.coordinate, text=text)
        form.odd.append(replace(doubt, code=code))
    return text or ""


def _read_painted_bars(form: _Form, sheet: Sheet, columns: Sequence[int]) -> None:
    """Put the sign of a bar into cells of the schedule that are only coloured."""
    try:
        header = find_header(form.rows)
    except DocumentError:
        return  # the reader will say it, with the line
    covered = {(top, left): right for top, left, _, right in sheet.merged}
    for index in range(header.index + 1, len(form.rows)):
        row = form.rows[index]
        if block_label(row, header):
            return
        if row.is_blank:
            continue
        cells = list(row.cells)
        for column in _painted_columns(row, header, sheet, columns, covered):
            if not cells[column].startswith((labels.FILLED, labels.UNFILLED)):
                cells[column] = labels.FILLED + cells[column]
        form.rows[index] = Row(number=row.number, cells=tuple(cells))


def _painted_columns(
    row: Row, header: Header, sheet: Sheet, columns: Sequence[int], covered: dict[tuple[int, int], int]
) -> list[int]:
    painted: list[int] = []
    until = 0
    for column in sorted(header.columns):
        if column >= len(columns):
            break
        position = columns[column] + 1
        if sheet.cell(row.number, position).format.painted:
            until = max(until, covered.get((row.number, position), position))
            painted.append(column)
        elif position <= until:
            painted.append(column)  # the rest of a bar drawn as one merged cell
    return painted


def _line_of(rows: Sequence[Row], label: str) -> int:
    return next((row.number for row in rows if any(fold(cell) == fold(label) for cell in row.cells)), 0)
