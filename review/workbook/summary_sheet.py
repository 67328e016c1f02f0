"""総括: how many of which grade, in tables and in charts that the spreadsheet program draws itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import BookSheet, YearBook
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import goal_label
from review.workbook import layout, metrics, styles, tally
from review.workbook.layout import Box
from review.workbook.painter import Painter, place, set_widths
from review.workbook.summary_chart import Chart
from review.workbook.writer import entitle, set_list_page

WIDTH = 100.0
# 評価できない fits on one line in the rest of the width for each grade.
LABEL_WIDTH, OTHER_WIDTH, MARKS_WIDTH = 22.0, 8.0, 16.0
# The sheet's title and the line below it on the first page; the heading of a part.
TITLE_POINTS, HEADING_POINTS = 54.0, 22.0


@dataclass(frozen=True, kw_only=True)
class Heads:
    """The sheet that is painted, and what the columns of its tables count: the grades of the scale, then the words beside it."""

    sheet: Worksheet
    painter: Painter
    book: YearBook
    grades: list[str]
    others: list[str]

    @property
    def columns(self) -> int:
        """The label, the grades, their sum, and the words beside."""
        return 2 + len(self.grades) + len(self.others)

    @property
    def widths(self) -> list[float]:
        """Excel widths of the columns; those of the grades share what the others leave."""
        others = [OTHER_WIDTH] * (1 + len(self.others))
        rest = WIDTH - LABEL_WIDTH - sum(others)
        return [LABEL_WIDTH, *[max(6.0, rest / len(self.grades)) for _ in self.grades], *others]

    @property
    def name_end(self) -> int:
        """The last column of a 施策's name in the list: what follows, but the last, has room for its marks."""
        wide = [end for end in range(2, self.columns - 1) if sum(self.widths[end : self.columns - 1]) >= MARKS_WIDTH]
        return max(wide, default=2)

    @property
    def page(self) -> float:
        """How many points of rows a printed page takes, after the sheet was scaled to the width of the paper."""
        return layout.page_points(self.widths)

    @property
    def words(self) -> list[str]:
        return ["", *map(self.word, self.grades), "計", *self.others]

    def word(self, grade: str) -> str:
        """The grade with what it means, on two lines."""
        meaning = next((one.meaning for one in self.book.scale if one.grade == grade), "")
        return f"{grade}\n{meaning}" if meaning else grade


def fill(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> None:
    """Paint the whole sheet; `names` are the names of the 施策 sheets, in book order."""
    counted = tally.Tally(book)
    heads = Heads(sheet=sheet, painter=painter, book=book, grades=counted.grades, others=counted.beside)
    columns = heads.columns
    set_widths(sheet, heads.widths)
    without = "" if book.previous else f"{fiscal_year_label(book.fiscal_year - 1)}の達成区分は記録がありません。"
    entitle(sheet, painter, f"{fiscal_year_label(book.fiscal_year)} 総括", f"{counted.note}{without}", columns)
    rest = heads.page - TITLE_POINTS
    row, rest = _part(heads, 4, rest, "1 全体", counted.overall(), Chart(caption="施策と指標の数"))
    chart = Chart(caption="分野別の指標の数", share=True)
    row, rest = _part(heads, row, rest, "2 分野別(指標の数)", counted.by_field(), chart)
    row, rest = _part(heads, row, 0.0, "3 部署別(指標の数)", counted.by_department())
    _begin_page(sheet, row)
    row = _sheets(heads, row, names)
    set_list_page(
        sheet, book, area=f"A1:{get_column_letter(columns)}{row}", freeze="B2", repeat="1:1", foot=layout.SUMMARY
    )


def _begin_page(sheet: Worksheet, row: int) -> None:
    """Begin a printed page with the row above, which is empty: the sheet's title is printed on every page."""
    sheet.row_breaks.append(Break(id=row - 2))


def _part(
    heads: Heads, row: int, rest: float, title: str, rows: list[tally.Row], chart: Chart | None = None
) -> tuple[int, float]:
    """A titled table and, under it, its chart; returns the first free row and what is left of the page then.

    `rest` is what is left before. What does not fit there begins a page, and a chart is never cut; there is none
    while nothing has a grade.
    """
    sheet, painter = heads.sheet, heads.painter
    drawn = chart if any(line.total(heads.grades) for line in rows) else None
    head = metrics.row_height(list(zip(heads.words, heads.widths, strict=True)), size=9, least=30)
    lines = [metrics.row_height([(line.label, LABEL_WIDTH)], size=9, least=styles.ROW_POINTS) for line in rows]
    heights = [HEADING_POINTS, head, *lines, styles.ROW_POINTS]
    table, below = sum(heights), drawn.height(len(rows)) + 2 * styles.ROW_POINTS if drawn else 0.0
    if table + below > rest:
        _begin_page(sheet, row)
        rest = heads.page - TITLE_POINTS
    painter.text(sheet, row, 1, title, "heading")
    painter.values(sheet, row + 1, heads.words, ["head"] * heads.columns)
    for number, line in enumerate(rows, start=row + 2):
        _line(heads, number, line)
    for number, height in enumerate(heights, start=row):
        painter.height(sheet, number, height)
    empty = row + len(heights) - 1
    if not drawn:
        return empty + 1, rest - table
    if table + below > rest:
        sheet.row_breaks.append(Break(id=empty))
    words = [(heads.word(one.grade).replace("\n", " "), one) for one in heads.book.scale]
    last = drawn.put(sheet, painter, words, heads.columns, (row + 1, empty - 1), at=empty + 1)
    for covered in range(empty + 1, last + 2):
        painter.height(sheet, covered, styles.ROW_POINTS)
    return last + 2, rest - table - below


def _line(heads: Heads, row: int, line: tally.Row) -> None:
    counts = [line.counts[grade] for grade in heads.grades]
    beside = [None if line.graded_only else line.counts[word] for word in heads.others]
    styles_of = ["cell", *["count"] * len(counts), "total", *["count"] * len(beside)]
    heads.painter.values(heads.sheet, row, [line.label, *counts, line.total(heads.grades), *beside], styles_of)


def _sheets(heads: Heads, row: int, names: Sequence[str]) -> int:
    """Every 施策 with its grades, each leading to its sheet; returns the last row."""
    sheet, painter = heads.sheet, heads.painter
    painter.text(sheet, row, 1, "4 施策別の総合評価", "heading")
    painter.height(sheet, row, 22)
    row += 1
    name_end, wide = heads.name_end, f"{len(heads.grades)}+{len(heads.others)}"
    spans = (
        (1, 1, "施策ID"),
        (2, name_end, "施策名(主管部署)"),
        (name_end + 1, heads.columns - 1, "指標の達成区分"),
        (heads.columns, heads.columns, "総合評価"),
    )
    painter.line(sheet, row, [Box(*span, "head") for span in spans], 20)
    for entry, name in zip(heads.book.sheets, names, strict=True):
        row += 1
        painter.block(sheet, entry, f"{row} {wide} {name}", partial(_sheet, heads, row, entry, name, spans))
    return row


def _sheet(heads: Heads, row: int, entry: BookSheet, name: str, spans: tuple[tuple[int, int, str], ...]) -> None:
    marks = " ".join(goal_label(one.number)[4:] + tally.indicator_grade(one) for one in entry.indicators)
    title = f"{entry.sheet.name}({entry.sheet.owner})"
    texts = (entry.sheet.code, title, marks, entry.shown)
    looks, widths = ("centre_link", "cell_text", "centre", "grade"), heads.widths
    boxes = [Box(first, last, text, look) for (first, last, _), text, look in zip(spans, texts, looks, strict=True)]
    boxes[0].link = place(name)
    sizes = [(box.text, sum(widths[box.first - 1 : box.last])) for box in boxes[1:]]
    height = metrics.row_height(sizes, size=9, least=styles.ROW_POINTS)
    heads.painter.line(heads.sheet, row, boxes, min(height, metrics.MAX_ROW_HEIGHT))
