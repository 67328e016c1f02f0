"""成果指標一覧: one row for each indicator, to read, to filter and to calculate with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import form_labels as labels
from review.domain.book import BookSheet, JudgedIndicator, YearBook
from review.domain.fiscal import fiscal_year_label
from review.workbook import layout, metrics, tally
from review.workbook.painter import Painter, place, set_widths
from review.workbook.writer import entitle, set_list_page

HEAD_ROW = 4

Value = str | Decimal | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head, its Excel width, the look of its cells, and where its value comes from."""

    head: str
    width: float
    style: str
    value: Callable[[BookSheet, JudgedIndicator], Value]


def _notes(entry: BookSheet, one: JudgedIndicator) -> str:
    return " ".join([*([labels.DEMO] if entry.demo or one.demo else []), *one.flags])


# The printed columns come first; behind them the numbers to calculate with.
PRINTED = (
    Column(head="施策ID", width=7.5, style="centre_link", value=lambda entry, one: entry.sheet.code),
    Column(head="施策名", width=23, style="cell_text", value=lambda entry, one: entry.sheet.name),
    Column(head="主管部署", width=13, style="cell_text", value=lambda entry, one: entry.sheet.owner),
    Column(head="成果\n目標", width=6, style="centre", value=lambda entry, one: labels.goal_label(one.number)[4:]),
    Column(head="評価項目", width=23, style="cell_text", value=lambda entry, one: one.name),
    Column(head="目標", width=17, style="cell_text", value=lambda entry, one: one.target),
    Column(head="実績", width=17, style="cell_text", value=lambda entry, one: one.actual),
    Column(head="前年度実績", width=14, style="cell_text", value=lambda entry, one: one.previous_actual),
    Column(head="推移", width=7, style="centre", value=lambda entry, one: one.trend),
    Column(head="達成率・\n進捗率", width=8.5, style="centre", value=lambda entry, one: one.rate_text),
    Column(head="達成\n区分", width=7, style="grade", value=lambda entry, one: tally.indicator_grade(one)),
    Column(head="判定", width=11, style="centre", value=lambda entry, one: one.status),
    Column(head="確認事項", width=24, style="cell", value=_notes),
)
CALCULATED = (
    Column(head="分野", width=16, style="cell_text", value=lambda entry, one: entry.place or entry.field_name),
    Column(head="目標(数値)", width=12, style="number", value=lambda entry, one: one.numeric_target),
    Column(head="実績(数値)", width=12, style="number", value=lambda entry, one: one.numeric_actual),
    Column(head="目標_単位", width=9, style="centre", value=lambda entry, one: one.target_unit),
    Column(head="実績_単位", width=9, style="centre", value=lambda entry, one: one.actual_unit),
    Column(head="向き", width=14, style="centre", value=lambda entry, one: one.direction),
    Column(head="基準値", width=12, style="cell_text", value=lambda entry, one: one.baseline),
    Column(head="指標の区分", width=12, style="centre", value=lambda entry, one: labels.SORTS.get(one.sort, "")),
    Column(head="達成率(数値)", width=12, style="ratio", value=lambda entry, one: one.rate),
    Column(head="判定コード", width=14, style="centre", value=lambda entry, one: one.status_code),
    Column(head="値の状態", width=14, style="centre", value=lambda entry, one: one.state),
    Column(head="実績の読み取り", width=24, style="cell", value=lambda entry, one: one.reading),
    Column(head="判定の理由", width=30, style="cell", value=lambda entry, one: one.reason),
    Column(head="確認事項コード", width=24, style="cell", value=lambda entry, one: one.note_codes),
    Column(head="状態", width=11, style="centre", value=lambda entry, one: entry.state_label),
)
COLUMNS = PRINTED + CALCULATED
STYLES, WIDTHS = [column.style for column in COLUMNS], [column.width for column in COLUMNS]
GRADE_COLUMN = [column.head for column in COLUMNS].index("達成\n区分") + 1


def fill(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> list[int]:
    """Paint the list; returns, for each 施策 in book order, the row of its first indicator."""
    set_widths(sheet, WIDTHS)
    _heading(sheet, painter, book)
    row, firsts = HEAD_ROW, []
    for entry, name in zip(book.sheets, names, strict=True):
        firsts.append(row + 1 if entry.indicators else HEAD_ROW)
        if entry.indicators:
            painter.block(sheet, entry, f"{row} {name}", partial(_lines, sheet, painter, row, entry, name))
        row += len(entry.indicators)
    _make_usable(sheet, book, row)
    return firsts


def _lines(sheet: Worksheet, painter: Painter, last: int, entry: BookSheet, name: str) -> None:
    """The rows of one 施策, below the row `last`."""
    for row, one in enumerate(entry.indicators, start=last + 1):
        values = [spec.value(entry, one) for spec in COLUMNS]
        painter.values(sheet, row, [v if isinstance(v, str) else _storable(v) for v in values], STYLES)
        painter.text(sheet, row, 1, entry.sheet.code, STYLES[0], link=place(name))
        texts = [(text, width) for text, width in zip(values, WIDTHS, strict=True) if isinstance(text, str)]
        painter.height(sheet, row, min(metrics.row_height(texts, size=9, least=20), metrics.MAX_ROW_HEIGHT))


def _heading(sheet: Worksheet, painter: Painter, book: YearBook) -> None:
    count = sum(len(entry.indicators) for entry in book.sheets)
    note = f"指標 {count}件、施策 {len(book.sheets)}件。目標・実績は記入されたまま。"
    entitle(sheet, painter, f"{fiscal_year_label(book.fiscal_year)} 成果指標一覧", note, len(PRINTED))
    painter.text(sheet, 2, len(PRINTED) + 1, "右の列は計算用です(印刷しません)。", "note")
    painter.values(sheet, HEAD_ROW, [column.head for column in COLUMNS], ["head"] * len(COLUMNS))
    for row, height in ((2, 15.0), (3, 4.0), (HEAD_ROW, 30.0)):
        painter.height(sheet, row, height)


def _storable(value: Decimal | None) -> int | float | None:
    """A number as a cell holds it; NaN and infinity stay out, for a workbook has no such numbers."""
    if value is None or not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)


def _make_usable(sheet: Worksheet, book: YearBook, last: int) -> None:
    end = get_column_letter(len(COLUMNS))
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{end}{max(last, HEAD_ROW)}"
    area, freeze, repeat = f"A1:{get_column_letter(len(PRINTED))}{last}", f"C{HEAD_ROW + 1}", f"{HEAD_ROW}:{HEAD_ROW}"
    set_list_page(sheet, book, area=area, freeze=freeze, repeat=repeat, foot=layout.INDICATORS, landscape=True)
    if last > HEAD_ROW:
        _colour_grades(sheet, book, last)


def _colour_grades(sheet: Worksheet, book: YearBook, last: int) -> None:
    """Shade the grades; the letter itself is enough without colour."""
    letter = get_column_letter(GRADE_COLUMN)
    area = f"{letter}{HEAD_ROW + 1}:{letter}{last}"
    for grade in book.scale:
        colour, background = (one.removeprefix("#") for one in grade.bar)
        quoted = grade.grade.replace('"', '""')
        font = Font(bold=True, color=colour)
        rule = FormulaRule(
            formula=[f'${letter}{HEAD_ROW + 1}="{quoted}"'], fill=PatternFill(bgColor=background), font=font
        )
        sheet.conditional_formatting.add(area, rule)
