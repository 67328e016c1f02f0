"""One workbook file from what openpyxl wrote and from forms that it never saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from typing import BinaryIO, NamedTuple
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from openpyxl.utils.cell import absolute_coordinate, quote_sheetname
from openpyxl.workbook import Workbook

from review.workbook import sheet_frame, writer
from review.workbook.cell_xml import Painted
from review.workbook.zip_parts import Part, ZipParts, compress

CONTENT_TYPES, WORKBOOK, RELATIONS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
# openpyxl writes none: its own texts stand in their cells.
STRINGS = "xl/sharedStrings.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = re.compile(rb"<sheets>.*</sheets>(<definedNames\s*/>|<definedNames>.*</definedNames>)?", re.S)
_absolute = lru_cache(absolute_coordinate)
_DEFINED = re.compile(rb'<definedName ([^>]*?)localSheetId="(\d+)"([^>]*>.*?</definedName>)', re.S)


class Form(NamedTuple):
    """A form as a part of the archive, and the cells of it that are printed."""

    print_area: str
    part: Part

    def packed(self) -> bytes:
        """As bytes, for the cache."""
        return self.print_area.encode() + b"\n" + self.part.packed()

    @classmethod
    def unpacked(cls, data: bytes) -> Form:
        area, _, part = data.partition(b"\n")
        return cls(area.decode(), Part.unpacked(part))


class Placed(NamedTuple):
    """A form that is in the archive already: its sheet's name, its number there, and what is printed of it."""

    name: str
    number: int
    print_area: str


class Package:
    """The archive being written: forms as they come, at the end everything else."""

    def __init__(self, out: BinaryIO, made_at: datetime) -> None:
        self._zip = ZipParts(out, made_at)
        self._forms = 0

    def add_form(self, name: str, form: Form) -> Placed:
        """Write the form's part now; it becomes a sheet of the book in `close`."""
        self._forms += 1
        self._zip.add(f"xl/worksheets/form{self._forms}.xml", form.part)
        return Placed(name, self._forms, form.print_area)

    def close(
        self, workbook: Workbook, order: Sequence[str | Placed], rows_of: Callable[[str], Painted], strings: Part
    ) -> None:
        """Write openpyxl's parts, with the rows of its sheets, the texts, and the book's directory.

        `order` is that of the book: names of openpyxl's sheets, and forms.
        """
        titles = workbook.sheetnames
        forms = [one.number for one in order if isinstance(one, Placed)]
        stream = BytesIO()
        writer.save(workbook, stream)
        with ZipFile(stream) as made:
            for name in made.namelist():
                self._zip.add(name, compress(_changed(name, made.read(name), titles, order, forms, rows_of)))
        self._zip.add(STRINGS, strings)
        self._zip.close()


def write(workbook: Workbook, out: BinaryIO, made_at: datetime) -> None:
    """A workbook of openpyxl's alone, whose archive has one time: the same book gives the same bytes."""
    stream, parts = BytesIO(), ZipParts(out, made_at)
    writer.save(workbook, stream)
    with ZipFile(stream) as made:
        for name in made.namelist():
            parts.add(name, compress(made.read(name)))
    parts.close()


def _changed(
    name: str,
    data: bytes,
    titles: Sequence[str],
    order: Sequence[str | Placed],
    forms: Sequence[int],
    rows_of: Callable[[str], Painted],
) -> bytes:
    """One of openpyxl's parts as the whole book needs it."""
    if name == WORKBOOK:
        return _SHEETS.sub(lambda match: _directory(match[0], titles, order), data, count=1)
    if name == RELATIONS:
        places = [("worksheet", _path(n), f"rIdF{n}") for n in forms] + [("sharedStrings", STRINGS, "rIdS")]
        each = (
            f'<Relationship Type="{_RELATIONS_NAMESPACE}/{one}" Target="/{path}" Id="{key}"/>'
            for one, path, key in places
        )
        return data.replace(b"</Relationships>", "".join(each).encode() + b"</Relationships>")
    if name == CONTENT_TYPES:
        kinds = [*((_path(n), "worksheet") for n in forms), (STRINGS, "sharedStrings")]
        types = (f'<Override PartName="/{path}" ContentType="{_TYPE}{kind}+xml"/>' for path, kind in kinds)
        return data.replace(b"</Types>", "".join(types).encode() + b"</Types>")
    if number := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
        return sheet_frame.filled(data, rows_of(titles[int(number[1]) - 1]))
    return data


def _path(number: int) -> str:
    return f"xl/worksheets/form{number}.xml"


def _directory(written: bytes, titles: Sequence[str], order: Sequence[str | Placed]) -> bytes:
    """The list of sheets and of what is printed of each, in the order of the book."""
    own = {title: number for number, title in enumerate(titles)}
    defined: dict[int, list[bytes]] = {}
    for before, number, after in _DEFINED.findall(written):
        defined.setdefault(int(number), []).append(b'<definedName %slocalSheetId="%%d"%s' % (before, after))
    sheets: list[str] = []
    names: list[bytes] = []
    for place, one in enumerate(order):
        title, relation = (one.name, f"rIdF{one.number}") if isinstance(one, Placed) else (one, f"rId{own[one] + 1}")
        sheets.append(f'<sheet name={quoteattr(title)} sheetId="{place + 1}" state="visible" r:id="{relation}"/>')
        if isinstance(one, Placed):
            names.append(_printed(one, place))
        else:
            names.extend(each.replace(b'"%d"', b'"%d"' % place) for each in defined.get(own[one], []))
    opened = f'<sheets xmlns:r="{_RELATIONS_NAMESPACE}">'.encode()
    return b"".join([opened, "".join(sheets).encode(), b"</sheets><definedNames>", *names, b"</definedNames>"])


def _printed(form: Placed, place: int) -> bytes:
    sheet = escape(quote_sheetname(form.name))
    area = _absolute(form.print_area)
    head = f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">{sheet}!$1:$1</definedName>'
    body = f'<definedName name="_xlnm.Print_Area" localSheetId="{place}">{sheet}!{area}</definedName>'
    return (head + body).encode()
