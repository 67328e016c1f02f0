"""The XML of a sheet around its rows: openpyxl writes a sheet without any, and the rows are put in."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

from review.domain.book import FormSheet
from review.workbook import writer
from review.workbook.cell_xml import Painted
from review.workbook.zip_parts import Held

_NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"')
# The first of what may follow merged cells, and of what may follow links, in the order of the schema.
_AFTER_MERGES = re.compile(rb"<conditionalFormatting|<printOptions")
_AFTER_LINKS = b"<printOptions"
_END = b"</worksheet>"
# Stands for the foot of the page, all of a form's frame that differs from sheet to sheet.
_FOOT = "\ue000"
_MARK = f"&#{ord(_FOOT)};".encode()


def filled(frame: bytes, painted: Painted) -> bytes:
    """The frame with the rows, merged ranges, links and page breaks; a frame that has rows of its own as it is."""
    match, fragments = _NO_ROWS.search(frame), painted.fragments
    if not match or not fragments:
        return frame
    reach = f"A1:{get_column_letter(max(one.last_column for one in fragments))}{fragments[-1].last_row}"
    before = _DIMENSION.sub(f'<dimension ref="{reach}"'.encode(), frame[: match.start()], count=1)
    merges_at = _place(_AFTER_MERGES.search(frame, match.end()))
    links_at = frame.index(_AFTER_LINKS, merges_at)
    return b"".join(
        [
            before,
            b"<sheetData>",
            *[one.rows for one in fragments],
            b"</sheetData>",
            frame[match.end() : merges_at],
            _wrapped("mergeCells", b"".join([one.merges for one in fragments])),
            frame[merges_at:links_at],
            _wrapped("hyperlinks", b"".join([one.links for one in fragments])),
            frame[links_at : -len(_END)],
            _breaks(painted.breaks),
            _END,
        ]
    )


def _place(match: re.Match[bytes] | None) -> int:
    if match is None:
        raise ValueError("every sheet of ours has print options")
    return match.start()


def _wrapped(name: str, inner: bytes) -> bytes:
    return f"<{name}>".encode() + inner + f"</{name}>".encode() if inner else b""


def _breaks(rows: Sequence[int]) -> bytes:
    if not rows:
        return b""
    each = "".join(f'<brk id="{row}" min="0" max="16383" man="1"/>' for row in rows)
    return f'<rowBreaks count="{len(rows)}" manualBreakCount="{len(rows)}">{each}</rowBreaks>'.encode()


class FormFrames:
    """Frames of forms, one for all forms that differ only in the footer; `remember` gives back one of an earlier build."""

    def __init__(self, remember: Callable[[str, Callable[[], bytes]], Held]) -> None:
        self._remember, self._known = remember, dict[tuple[object, ...], bytes]()

    def filled(self, form: FormSheet, painted: Painted) -> bytes:
        alike = (len(form.years), form.city, form.plan_name, form.state_label, form.demo)
        frame = self._known.get(alike)
        if frame is None:
            frame = self._known[alike] = bytes(self._remember(f"frame {alike}", partial(_written, form)))
        foot = escape(writer.header_text(writer.foot_of(form), most=writer.FOOT_LETTERS)).encode()
        return filled(frame.replace(_MARK, foot), painted)


def _written(form: FormSheet) -> bytes:
    """What openpyxl writes of a form that has no cell, with a mark in place of its foot."""
    book = writer.new_book()
    book.create_sheet("first")  # the first sheet of a book is the chosen one, and a form never is
    marked = replace(form, sheet=replace(form.sheet, code=_FOOT, name=""))
    writer.frame_form(book.create_sheet("form"), marked, last_printed=1)
    return writer.parts_of(book)["xl/worksheets/sheet2.xml"]
