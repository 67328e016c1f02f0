"""Genuine workbooks: samples that real programs wrote (tests/corpus/samples), and generated ones of every shape that
must be accepted. `CASES` maps a generated case's name to the function that makes its bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment

from tests.corpus.pack import (
    HEAD,
    MAIN,
    SHEET,
    base,
    inline,
    pack,
    row,
    sheet,
    swapped,
    with_part,
    with_rows,
    with_sheet,
)

SAMPLES = Path(__file__).parent / "samples"
CASES: dict[str, Callable[[], bytes]] = {}


def samples() -> list[Path]:
    """The files of real programs, by name."""
    return sorted(SAMPLES.glob("*.xlsx"))


def _saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _texts_like_formulas() -> bytes:
    texts = ("=1+1", "+81-438", "-5", "@SUM(A1)", "'quoted", "#N/A", "{{ 7*7 }}", "&lt;script&gt;alert(1)&lt;/script&gt;",
             "{% load x %}", "hx-get=/x", "1' OR '1'='1", "cmd|' /C calc'!A0", "&lt;!DOCTYPE x&gt;")  # fmt: skip
    return with_rows("".join(row(inline(text, f"A{i}"), number=i) for i, text in enumerate(texts, start=1)))


def _strange_letters() -> bytes:
    texts = (
        "\u202e右から左",
        "幅の\u200bない字",
        "葛\U000e0100",
        "𠮷野家",
        "①Ⅱ㈱髙﨑",
        "👨‍👩‍👧",
        "①\n②",
        "_x005F_x0001_",
        "a_x000D_b",
    )
    return with_rows("".join(row(inline(text, f"A{i}"), number=i) for i, text in enumerate(texts, start=1)))


def _commented() -> bytes:
    book = Workbook()
    cell = book.active["A1"]  # type: ignore[index]
    cell.value, cell.comment = "実績", Comment("確かめること", "担当")
    return _saved(book)


def _wide() -> bytes:
    book = Workbook()
    for r in range(1, 301):
        for c in range(1, 41):
            book.active.cell(r, c, f"{r}-{c}")  # type: ignore[union-attr]
    return _saved(book)


def _stored() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in base().items():
            archive.writestr(name, data)
    return out.getvalue()


class _Unseekable(io.RawIOBase):
    """A stream that cannot go back: the archive then says sizes behind the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def _streamed() -> bytes:
    out = _Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, data in base().items():
            archive.writestr(name, data)
    return bytes(out.data)


def _linked() -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    lines = "".join(
        f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}" TargetMode="External"/>'
        for i, target in enumerate(("https://www.city.example/", "mailto:dx@city.example"), start=1)
    )
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
    )
    return with_part("xl/worksheets/_rels/sheet1.xml.rels", HEAD + rels.encode())


CASES["base"] = lambda: pack(base())
CASES["stored"] = _stored
CASES["streamed"] = _streamed
CASES["texts-like-formulas"] = _texts_like_formulas
CASES["strange-letters"] = _strange_letters
CASES["comments"] = _commented
CASES["twelve-thousand-cells"] = _wide
CASES["hyperlinks"] = _linked
CASES["text-32767"] = lambda: with_rows(row(inline("あ" * 32_767)))
CASES["error-value"] = lambda: with_rows('<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>')
CASES["boolean"] = lambda: with_rows('<row r="1"><c r="A1" t="b"><v>1</v></c></row>')
CASES["iso-date"] = lambda: with_rows('<row r="1"><c r="A1" t="d"><v>2024-05-10</v></c></row>')
CASES["numbers"] = lambda: with_rows(
    '<row r="1"><c r="A1"><v>0.80000000000000004</v></c><c r="B1"><v>-1.5E-3</v></c></row>'
)
CASES["no-addresses"] = lambda: with_rows("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
CASES["far-empty-row"] = lambda: with_rows(row(inline("x")) + '<row r="1048576" ht="12.8"/>')
CASES["dimension-a1"] = lambda: with_rows(row(inline("x", "C9"), number=9), before='<dimension ref="A1"/>')
CASES["merged-row"] = lambda: with_rows("", after='<mergeCells><mergeCell ref="A1:XFD1"/></mergeCells>')
CASES["prefixed"] = lambda: with_sheet(HEAD + f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>'.encode())
CASES["utf16"] = lambda: pack(
    {
        **base(),
        SHEET: ('<?xml version="1.0" encoding="UTF-16"?>' + sheet("").decode().split("?>", 1)[1]).encode("utf-16"),
    }
)
CASES["hidden-sheet"] = lambda: swapped("xl/workbook.xml", b'state="visible"', b'state="hidden"')
CASES["furigana"] = lambda: swapped(
    "xl/sharedStrings.xml",
    "<t>見本の施策</t>".encode(),
    '<t>見本の施策</t><rPh sb="0" eb="2"><t>ミホン</t></rPh><phoneticPr fontId="1"/>'.encode(),
)
CASES["printer-settings"] = lambda: with_part("xl/printerSettings/printerSettings1.bin", b"\x00" * 500)
