"""The consolidated book by XlsxWriter: the same rows, looks, merges, links, charts and print settings.

It follows the same map (`layout`, `summary_sheet`, `indicator_list`) by a painter of its own, so that both measure
and wrap the same texts; the difference is what it costs to put them into a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl.utils import range_boundaries

from review.domain.book import YearBook
from review.workbook import consolidated, indicator_list, layout, styles, summary_sheet, writer
from review.workbook.painter import STARTERS, Painter

_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class XlsxPainter(Painter):
    """Paints on XlsxWriter's sheets, by the names of openpyxl's."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        super().__init__()
        self.book, self.sheets, self.breaks = book, {}, {}
        self._formats: dict[tuple[str, bool], Any] = {}
        self._waiting: tuple | None = None

    def text(self, sheet, row, column, text, style, *, link=""):
        self.flush()
        look = self._format(style, text.startswith(STARTERS))
        if link:
            self.sheets[sheet.title].write_url(row - 1, column - 1, f"internal:{link}", look, text)
        else:  # waits, for a merge may follow, which wants the text itself
            self._waiting = (self.sheets[sheet.title], row - 1, column - 1, text, look)

    def number(self, sheet, row, column, value, style):
        self.flush()
        at = self.sheets[sheet.title]
        if value is None:
            at.write_blank(row - 1, column - 1, None, self._format(style, False))
        else:
            at.write_number(row - 1, column - 1, value, self._format(style, False))

    def merge(self, sheet, row, column, last_row, last_column, style):
        if (row, column) == (last_row, last_column):
            return
        waiting, self._waiting = self._waiting, None
        at, _, _, text, look = waiting
        at.merge_range(row - 1, column - 1, last_row - 1, last_column - 1, text, look)

    def height(self, sheet, row, points):
        self.sheets[sheet.title].set_row(row - 1, points)

    def page_break(self, sheet, row):
        self.breaks.setdefault(sheet.title, []).append(row - 1)

    def block(self, sheet, entry, place, paint):
        paint()

    def flush(self):
        if self._waiting:
            at, row, column, text, look = self._waiting
            self._waiting = None
            if text:
                at.write_string(row, column, text, look)
            else:
                at.write_blank(row, column, None, look)

    def _format(self, name: str, literal: bool) -> Any:
        known = self._formats.get((name, literal))
        if known is None:
            known = self._formats[name, literal] = self.book.add_format(_properties(styles.LOOKS[name], literal))
        return known


def _properties(look: styles.Look, literal: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "font_name": styles.FONT, "font_size": look.size, "bold": look.bold, "font_color": f"#{look.colour[2:]}",
        "align": look.across, "valign": "vcenter", "text_wrap": look.wrap, "indent": look.indent,
        "num_format": look.number, "underline": int(look.underline), "quote_prefix": literal, "font_charset": 128,
    }  # fmt: skip
    if look.fill:
        properties["bg_color"] = f"#{look.fill[2:]}"
    if look.box:
        properties |= {"border": 1, "border_color": f"#{styles.RULE[2:]}"}
    elif look.under:
        properties |= {"bottom": 2, "bottom_color": f"#{styles.NAVY[2:]}"}
    return properties


def write(book: YearBook, path: Path) -> None:
    """Write the whole book."""
    out = xlsxwriter.Workbook(path, _TEXT_ONLY)
    painter, frames = XlsxPainter(out), writer.new_book()
    names = consolidated.form_names(book)
    order = (layout.COVER, layout.SUMMARY, layout.INDICATORS, *names, layout.CHANGES)
    painter.sheets = {name: out.add_worksheet(name) for name in order}
    lists = {name: frames.create_sheet(name) for name in layout.NO_FORMS}
    consolidated.fill_cover(lists[layout.COVER], painter, book, names)
    summary_sheet.fill(lists[layout.SUMMARY], painter, book, names)
    firsts = indicator_list.fill(lists[layout.INDICATORS], painter, book, names)
    for entry, name, first in zip(book.sheets, names, firsts, strict=True):
        _form(painter, name, consolidated.page_of(book, entry, first))
    consolidated.fill_changes(lists[layout.CHANGES], painter, book, names)
    painter.flush()
    for name, frame in lists.items():
        _frame(out, painter.sheets[name], frame, book)
    out.set_properties({"title": book.plan_name, "subject": book.city, "created": book.made_at})
    out.close()


class _Named:
    def __init__(self, title: str) -> None:
        self.title = title


def _form(painter: XlsxPainter, name: str, page: layout.Page) -> None:
    sheet, form = painter.sheets[name], page.form
    for column, width in enumerate(layout.column_widths(form)):
        sheet.set_column(column, column, width)
    last = writer.paint_form(_Named(name), painter, page)
    painter.flush()
    _paper(sheet, False, f"{form.city} {form.plan_name}", form.state_label, writer.foot_of(form))
    sheet.print_area(0, 0, last - 1, layout.column_count(form) - 1)
    sheet.repeat_rows(0)
    sheet.set_h_pagebreaks(painter.breaks.get(name, []))
    sheet.freeze_panes(2, 0)
    sheet.hide_gridlines(2)
    sheet.set_zoom(100)


def _paper(sheet, landscape: bool, left: str, right: str, foot: str) -> None:
    (sheet.set_landscape if landscape else sheet.set_portrait)()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    small = f'&"{styles.FONT},Regular"&8'
    sheet.set_margins(0.5, 0.5, 0.7, 0.6)
    sheet.set_header(f"&L{small} {left}&R{small} {right}", {"margin": 0.3})
    sheet.set_footer(f"&L{small} {foot}&R{small} &P / &N ページ", {"margin": 0.3})


def _frame(out, sheet, frame, book: YearBook) -> None:
    """What the lists' code said to openpyxl of the sheet around the rows."""
    for letter, column in frame.column_dimensions.items():
        sheet.set_column(f"{letter}:{letter}", column.width)
    landscape = frame.page_setup.orientation == "landscape"
    _paper(sheet, landscape, f"{book.city} {book.plan_name}", book.state_label, frame.title)
    first, top, last, bottom = range_boundaries(frame.print_area.split("!")[-1].replace("$", ""))
    sheet.print_area(top - 1, first - 1, bottom - 1, last - 1)
    sheet.set_h_pagebreaks([one.id for one in frame.row_breaks.brk])
    sheet.hide_gridlines(2)
    if frame.freeze_panes:
        column, row, _, _ = range_boundaries(frame.freeze_panes)
        sheet.freeze_panes(row - 1, column - 1)
    if frame.auto_filter.ref:
        first, top, last, bottom = range_boundaries(frame.auto_filter.ref)
        sheet.autofilter(top - 1, first - 1, bottom - 1, last - 1)
    for area in frame.conditional_formatting:
        for rule in area.rules:
            look = out.add_format({"bold": True, "bg_color": "#D5EBDC"})
            sheet.conditional_format(
                str(area.sqref), {"type": "formula", "criteria": f"={rule.formula[0]}", "format": look}
            )
    for native in frame._charts:
        _chart(out, sheet, native)


def _chart(out, sheet, native) -> None:
    chart = out.add_chart({"type": "bar", "subtype": "percent_stacked" if "percent" in native.grouping else "stacked"})
    for series in native.series:
        chart.add_series(
            {
                "values": f"={series.val.numRef.f}",
                "categories": f"={series.cat.numRef.f}",
                "data_labels": {"value": True},
                "name": series.tx.v,
            }
        )
    chart.set_title({"name": "数"})
    anchor = native.anchor if isinstance(native.anchor, str) else "A5"
    sheet.insert_chart(anchor, chart)
