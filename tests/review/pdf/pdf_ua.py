"""The rules of PDF/UA-1 (ISO 14289-1) that a machine can check, as far as our papers hold what a rule speaks of.

What they never hold (forms, notes, formulas, files, media, scripts, layers, passwords) is a finding by itself. Written
from the standard's clauses and the Matterhorn Protocol, apart from typst, which promises the same while it writes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import BooleanObject, DictionaryObject

from tests.review.pdf.reading import children, elements

Findings = Iterator[str]
Element = DictionaryObject

#: ISO 32000-1, 14.8.4: what an element may be.
STANDARD = re.compile(
    "Document|Part|Art|Sect|Div|BlockQuote|Caption|TOCI?|Index|NonStruct|Private|P|H[1-6]?|L|LI|Lbl|LBody|Table|TR|TH|TD|THead"
    "|TBody|TFoot|Span|Quote|Note|Reference|BibEntry|Code|Link|Annot|Ruby|RB|RT|RP|Warichu|WT|WP|Figure|Formula|Form"
)
#: What may stand within these, and in what else these may stand.
WITHIN = {
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"}, "TR": {"TH", "TD"}, "THead": {"TR"}, "TBody": {"TR"},
    "TFoot": {"TR"}, "L": {"L", "LI", "Caption"}, "LI": {"Lbl", "LBody"}, "TOC": {"TOC", "TOCI", "Caption"},
}  # fmt: skip
AROUND = {
    "TR": {"Table", "THead", "TBody", "TFoot"}, "THead": {"Table"}, "TBody": {"Table"}, "TFoot": {"Table"}, "TH": {"TR"},
    "TD": {"TR"}, "LI": {"L"}, "LBody": {"LI"}, "TOCI": {"TOC"},
}  # fmt: skip
UNUSED = {"Note", "Formula", "Form", "Annot", "H"}
_TOKEN = re.compile(
    rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)|<<|>>|<[0-9A-Fa-f\s]*>|/[^\s/<>\[\]()]+|[\[\]]|[-+.\d]+|[A-Za-z'\"*]+\d*",
    re.S,
)
_PAINTING = {b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"sh", b"Do"}
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def findings(reader: PdfReader) -> list[str]:
    """What breaks a rule, each with its clause; none of a good paper."""
    return [f"{rule.__name__.strip('_')}: {one}" for rule in RULES for one in rule(reader)]


def kind(element: Element, reader: PdfReader) -> str:
    """The standard type of an element, through the map of roles."""
    roles = reader.trailer["/Root"]["/StructTreeRoot"].get("/RoleMap", {})
    name = str(element.get("/S", ""))
    for _step in range(10):
        if STANDARD.fullmatch(name[1:]):
            break
        name = str(roles.get(name, name))
    return name[1:]


def attribute(element: Element, name: str) -> Any:
    """A table's attribute of a cell."""
    given = element.get("/A", [])
    for one in given if isinstance(given, list) else [given]:
        if name in (owner := one.get_object()):
            return owner[name]
    return None


def _document(reader: PdfReader) -> Findings:
    root, info = reader.trailer["/Root"], reader.xmp_metadata
    packet = root["/Metadata"].get_data() if "/Metadata" in root else b""
    if b"<pdfuaid:part>1</pdfuaid:part>" not in packet:
        yield "5: the metadata do not name PDF/UA-1"
    if not info or not (info.dc_title or {}).get("x-default"):
        yield "7.1: the metadata hold no title"
    marks, shown = root.get("/MarkInfo", {}), root.get("/ViewerPreferences", {})
    if marks.get("/Marked") != BooleanObject(True) or marks.get("/Suspects") == BooleanObject(True):
        yield "6.2: the document is not marked as tagged"
    if shown.get("/DisplayDocTitle") != BooleanObject(True):
        yield "7.1: the title is not shown"
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", str(root.get("/Lang", ""))):
        yield "7.2: no language is named"
    if "/StructTreeRoot" not in root:
        yield "7.1: there are no tags"
    forbidden = {"/AcroForm", "/OCProperties", "/AA", "/AF"} & set(root) | {"/EmbeddedFiles", "/JavaScript"} & set(
        root.get("/Names", {})
    )
    yield from (f"7.10, 7.11, 7.15: {name} has no place in a paper" for name in sorted(forbidden))
    if reader.is_encrypted:
        yield "7.16: it is locked"


def _tags(reader: PdfReader) -> Findings:
    for parent in elements(reader):
        own = kind(parent, reader)
        if "/S" in parent and (not STANDARD.fullmatch(own) or own in UNUSED):
            yield f"7.1: {own} is no type of element that a paper may have"
        for child in children(parent):
            if child.get("/Type") in ("/MCR", "/OBJR"):
                continue
            below = kind(child, reader)
            if below not in WITHIN.get(own, {below}) or own not in AROUND.get(below, {own}):
                yield f"7.2: {below} within {own}"
        if own == "Figure" and not (str(parent.get("/Alt", "")).strip() or str(parent.get("/ActualText", "")).strip()):
            yield "7.3: a picture without words"


def _headings(reader: PdfReader) -> Findings:
    levels = [int(name[1:]) for one in elements(reader) if re.fullmatch(r"H\d", name := kind(one, reader))]
    before = 0
    for level in levels:
        if level > before + 1:
            yield f"7.4.2: a heading of level {level} after one of level {before}"
        before = level


def _tables(reader: PdfReader) -> Findings:
    known = {str(one["/ID"]) for one in elements(reader) if "/ID" in one}
    for table in elements(reader):
        if kind(table, reader) != "Table":
            continue
        rows = [one for one in _below(table) if kind(one, reader) == "TR"]
        cells = [cell for row in rows for cell in children(row)]
        heads = [cell for cell in cells if kind(cell, reader) == "TH"]
        if not heads or any(attribute(one, "/Scope") not in ("/Row", "/Column", "/Both") for one in heads):
            yield "7.5: a table without heads, or a head that does not say of what"
        if any(str(one) not in known for cell in cells for one in attribute(cell, "/Headers") or ()):
            yield "7.5: a cell names a head that there is not"
        if len(set(_widths(rows))) > 1:
            yield f"7.2: rows of different widths: {_widths(rows)}"


def _below(element: Element) -> Iterator[Element]:
    for one in children(element):
        yield one
        yield from _below(one)


def _widths(rows: list[Element]) -> list[int]:
    """How many columns each row fills, with the cells that reach into it from above."""
    widths, reaching = [], Counter[int]()
    for number, row in enumerate(rows):
        width = reaching[number]
        for cell in children(row):
            columns, down = attribute(cell, "/ColSpan") or 1, attribute(cell, "/RowSpan") or 1
            width += columns
            reaching.update({number + step: columns for step in range(1, down)})
        widths.append(width)
    return widths


def _annotations(reader: PdfReader) -> Findings:
    linked = {
        one["/Obj"].indirect_reference.idnum
        for link in elements(reader)
        if kind(link, reader) == "Link"
        for one in children(link)
        if "/Obj" in one
    }
    for number, page in enumerate(reader.pages, start=1):
        for reference in page.get("/Annots", ()):
            one = reference.get_object()
            if one["/Subtype"] != "/Link" or reference.idnum not in linked:
                yield f"7.18: page {number}: {one['/Subtype']} is not tagged as a link"
            if not str(one.get("/Contents", "")).strip():
                yield f"7.18.5: page {number}: a link without words"
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield f"7.18.3: page {number}: the tab key does not follow the tags"


def _marked(reader: PdfReader) -> Findings:
    """Whatever is painted is tagged, by a number that the tags know, or is an artifact."""
    for number, page in enumerate(reader.pages, start=1):
        inside: list[bytes] = []
        operands: list[bytes] = []
        for token in _TOKEN.findall(_contents(page)):
            if token in (b"BDC", b"BMC"):
                mark = operands[0]
                inside.append(mark if mark == b"/Artifact" or b"/MCID" in operands else b"")
                if mark == b"/Artifact" and any(one not in (b"", b"/Artifact") for one in inside[:-1]):
                    yield f"7.1: page {number}: an artifact within what is read"
            elif token == b"EMC":
                inside.pop()
            elif token in _PAINTING and not any(inside):
                yield f"7.1: page {number}: {token.decode()} paints what is neither tagged nor an artifact"
            operands = [] if token[:1].isalpha() and token not in (b"true", b"false", b"null") else [*operands, token]
        tree = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]
        if page.get("/StructParents") not in _numbers(tree):
            yield f"7.1: page {number} is not known to the tags"


def _numbers(tree: Element) -> set[int]:
    own = set(tree.get("/Nums", [])[::2])
    return own.union(*(_numbers(kid.get_object()) for kid in tree.get("/Kids", ())))


def _contents(page: PageObject) -> bytes:
    contents = page.get_contents()
    return b"" if contents is None else contents.get_data()


def _fonts(reader: PdfReader) -> Findings:
    """Every letter is drawn by a font inside the file, has a shape, a width and a meaning."""
    for number, page in enumerate(reader.pages, start=1):
        fonts = page["/Resources"].get("/Font", {})
        used = _codes(_contents(page))
        for name, codes in used.items():
            font = fonts[name.decode()]
            below = font["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"]
            if font["/Subtype"] != "/Type0" or font["/Encoding"] != "/Identity-H":
                yield f"7.21.3: page {number}: {name.decode()} has an unknown encoding"
            if not {"/FontFile2", "/FontFile3"} & set(descriptor):
                yield f"7.21.4: page {number}: {font['/BaseFont']} is not in the file"
            if below["/Subtype"] == "/CIDFontType2" and below.get("/CIDToGIDMap") != "/Identity":
                yield f"7.21.3.2: page {number}: {font['/BaseFont']} does not say which shapes are meant"
            if 0 in codes:
                yield f"7.21.8: page {number}: a letter without a shape"
            unknown = codes - _meanings(font["/ToUnicode"].get_data() if "/ToUnicode" in font else b"")
            if unknown:
                yield f"7.21.7: page {number}: {len(unknown)} letters without a meaning"


def _codes(contents: bytes) -> dict[bytes, set[int]]:
    """The codes of all letters that are shown, by font."""
    used: dict[bytes, set[int]] = {}
    font, strings = b"", []
    for token in _TOKEN.findall(contents):
        if token[:1] == b"/":
            name = token
        elif token == b"Tf":
            font = name
        elif token[:1] in b"(<" and token != b"<<":
            strings.append(token)
        elif token in (b"Tj", b"TJ"):
            codes = used.setdefault(font, set())
            for string in map(_decoded, strings):
                codes.update(int.from_bytes(string[at : at + 2]) for at in range(0, len(string), 2))
        if token[:1].isalpha():
            strings = []
    return used


def _decoded(string: bytes) -> bytes:
    if string[:1] == b"<":
        return bytes.fromhex(string[1:-1].decode())
    return _ESCAPE.sub(
        lambda one: bytes([int(one[1], 8)]) if one[1].isdigit() else _PLAIN.get(one[1], one[1]), string[1:-1]
    )


def _meanings(cmap: bytes) -> set[int]:
    """The codes that have letters; a letter that means nothing is none."""
    codes = set()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        pairs = re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
        codes |= {int(code, 16) for code, meaning in pairs if meaning.upper() not in (b"0000", b"FEFF", b"FFFE")}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        for first, last in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*[<\[]", block):
            codes |= set(range(int(first, 16), int(last, 16) + 1))
    return codes


RULES: tuple[Callable[[PdfReader], Findings], ...] = (
    _document, _tags, _headings, _tables, _annotations, _marked, _fonts,
)  # fmt: skip
