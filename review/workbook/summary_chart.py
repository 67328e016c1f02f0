"""The charts of 総括, drawn by the spreadsheet program itself from the tables above them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import ScaleRow
from review.workbook import styles
from review.workbook.painter import Painter

POINTS_PER_CM = 28.35


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Stacked bars, one for each line of a table, with numbers in them, so that colour is not the only sign.

    `share` stretches every bar to the whole.
    """

    caption: str
    share: bool = False

    def height(self, lines: int) -> float:
        """How many points a chart of so many bars is high."""
        return (min(14.0, 3.6 + 1.0 * lines) if self.share else 5.6) * POINTS_PER_CM

    def put(
        self,
        sheet: Worksheet,
        painter: Painter,
        series: Sequence[tuple[str, ScaleRow]],
        columns: int,
        table: tuple[int, int],
        *,
        at: int,
    ) -> int:
        """Draw the rows `table`, head to last, from the row `at` on, as wide as the first `columns`.

        `series` are the words and the grades of the columns of numbers. Returns the last row that the chart covers.
        """
        rows = math.ceil(self.height(table[1] - table[0]) / styles.ROW_POINTS)
        draw = partial(self._drawn, sheet, series, *table)
        chart = painter.drawn(f"{self} of {sheet.title} {table} {series}", draw)
        # From cell to cell: as wide as the table in every program, whatever it takes a column's width to be.
        chart.anchor = TwoCellAnchor(
            _from=AnchorMarker(col=0, row=at - 1), to=AnchorMarker(col=columns, row=at - 1 + rows)
        )
        sheet.add_chart(chart)
        return at + rows - 1

    def _drawn(self, sheet: Worksheet, words: Sequence[tuple[str, ScaleRow]], head: int, end: int) -> BarChart:
        chart = BarChart()
        chart.type, chart.overlap, chart.gapWidth = "bar", 100, 45
        chart.grouping = "percentStacked" if self.share else "stacked"
        chart.title = _title(f"{self.caption}({'割合' if self.share else '件'})")
        last = 1 + len(words)
        chart.add_data(Reference(sheet, min_col=2, max_col=last, min_row=head, max_row=end), titles_from_data=True)
        chart.set_categories(Reference(sheet, min_col=1, min_row=head + 1, max_row=end))
        for (word, grade), series in zip(words, chart.series, strict=True):
            colour, letters = (one.removeprefix("#") for one in grade.bar)
            series.tx = SeriesLabel(v=word)
            series.graphicalProperties = GraphicalProperties(solidFill=colour)
            series.graphicalProperties.line.solidFill = "FFFFFF"
            series.dLbls = DataLabelList(
                showVal=True, showSerName=False, showCatName=False, showLegendKey=False, showPercent=False
            )
            series.dLbls.numFmt = "0;;;"  # no label for none
            series.dLbls.txPr = _letters(900, letters)
        chart.legend.position = "b"
        chart.legend.txPr = chart.x_axis.txPr = chart.y_axis.txPr = _letters(900)
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.x_axis.scaling.orientation = "maxMin"  # the first line of the table on top
        chart.y_axis.majorGridlines = None
        chart.y_axis.number_format = "0%" if self.share else "0"
        return chart


def _title(text: str) -> Title:
    run = RegularTextRun(rPr=_characters(1100, "1A1A1C", bold=True), t=text)
    return Title(tx=Text(rich=RichText(p=[Paragraph(r=[run])])), overlay=False)


def _letters(size: int, colour: str = "1A1A1C") -> RichText:
    properties = _characters(size, colour)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=properties), endParaRPr=properties)])


def _characters(size: int, colour: str, *, bold: bool = False) -> CharacterProperties:
    font = Font(typeface=styles.FONT)
    return CharacterProperties(sz=size, b=bold, latin=font, ea=font, solidFill=colour)
