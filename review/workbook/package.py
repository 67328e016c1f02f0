"""One workbook file from what openpyxl wrote and from forms that it never saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils.cell import absolute_coordinate, quote_sheetname
from openpyxl.workbook import Workbook

from review.workbook import sheet_frame, writer
from review.workbook.cell_xml import Painted
from review.workbook.zip_parts import Held, Part, ZipParts, compress

CONTENT_TYPES, WORKBOOK, RELATIONS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
# openpyxl writes none: its own texts stand in their cells.
STRINGS = "xl/sharedStrings.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_RELATIONS_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = re.compile(rb"<sheets>.*</sheets>(<definedNames\s*/>|<definedNames>.*</definedNames>)?", re.S)
# What stands otherwise in an attribute, in a text or in the name of a place; a 施策ID seldom has any of it.
_MARKED = re.compile("[&<>\"'\\s]")
_absolute = lru_cache(absolute_coordinate)
_SHADED, _AFTER_SHADED = re.compile(rb"<dxfs .*</dxfs>", re.S), b"<tableStyles"
_DEFINED = re.compile(rb'<definedName ([^>]*?)localSheetId="(\d+)"([^>]*>.*?</definedName>)', re.S)


class Form(NamedTuple):
    """A form as a part of the archive, and the cells of it that are printed."""

    print_area: str
    part: Part

    def packed(self) -> bytes:
        """As bytes, for the cache."""
        area = self.print_area.encode()
        return b"".join((bytes([len(area)]), area, self.part.packed()))

    @classmethod
    def unpacked(cls, data: Held) -> Form:
        end = 1 + data[0]
        return cls(str(data[1:end], "ascii"), Part.unpacked(data, end))


class Placed(NamedTuple):
    """A form that is in the archive already: its sheet's name, its number there, and what is printed of it."""

    name: str
    number: int
    print_area: str


class Package:
    """The archive being written: forms as they come, at the end everything else."""

    def __init__(self, out: BinaryIO, made_at: datetime) -> None:
        self._zip = ZipParts(out, made_at)
        self._forms: list[str] = []

    def add_form(self, name: str, form: Form) -> Placed:
        """Write the form's part now; it becomes a sheet of the book in `close`."""
        number = len(self._forms) + 1
        self._forms.append(f"xl/worksheets/form{number}.xml")
        self._zip.add(self._forms[-1], form.part)
        return Placed(name, number, form.print_area)

    def close(
        self,
        workbook: Workbook,
        order: Sequence[str | Placed],
        rows_of: Callable[[str], Painted],
        strings: Part,
        styles: bytes | None = None,
    ) -> None:
        """Write openpyxl's parts, with the rows of its sheets, the texts, and the book's directory.

        `order` is that of the book: names of openpyxl's sheets, and forms. `styles` are those of the rows, where the
        workbook does not know them.
        """
        titles, forms = workbook.sheetnames, self._forms
        parts = writer.parts_of(workbook)
        if styles:
            parts[STYLES] = _dressed(parts[STYLES], styles)
        for name, data in parts.items():
            self._zip.add(name, compress(_changed(name, data, titles, order, forms, rows_of)))
        self._zip.add(STRINGS, strings)
        self._zip.close()


def write(workbook: Workbook, out: BinaryIO, made_at: datetime) -> None:
    """A workbook of openpyxl's alone, whose archive has one time: the same book gives the same bytes."""
    parts = ZipParts(out, made_at)
    for name, data in writer.parts_of(workbook).items():
        parts.add(name, compress(data))
    parts.close()


def _changed(
    name: str,
    data: bytes,
    titles: Sequence[str],
    order: Sequence[str | Placed],
    forms: Sequence[str],
    rows_of: Callable[[str], Painted],
) -> bytes:
    """One of openpyxl's parts as the whole book needs it."""
    if name == WORKBOOK:
        return _SHEETS.sub(lambda match: _directory(match[0], titles, order), data, count=1)
    if name == RELATIONS:
        places = [("worksheet", path, f"rIdF{number}") for number, path in enumerate(forms, start=1)]
        places.append(("sharedStrings", STRINGS, "rIdS"))
        each = (
            f'<Relationship Type="{_RELATIONS_NAMESPACE}/{one}" Target="/{path}" Id="{key}"/>'
            for one, path, key in places
        )
        return data.replace(b"</Relationships>", "".join(each).encode() + b"</Relationships>")
    if name == CONTENT_TYPES:
        kinds = [*((path, "worksheet") for path in forms), (STRINGS, "sharedStrings")]
        types = (f'<Override PartName="/{path}" ContentType="{_TYPE}{kind}+xml"/>' for path, kind in kinds)
        return data.replace(b"</Types>", "".join(types).encode() + b"</Types>")
    if number := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name):
        return sheet_frame.filled(data, rows_of(titles[int(number[1]) - 1]))
    return data


def _dressed(own: bytes, styles: bytes) -> bytes:
    """The styles with those that the workbook has of its own: what a grade looks like where it is shaded."""
    shaded = _SHADED.search(own)
    return styles.replace(_AFTER_SHADED, (shaded[0] if shaded else b"") + _AFTER_SHADED, 1)


def _directory(written: bytes, titles: Sequence[str], order: Sequence[str | Placed]) -> bytes:
    """The list of sheets and of what is printed of each, in the order of the book."""
    own = {title: number for number, title in enumerate(titles)}
    defined: dict[int, list[bytes]] = {}
    for before, number, after in _DEFINED.findall(written):
        defined.setdefault(int(number), []).append(b'<definedName %slocalSheetId="%%d"%s' % (before, after))
    sheets: list[str] = []
    names: list[bytes] = []
    for place, one in enumerate(order):
        if isinstance(one, Placed):
            plain = not _MARKED.search(one.name)
            name = f'"{one.name}"' if plain else quoteattr(one.name)
            sheet = f"'{one.name}'" if plain else escape(quote_sheetname(one.name))
            relation = f"rIdF{one.number}"
            names.append(_printed(sheet, _absolute(one.print_area), place))
        else:
            name, relation = quoteattr(one), f"rId{own[one] + 1}"
            names.extend(each.replace(b'"%d"', b'"%d"' % place) for each in defined.get(own[one], []))
        sheets.append(f'<sheet name={name} sheetId="{place + 1}" state="visible" r:id="{relation}"/>')
    opened = f'<sheets xmlns:r="{_RELATIONS_NAMESPACE}">'.encode()
    return b"".join([opened, "".join(sheets).encode(), b"</sheets><definedNames>", *names, b"</definedNames>"])


def _printed(sheet: str, area: str, place: int) -> bytes:
    head = f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">{sheet}!$1:$1</definedName>'
    return f'{head}<definedName name="_xlnm.Print_Area" localSheetId="{place}">{sheet}!{area}</definedName>'.encode()
