"""計画期間の総括 as a workbook: the whole with its grades, each 施策 with its text, and one row for each 成果目標."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from review.domain.fiscal import fiscal_year_label, wareki
from review.workbook import metrics, package
from review.workbook.painter import Painter, set_widths
from review.workbook.writer import describe, new_book, set_page

WHOLE, MEASURES, GOALS = "総括", "施策の総括", "成果目標"
NARROW, WIDE, TEXT = 11.0, 22.0, 60.0
#: What is longer than a phrase.
LONG = ("施策の総括", "計画全体の総括", "区分を変えた理由")


def write(snapshot: Mapping[str, Any], goals: Sequence[Sequence[str]], *, label: str, published_at: datetime) -> bytes:
    """The book of a published 総括; `goals` are its rows, the heading first. The same 総括 gives the same bytes."""
    book, painter = new_book(), Painter()
    first, last = (fiscal_year_label(snapshot["years"][place]) for place in (0, -1))
    titles = [
        f"{snapshot['plan']} 計画期間の総括({first}〜{last})",
        f"{snapshot['city']} {label} 公表日 {wareki(published_at.date())}",
    ]
    counts = [
        (f"{one['letter']} {one['name']}", str(snapshot["totals"].get(one["letter"], 0))) for one in snapshot["scale"]
    ]
    reason = [("訂正の理由", snapshot["reason"])] if snapshot["reason"] else []
    whole = [
        ("項目", "計画全体の総括"),
        ("計画全体の総括", snapshot["text"]),
        *reason,
        ("最終の達成区分", "成果目標の数"),
        *counts,
    ]
    measures = [
        (one["code"], one["name"], one["department"], one["field"]["name"], one["text"]) for one in snapshot["measures"]
    ]
    heading = ("施策ID", "施策名", "主管部署", "分野", "施策の総括")
    for name, rows in ((WHOLE, whole), (MEASURES, [heading, *measures]), (GOALS, goals)):
        _table(book, painter, name, titles, rows)
    describe(book, titles[0], snapshot["city"], published_at)
    out = BytesIO()
    package.write(book, out, published_at)
    return out.getvalue()


def _table(book: Workbook, painter: Painter, name: str, titles: Iterable[str], rows: Sequence[Sequence[str]]) -> None:
    """A sheet with the titles above, the heading, and the rows, to be printed a page wide."""
    sheet = book.create_sheet(name)
    widths = [TEXT if head in LONG else NARROW if "達成区分" in head or "ID" in head else WIDE for head in rows[0]]
    set_widths(sheet, widths)
    for row, (text, style) in enumerate(zip(titles, ("heading", "note"), strict=True), start=1):
        painter.text(sheet, row, 1, text, style)
    for row, cells in enumerate(rows, start=4):
        painter.values(sheet, row, cells, ["head" if row == 4 else "cell_text"] * len(cells))
        height = metrics.row_height(list(zip(cells, widths, strict=True)), size=9, least=20)
        painter.height(sheet, row, min(height, metrics.MAX_ROW_HEIGHT))
    area = f"A1:{get_column_letter(len(widths))}{len(rows) + 3}"
    set_page(sheet, area=area, freeze="A5", repeat="4:4", left=next(iter(titles)), right="", foot=name, landscape=True)
