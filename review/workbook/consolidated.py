"""The year's consolidated book, sheet by sheet: 表紙, every 施策, 変更履歴, linked with each other; `engine` writes it."""

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from review.domain import form_labels as labels
from review.domain.book import BookSheet, Change, FormSheet, YearBook
from review.domain.fiscal import fiscal_year_label, wareki
from review.workbook import layout, metrics, tally
from review.workbook.layout import Box, Page
from review.workbook.painter import Painter, place, set_widths
from review.workbook.writer import describe, entitle, set_list_page, set_page

COVER_WIDTHS = [14.0, 16.0, 62.0]
CHANGE_HEADS = ("日付", "施策ID", "種類", "項目", "変更前", "変更後", "理由", "変更した人")
CHANGE_WIDTHS = [14.0, 8.0, 10.0, 24.0, 26.0, 26.0, 28.0, 16.0]


def form_names(book: YearBook) -> list[str]:
    """The names of the 施策 sheets, in book order."""
    return layout.sheet_names((entry.sheet.code for entry in book.sheets), layout.NO_FORMS)


def describe_book(workbook: Workbook, book: YearBook) -> None:
    """The document's properties; 表紙 is what one sees on opening it."""
    title = f"{fiscal_year_label(book.fiscal_year)} {book.plan_name} {book.state_label}"
    describe(workbook, title, book.city, book.made_at)
    workbook.active = 0


def page_of(book: YearBook, entry: BookSheet, first: int) -> Page:
    """One 施策 of the book as a page of the form; `first` is its row in 成果指標一覧."""
    links = (("← 総括", place(layout.SUMMARY)), ("← 成果指標一覧", place(layout.INDICATORS, f"A{first}")))
    return Page(form=form_of(book, entry), judged=entry, links=links)


def form_of(book: YearBook, entry: BookSheet) -> FormSheet:
    return FormSheet(
        sheet=entry.sheet,
        plan_name=book.plan_name,
        fiscal_year=book.fiscal_year,
        years=book.years,
        city=book.city,
        state_label=entry.state_label,
        demo=entry.demo or any(one.demo for one in entry.indicators),
    )


# --- 表紙 ---------------------------------------------------------------------------------------------------------


def fill_cover(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> None:
    """表紙: what this is, in which state, made when; what is in it, the scale, and how to read it."""
    set_widths(sheet, COVER_WIDTHS)
    row = 5
    for text, style, height in _cover_titles(book):
        painter.line(sheet, row, [Box(1, 3, text, style)], height)
        row += 1
    row = _contents(sheet, painter, book, names, row + 1)
    row = _scale(sheet, painter, book, row + 1)
    row = _notes(sheet, painter, row + 1)
    set_page(sheet, area=f"A1:C{row}", left="", right=book.state_label)


def _cover_titles(book: YearBook) -> list[tuple[str, str, float]]:
    titles = [
        (book.city, "cover_city", 26.0),
        (book.plan_name, "cover_title", 40.0),
        (f"{fiscal_year_label(book.fiscal_year)} 年次評価 集約表", "cover_title", 40.0),
        (book.state_label, "cover_state", 34.0),
        (book.dated, "cover_city", 26.0),
    ]
    if book.audit_head:
        titles.append((f"{labels.AUDIT_HEAD} {book.audit_head}", "cover_note", 18.0))
    if book.has_demo_values:
        count = sum(entry.demo or any(one.demo for one in entry.indicators) for entry in book.sheets)
        notice = f"この集約表は{labels.DEMO}(試しに入れた値)を含みます。{count}施策。公表には使えません。"
        titles.append((notice, "cover_demo", 30.0))
    return titles


def _contents(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str], row: int) -> int:
    indicators = sum(len(entry.indicators) for entry in book.sheets)
    entries = [
        (layout.SUMMARY, layout.SUMMARY, "達成区分ごとの数と図"),
        (layout.INDICATORS, layout.INDICATORS, f"指標 {indicators}件の目標・実績・達成率・達成区分"),
        (layout.CHANGES, layout.CHANGES, f"目標・指標・記載の変更 {len(book.changes)}件"),
    ]
    if names:
        apart = tally.asides(book)
        beside = f"、うち{apart}" if apart else ""
        entries.insert(2, ("施策シート", names[0], f"施策 {len(names)}件({names[0]} から {names[-1]}{beside})"))
    _section(sheet, painter, row, "この集約表にあるもの")
    for text, target, note in entries:
        row += 1
        painter.line(sheet, row, [Box(1, 1, text, "cell_link", link=place(target)), Box(2, 3, note, "cell")], 20)
    return row + 1


def _scale(sheet: Worksheet, painter: Painter, book: YearBook, row: int) -> int:
    _section(sheet, painter, row, "達成区分")
    for one in book.scale:
        row += 1
        boxes = [Box(1, 1, one.mark, "grade"), Box(2, 2 if one.note else 3, one.meaning, "cell")]
        boxes += [Box(3, 3, one.note, "cell")] if one.note else []
        painter.line(sheet, row, boxes, metrics.row_height([(one.note, COVER_WIDTHS[2])], size=9, least=20))
    return row + 1


def _notes(sheet: Worksheet, painter: Painter, row: int) -> int:
    lines = (
        "・数は、施策と指標のどちらを数えたかを必ず記します。計に数えないものは、計の右に並べます。",
        "・目標と実績は、記入された文字のままです。数として読めたものは「成果指標一覧」の右の列に数値で添えました。",
        "・「評価できない」は、文字の実績や単位の違いなどのため、計算では判定しなかったものです。",
        "・橙色のセルは、表計算ソフトに入らない文字を置き換えたか、途中までを入れたものです。セルのメモに理由があります。",
    )
    _section(sheet, painter, row, "見方")
    for text in lines:
        row += 1
        height = metrics.row_height([(text, sum(COVER_WIDTHS))], size=9.5, least=18)
        painter.line(sheet, row, [Box(1, 3, text, "cover_text")], height)
    return row


def _section(sheet: Worksheet, painter: Painter, row: int, text: str) -> None:
    painter.line(sheet, row, [Box(1, 3, text, "section")], 20)


# --- 変更履歴 -----------------------------------------------------------------------------------------------------


def fill_changes(sheet: Worksheet, painter: Painter, book: YearBook, names: Sequence[str]) -> None:
    """変更履歴: one row for each change, leading to its sheet."""
    by_code = dict(zip((entry.sheet.code for entry in book.sheets), names, strict=True))
    set_widths(sheet, CHANGE_WIDTHS)
    last = len(CHANGE_HEADS)
    title, note = f"{fiscal_year_label(book.fiscal_year)} 変更履歴", f"目標・指標・記載の変更 {len(book.changes)}件"
    entitle(sheet, painter, title, note, last)
    painter.values(sheet, 4, CHANGE_HEADS, ["head"] * last)
    painter.height(sheet, 3, 4.0)
    painter.height(sheet, 4, 20.0)
    row = 4
    for change in book.changes:
        row += 1
        _change(sheet, painter, row, change, by_code)
    if not book.changes:
        row += 1
        painter.line(sheet, row, [Box(1, last, "変更はありません。", "cell")], 22)
    set_list_page(sheet, book, area=f"A1:H{row}", freeze="A5", repeat="4:4", foot=layout.CHANGES, landscape=True)


def _change(sheet: Worksheet, painter: Painter, row: int, change: Change, names: dict[str, str]) -> None:
    day = wareki(change.made_at.date()).partition("(")[0] if change.made_at else ""
    texts = (day, change.code, change.kind, change.item, change.before, change.after, change.reason, change.made_by)
    painter.values(sheet, row, texts, ["cell_text"] * len(texts))
    if change.code in names:
        painter.text(sheet, row, 2, change.code, "centre_link", link=place(names[change.code]))
    sizes = list(zip(texts, CHANGE_WIDTHS, strict=True))
    painter.height(sheet, row, min(metrics.row_height(sizes, size=9, least=20), metrics.MAX_ROW_HEIGHT))
