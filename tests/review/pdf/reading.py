"""Reads finished papers as a printer sees them: lines of text by place and size, page by page, and the tags' headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from review.pdf import maker

MM = 72 / 25.4
TOP, BOTTOM = (297 - 19) * MM, 16 * MM
#: From this size on a line is a heading; no two lines are nearer to each other than that.
HEADING, LINE = 10, 5
#: How typst places a run of letters; a page is not read where it does so otherwise.
_RUN = re.compile(rb"q 1 0 0 -1 (-?[\d.]+) (-?[\d.]+) cm[^\n]*\nBT[^\n]*?/f\d+ ([\d.]+) Tf 1 0 0 -1 0 0 Tm")


class Line(NamedTuple):
    """A line of a page: how far its letters stand above the foot of the sheet, and the smallest of their sizes."""

    height: float
    size: float


class Heading(NamedTuple):
    level: int
    title: str
    page: int


def opened(paper: maker.Paper) -> PdfReader:
    return PdfReader(BytesIO(paper.data))


def runs(page: PageObject) -> list[Line]:
    """Every run of letters on the page, in the order of drawing."""
    contents = page.get_contents()
    data = b"" if contents is None else contents.get_data()
    drawn = [Line(float(y), float(size)) for _x, y, size in _RUN.findall(data)]
    assert len(drawn) == len(re.findall(rb"^BT\b", data, re.M)), "typst draws letters in another way than this reads"
    return drawn


def body(page: PageObject) -> list[Line]:
    """The lines between head and foot of the page, from above; a sign set lower or larger is part of its line."""
    lines: list[Line] = []
    for one in sorted(runs(page), reverse=True):
        if lines and lines[-1].height - one.height < LINE:
            lines[-1] = Line(lines[-1].height, min(lines[-1].size, one.size))
        elif BOTTOM <= one.height <= TOP:
            lines.append(one)
    return lines


def elements(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every element of the tags, in reading order, the root first."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, DictionaryObject) and node.get("/Type") not in ("/MCR", "/OBJR"):
            yield node
            waiting.extend(reversed(children(node)))


def children(node: DictionaryObject) -> list[DictionaryObject]:
    """What stands directly within an element, without the marks of its letters."""
    kids = node.get("/K", [])
    kids = kids.get_object() if isinstance(kids, IndirectObject) else kids
    below = [one.get_object() for one in (kids if isinstance(kids, list) else [kids])]
    return [one for one in below if isinstance(one, DictionaryObject)]


def headings(reader: PdfReader) -> list[Heading]:
    """Every heading with its level, its words and the page on which it stands, in reading order."""
    return [
        Heading(int(kind[2:]), str(one.get("/T", "")), _page(reader, one))
        for one in elements(reader)
        if re.fullmatch(r"/H\d", kind := str(one.get("/S", "")))
    ]


def first_cell_after(reader: PdfReader, heading: Heading) -> int:
    """The page on which the next table's first row begins."""
    after = iter(elements(reader))
    next(one for one in after if str(one.get("/T", "")) == heading.title)
    return next(_page(reader, one) for one in after if one.get("/S") == "/TD" and "/Pg" in one)


def _page(reader: PdfReader, element: DictionaryObject) -> int:
    own = element.raw_get("/Pg")
    return next(number for number, page in enumerate(reader.pages) if page.indirect_reference == own)
