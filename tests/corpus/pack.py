"""Taking workbooks apart and putting them together again, wrongly where a test wants it."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook

Parts = dict[str, bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET, STRINGS, BOOK, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"
TYPES, ROOT, BOOK_RELS = "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"
HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def base() -> Parts:
    """The parts of a small honest workbook: one sheet, texts among the shared strings as Excel has them, one number."""
    book = Workbook()
    assert book.active is not None
    book.active.title = "01-01"
    out = io.BytesIO()
    book.save(out)
    parts = parts_of(out.getvalue())
    texts = ("施策ID", "01-01", "施策名", "見本の施策", "実績")
    strings = "".join(f"<si><t>{text}</t></si>" for text in texts)
    parts[STRINGS] = HEAD + f'<sst xmlns="{MAIN}" count="5" uniqueCount="5">{strings}</sst>'.encode()
    cells = '<c r="A{0}" t="s"><v>{1}</v></c>'
    rows = (
        row(cells.format(1, 0), '<c r="B1" t="s"><v>1</v></c>', number=1)
        + row(cells.format(2, 2), '<c r="B2" t="s"><v>3</v></c>', number=2)
        + row(cells.format(3, 4), '<c r="B3"><v>42</v></c>', number=3)
    )
    parts[SHEET] = sheet(rows)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    line = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'.encode()
    parts[TYPES] = parts[TYPES].replace(b"</Types>", line)
    line = (
        f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'.encode()
    )
    parts[BOOK_RELS] = parts[BOOK_RELS].replace(b"</Relationships>", line)
    return parts


def parts_of(data: bytes) -> Parts:
    """Every part of a workbook by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Mapping[str, bytes], *, level: int = 6) -> bytes:
    """The parts as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 4, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, level)
    return out.getvalue()


def sheet(rows: str | bytes, *, before: str = "", after: str = "", attributes: str = "") -> bytes:
    """A worksheet part around ready rows."""
    body = rows.encode() if isinstance(rows, str) else rows
    start = f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}" {attributes}>{before}<sheetData>'.encode()
    return HEAD + start + body + f"</sheetData>{after}</worksheet>".encode()


def row(*cells: str, number: int = 1) -> str:
    """One row around ready cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def inline(text: str, at: str = "A1") -> str:
    """A cell with its text in place."""
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def with_sheet(data: bytes) -> bytes:
    """The base workbook with another first sheet."""
    return pack({**base(), SHEET: data})


def with_rows(rows: str | bytes, **around: str) -> bytes:
    """The base workbook with other rows."""
    return with_sheet(sheet(rows, **around))


def with_part(name: str, data: bytes, *, type: str = "", relation: str = "", rels: str = BOOK_RELS) -> bytes:
    """The base workbook with one part more, declared and related as asked."""
    parts = {**base(), name: data}
    if type:
        line = f'<Override PartName="/{name}" ContentType="{type}"/></Types>'.encode()
        parts[TYPES] = parts[TYPES].replace(b"</Types>", line)
    if relation:
        line = f'<Relationship Id="rIdX" Type="{relation}" Target="/{name}"/></Relationships>'.encode()
        empty = (
            HEAD
            + b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        )
        parts[rels] = parts.get(rels, empty).replace(b"</Relationships>", line)
    return pack(parts)


def swapped(name: str, old: bytes, new: bytes) -> bytes:
    """The base workbook with bytes of one part replaced."""
    parts = base()
    assert old in parts[name], (name, old, parts[name][:300])
    return pack({**parts, name: parts[name].replace(old, new, 1)})


def patched_sizes(data: bytes, name: str, size: int, *, local: bool = True, central: bool = True) -> bytes:
    """The archive with another uncompressed size of one member in its headers."""
    changed = bytearray(data)
    raw, packed = name.encode(), struct.pack("<I", size)
    for mark, at, offset, chosen in ((b"PK\x03\x04", 22, 30, local), (b"PK\x01\x02", 24, 46, central)):
        place = -1
        while chosen and (place := data.find(mark, place + 1)) >= 0:
            if data[place + offset : place + offset + len(raw)] == raw:
                changed[place + at : place + at + 4] = packed
    return bytes(changed)


def flagged(data: bytes, bit: int) -> bytes:
    """The archive with a flag set in every header."""
    changed = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(mark, place + 1)) >= 0:
            changed[place + at] |= bit
    return bytes(changed)


def ole(*names: str, extra: bytes = b"") -> bytes:
    """Something that looks like an OLE file with streams of these names."""
    entries = b"".join((name + "\x00").encode("utf-16-le").ljust(128, b"\x00") for name in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + entries + extra
