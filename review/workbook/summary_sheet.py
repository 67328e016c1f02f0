"""総括: how many of which grade, in tables and in charts that the spreadsheet program draws itself."""

from __future__ import annotations

from collections.abc import Sequence

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

from review.domain.book import YearBook
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import goal_label
from review.workbook import layout, metrics, styles, tally
from review.workbook.painter import Painter, place, set_widths
from review.workbook.writer import set_page

WIDTH = 96.0
LABEL_WIDTH = 22.0
CHART_CM, ROW_POINTS = 18.8, 18.0
# Where the scale brings no colours of its own: from good to bad, told apart in grey print as well.
SERIES_COLOURS = ("2F6B4F", "7FA86B", "E0B050", "C4553D", "8A8A8A", "5B84B1", "B9B9B9")
POINTS_PER_CM = 28.35


def fill(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> None:
    """Paint the whole sheet; `names` are the names of the 施策 sheets, in book order."""
    grades, others = tally.grades(book), tally.beside(book)
    columns = 2 + len(grades) + len(others)
    set_widths(sheet, [LABEL_WIDTH] + [max(6.0, (WIDTH - LABEL_WIDTH) / (columns - 1))] * (columns - 1))
    painter.text(sheet, 1, 1, f"{fiscal_year_label(book.fiscal_year)} 総括", "heading")
    for column in range(2, columns + 1):
        painter.text(sheet, 1, column, "", "heading")
    sheet.row_dimensions[1].height = 24
    back = painter.text(sheet, 2, columns, "← 表紙", "link")
    painter.link(back, place(layout.COVER))
    painter.text(sheet, 2, 1, "未入力・対象外・未定は、計に数えません。", "note")
    row = _part(sheet, painter, book, 4, "1 全体", tally.overall(book), "施策と指標の数", chart="grades")
    row = _part(
        sheet, painter, book, row, "2 分野別(指標の数)", tally.by_field(book), "分野別の指標の数", chart="share"
    )
    _begin_page(sheet, row)
    row = _part(sheet, painter, book, row, "3 部署別(指標の数)", tally.by_department(book), "", chart="")
    _begin_page(sheet, row)
    row = _sheets(sheet, painter, book, row, columns, names)
    sheet.print_area = f"A1:{get_column_letter(columns)}{row}"
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "B2"
    sheet.sheet_view.showGridLines = False
    set_page(sheet, landscape=False, left=f"{book.city} {book.plan_name}", right=book.state_label, foot="総括")


def _begin_page(sheet: Worksheet, row: int) -> None:
    sheet.row_breaks.append(Break(id=row - 1))


def _part(
    sheet: Worksheet,
    painter: Painter,
    book: YearBook,
    row: int,
    title: str,
    rows: list[tally.Row],
    caption: str,
    *,
    chart: str,
) -> int:
    """A titled table and, under it, its chart; returns the first free row."""
    painter.text(sheet, row, 1, title, "heading")
    sheet.row_dimensions[row].height = 22
    head = row + 1
    _head(sheet, painter, book, head)
    for offset, line in enumerate(rows, start=1):
        _line(sheet, painter, book, head + offset, line)
    end = head + len(rows)
    if not (chart and rows and tally.grades(book)):
        return end + 2
    height = 5.6 if chart == "grades" else min(14.0, 3.6 + 1.0 * len(rows))
    drawn = _chart(sheet, book, head, end, caption, share=chart == "share")
    drawn.width, drawn.height = CHART_CM, height  # type: ignore[assignment]
    sheet.add_chart(drawn, f"A{end + 2}")
    after = end + 3 + int(height * POINTS_PER_CM / ROW_POINTS) + 1
    for empty in range(end + 1, after):
        sheet.row_dimensions[empty].height = ROW_POINTS  # the chart lies over these
    return after


def _head(sheet: Worksheet, painter: Painter, book: YearBook, row: int) -> None:
    words = ["", *(_grade_word(book, grade) for grade in tally.grades(book)), "計", *tally.beside(book)]
    for column, word in enumerate(words, start=1):
        painter.text(sheet, row, column, word, "head")
    width = (WIDTH - LABEL_WIDTH) / (len(words) - 1)
    sheet.row_dimensions[row].height = metrics.row_height([(word, width) for word in words], size=9, least=30)


def _grade_word(book: YearBook, grade: str) -> str:
    meaning = next((one.meaning for one in book.scale if one.grade == grade), "")
    return f"{grade}\n{meaning}" if meaning else grade


def _line(sheet: Worksheet, painter: Painter, book: YearBook, row: int, line: tally.Row) -> None:
    grades, others = tally.grades(book), tally.beside(book)
    painter.text(sheet, row, 1, line.label, "cell")
    for column, grade in enumerate(grades, start=2):
        painter.number(sheet, row, column, line.counts[grade], "count")
    painter.number(sheet, row, 2 + len(grades), line.total(grades), "total")
    for column, word in enumerate(others, start=3 + len(grades)):
        painter.number(sheet, row, column, line.counts[word], "count")
    height = metrics.row_height([(line.label, LABEL_WIDTH)], size=9, least=ROW_POINTS)
    sheet.row_dimensions[row].height = height


def _chart(sheet: Worksheet, book: YearBook, head: int, end: int, caption: str, *, share: bool) -> BarChart:
    """Stacked bars, one for each line of the table: numbers stand in them, so colour is not the only sign."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "percentStacked" if share else "stacked", 100, 45
    chart.title = _title(f"{caption}({'割合' if share else '件'})")
    last = 1 + len(tally.grades(book))
    chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=head, max_row=end), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=end))
    for index, (grade, series) in enumerate(zip(tally.grades(book), chart.series, strict=True)):
        series.tx = SeriesLabel(v=_grade_word(book, grade).replace("\n", " "))
        series.graphicalProperties = GraphicalProperties(solidFill=_series_colour(book, index))
        series.graphicalProperties.line.solidFill = "FFFFFF"
        series.dLbls = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
        )
        series.dLbls.numFmt = "0;;;"  # no label for none
        series.dLbls.txPr = _letters(900, "FFFFFF" if _is_dark(_series_colour(book, index)) else "1A1A1C")
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


def _series_colour(book: YearBook, index: int) -> str:
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


def _sheets(sheet: Worksheet, painter: Painter, book: YearBook, row: int, columns: int, names: Sequence[str]) -> int:
    """Every 施策 with its grades, each leading to its sheet; returns the last row."""
    painter.text(sheet, row, 1, "4 施策別の総合評価", "heading")
    sheet.row_dimensions[row].height = 22
    row += 1
    name_end = max(2, columns - 3)
    spans = (
        (1, 1, "施策ID"),
        (2, name_end, "施策名(主管部署)"),
        (name_end + 1, columns - 1, "指標の達成区分"),
        (columns, columns, "総合評価"),
    )
    for first, last, word in spans:
        painter.text(sheet, row, first, word, "head")
        painter.merge(sheet, row, first, row, last, "head")
    sheet.row_dimensions[row].height = 20
    width = (WIDTH - LABEL_WIDTH) / (columns - 1)
    for entry, name in zip(book.sheets, names, strict=True):
        row += 1
        marks = " ".join(goal_label(one.number)[4:] + tally.indicator_grade(one) for one in entry.indicators)
        code = painter.text(sheet, row, 1, entry.sheet.code, "centre_link")
        painter.link(code, place(name))
        title = f"{entry.sheet.name}({entry.sheet.owner})"
        texts = (title, marks, tally.sheet_grade(entry))
        for (first, last, _), text, style in zip(spans[1:], texts, ("cell_text", "centre", "grade"), strict=True):
            painter.text(sheet, row, first, text, style)
            painter.merge(sheet, row, first, row, last, style)
        sizes = [(title, width * (name_end - 1)), (marks, width * (columns - 1 - name_end))]
        sheet.row_dimensions[row].height = metrics.row_height(sizes, size=9, least=ROW_POINTS)
    return row
