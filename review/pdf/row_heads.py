"""Heads of rows for screen readers, which typst cannot say: it tags every cell below a table's header as data.

The templates set the head of a row as `strong` and nothing else in a table. A cell that holds only that becomes TH with
the scope of its row. A list of heads on any other cell would hide the row's from readers, so it goes: every head has a
scope. Each change has the length of what was there, so that every object stays where the file says that it is.
"""

import re
from collections.abc import Iterator

_TABLE = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_ENTRY = re.compile(rb"(\d{10}) \d{5} n")
_ELEMENT = re.compile(rb"(\d+) 0 obj\s*<</Type/StructElem/S/(Strong|TD)/.*?endobj", re.S)
_HEADS = re.compile(rb"/Headers\[[^]]*\]")
_ONLY_CHILD = re.compile(rb"/K\[(\d+) 0 R\]")
_ROW = b"/Scope/Row"


def tagged(pdf: bytes) -> bytes:
    """The same file with the heads of its rows tagged."""
    elements = list(_elements(pdf))
    strong = {one[1] for one in elements if one[2] == b"Strong"}
    out = bytearray(pdf)
    for one in elements:
        if one[2] == b"TD":
            child = _ONLY_CHILD.search(one[0])
            out[one.start() : one.end()] = _head(one[0]) if child and child[1] in strong else _cell(one[0], b"")
    return bytes(out)


def _head(cell: bytes) -> bytes:
    return _cell(cell.replace(b"/S/TD", b"/S/TH", 1), _ROW)


def _cell(cell: bytes, instead: bytes) -> bytes:
    return _HEADS.sub(lambda heads: instead.ljust(len(heads[0])), cell, count=1)


def _elements(pdf: bytes) -> Iterator[re.Match[bytes]]:
    """Where the file's own table says that an object begins, lest a text that looks like one be taken for it."""
    table = _TABLE.search(pdf)
    if table is None:
        raise ValueError("typst has written a PDF without a plain table of its objects")
    objects = (_ELEMENT.match(pdf, int(entry[1])) for entry in _ENTRY.finditer(pdf, int(table[1])))
    return (one for one in objects if one)
