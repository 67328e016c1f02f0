"""総括: how many of which grade, in tables and in charts that the spreadsheet program draws itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import BookSheet, YearBook
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import goal_label
from review.workbook import layout, metrics, styles, tally
from review.workbook.painter import Painter, place, set_widths
from review.workbook.writer import set_page

WIDTH = 96.0
LABEL_WIDTH = 22.0
CHART_CM, ROW_POINTS = 18.8, 18.0
# Of the charts, from good to bad, told apart in grey print as well.
SERIES_COLOURS = ("2F6B4F", "7FA86B", "E0B050", "C4553D", "8A8A8A", "5B84B1", "B9B9B9")
POINTS_PER_CM = 28.35


@dataclass(frozen=True, kw_only=True)
class Heads:
    """What the columns of every table count: the grades of the scale, then the words beside it."""

    book: YearBook
    grades: list[str]
    others: list[str]

    @property
    def columns(self) -> int:
        """The label, the grades, their sum, and what stands beside."""
        return 2 + len(self.grades) + len(self.others)

    @property
    def width(self) -> float:
        """Excel width of every column but the first."""
        return max(6.0, (WIDTH - LABEL_WIDTH) / (self.columns - 1))

    def word(self, grade: str) -> str:
        """The grade with what it means, on two lines."""
        meaning = next((one.meaning for one in self.book.scale if one.grade == grade), "")
        return f"{grade}\n{meaning}" if meaning else grade


def fill(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> None:
    """Paint the whole sheet; `names` are the names of the 施策 sheets, in book order."""
    heads = Heads(book=book, grades=tally.grades(book), others=tally.beside(book))
    columns = heads.columns
    set_widths(sheet, [LABEL_WIDTH] + [heads.width] * (columns - 1))
    painter.text(sheet, 1, 1, f"{fiscal_year_label(book.fiscal_year)} 総括", "heading")
    for column in range(2, columns + 1):
        painter.text(sheet, 1, column, "", "heading")
    painter.height(sheet, 1, 24)
    painter.text(sheet, 2, columns, "← 表紙", "link", link=place(layout.COVER))
    painter.text(sheet, 2, 1, _note(book), "note")
    row = _part(sheet, painter, heads, 4, "1 全体", tally.overall(book), "施策と指標の数", chart="grades")
    row = _part(
        sheet, painter, heads, row, "2 分野別(指標の数)", tally.by_field(book), "分野別の指標の数", chart="share"
    )
    _begin_page(sheet, row)
    row = _part(sheet, painter, heads, row, "3 部署別(指標の数)", tally.by_department(book), "", chart="")
    _begin_page(sheet, row)
    row = _sheets(sheet, painter, heads, row, names)
    sheet.print_area = f"A1:{get_column_letter(columns)}{row}"
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "B2"
    sheet.sheet_view.showGridLines = False
    set_page(sheet, landscape=False, left=f"{book.city} {book.plan_name}", right=book.state_label, foot="総括")


def _note(book: YearBook) -> str:
    without = "" if book.previous else f"{fiscal_year_label(book.fiscal_year - 1)}の達成区分は記録がありません。"
    return f"未入力・対象外・未定は、計に数えません。{without}"


def _begin_page(sheet: Worksheet, row: int) -> None:
    sheet.row_breaks.append(Break(id=row - 1))


def _part(
    sheet: Worksheet,
    painter: Painter,
    heads: Heads,
    row: int,
    title: str,
    rows: list[tally.Row],
    caption: str,
    *,
    chart: str,
) -> int:
    """A titled table and, under it, its chart; returns the first free row."""
    painter.text(sheet, row, 1, title, "heading")
    painter.height(sheet, row, 22)
    head = row + 1
    _head(sheet, painter, heads, head)
    for offset, line in enumerate(rows, start=1):
        _line(sheet, painter, heads, head + offset, line)
    end = head + len(rows)
    if not (chart and rows and heads.grades):
        return end + 2
    height = 5.6 if chart == "grades" else min(14.0, 3.6 + 1.0 * len(rows))
    drawn = _chart(sheet, heads, head, end, caption, share=chart == "share")
    drawn.width, drawn.height = CHART_CM, height  # type: ignore[assignment]
    sheet.add_chart(drawn, f"A{end + 2}")
    after = end + 3 + int(height * POINTS_PER_CM / ROW_POINTS) + 1
    for empty in range(end + 1, after):
        painter.height(sheet, empty, ROW_POINTS)  # the chart lies over these
    return after


def _head(sheet: Worksheet, painter: Painter, heads: Heads, row: int) -> None:
    words = ["", *map(heads.word, heads.grades), "計", *heads.others]
    for column, word in enumerate(words, start=1):
        painter.text(sheet, row, column, word, "head")
    painter.height(sheet, row, metrics.row_height([(word, heads.width) for word in words], size=9, least=30))


def _line(sheet: Worksheet, painter: Painter, heads: Heads, row: int, line: tally.Row) -> None:
    painter.text(sheet, row, 1, line.label, "cell")
    for column, grade in enumerate(heads.grades, start=2):
        painter.number(sheet, row, column, line.counts[grade], "count")
    painter.number(sheet, row, 2 + len(heads.grades), line.total(heads.grades), "total")
    for column, word in enumerate(heads.others, start=3 + len(heads.grades)):
        painter.number(sheet, row, column, None if line.graded_only else line.counts[word], "count")
    painter.height(sheet, row, metrics.row_height([(line.label, LABEL_WIDTH)], size=9, least=ROW_POINTS))


def _chart(sheet: Worksheet, heads: Heads, head: int, end: int, caption: str, *, share: bool) -> BarChart:
    """Stacked bars, one for each line of the table: numbers stand in them, so colour is not the only sign."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "percentStacked" if share else "stacked", 100, 45
    chart.title = _title(f"{caption}({'割合' if share else '件'})")
    last = 1 + len(heads.grades)
    chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=head, max_row=end), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=end))
    for index, (grade, series) in enumerate(zip(heads.grades, chart.series, strict=True)):
        series.tx = SeriesLabel(v=heads.word(grade).replace("\n", " "))
        series.graphicalProperties = GraphicalProperties(solidFill=_series_colour(index))
        series.graphicalProperties.line.solidFill = "FFFFFF"
        series.dLbls = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
        )
        series.dLbls.numFmt = "0;;;"  # no label for none
        series.dLbls.txPr = _letters(900, "FFFFFF" if _is_dark(_series_colour(index)) else "1A1A1C")
    chart.legend.position = "b"
    chart.legend.txPr = chart.x_axis.txPr = chart.y_axis.txPr = _letters(900)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"  # the first line of the table on top
    chart.y_axis.majorGridlines = None
    chart.y_axis.number_format = "0%" if share else "0"
    return chart


def _title(text: str) -> Title:
    run = RegularTextRun(rPr=_characters(1100, "1A1A1C", bold=True), t=text)
    return Title(tx=Text(rich=RichText(p=[Paragraph(r=[run])])), overlay=False)


def _series_colour(index: int) -> str:
    return SERIES_COLOURS[index % len(SERIES_COLOURS)]


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def _letters(size: int, colour: str = "1A1A1C") -> RichText:
    properties = _characters(size, colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)])


def _characters(size: int, colour: str, *, bold: bool = False) -> CharacterProperties:
    font = Font(typeface=styles.FONT)
    return CharacterProperties(sz=size, b=bold, latin=font, ea=font, solidFill=colour)


def _sheets(sheet: Worksheet, painter: Painter, heads: Heads, row: int, names: Sequence[str]) -> int:
    """Every 施策 with its grades, each leading to its sheet; returns the last row."""
    painter.text(sheet, row, 1, "4 施策別の総合評価", "heading")
    painter.height(sheet, row, 22)
    row += 1
    name_end = max(2, heads.columns - 3)
    spans = (
        (1, 1, "施策ID"),
        (2, name_end, "施策名(主管部署)"),
        (name_end + 1, heads.columns - 1, "指標の達成区分"),
        (heads.columns, heads.columns, "総合評価"),
    )
    for first, last, word in spans:
        painter.text(sheet, row, first, word, "head")
        painter.merge(sheet, row, first, row, last, "head")
    painter.height(sheet, row, 20)
    for entry, name in zip(heads.book.sheets, names, strict=True):
        row += 1
        at = (row, name, heads.columns)
        painter.block(sheet, entry, at, partial(_sheet, sheet, painter, heads, row, entry, name, spans))
    return row


def _sheet(
    sheet: Worksheet,
    painter: Painter,
    heads: Heads,
    row: int,
    entry: BookSheet,
    name: str,
    spans: tuple[tuple[int, int, str], ...],
) -> None:
    marks = " ".join(goal_label(one.number)[4:] + tally.indicator_grade(one) for one in entry.indicators)
    title = f"{entry.sheet.name}({entry.sheet.owner})"
    texts = (entry.sheet.code, title, marks, tally.sheet_grade(entry))
    styles_of = ("centre_link", "cell_text", "centre", "grade")
    for (first, last, _), text, style in zip(spans, texts, styles_of, strict=True):
        painter.text(sheet, row, first, text, style, link=place(name) if first == 1 else "")
        painter.merge(sheet, row, first, row, last, style)
    sizes = [
        (text, heads.width * (last - first + 1)) for (first, last, _), text in zip(spans[1:3], texts[1:3], strict=True)
    ]
    height = metrics.row_height(sizes, size=9, least=ROW_POINTS)
    painter.height(sheet, row, min(height, metrics.MAX_ROW_HEIGHT))
