"""Hostile: macros, links and other active parts, formulas, values and texts that cannot be kept."""

from __future__ import annotations

from tests.corpus.cases import case
from tests.corpus.pack import (
    BOOK,
    HEAD,
    MAIN,
    OFFICE,
    ROOT,
    STRINGS,
    TYPES,
    base,
    inline,
    ole,
    pack,
    row,
    sheet,
    swapped,
    with_part,
    with_rows,
    with_sheet,
)

CT = "application/vnd.openxmlformats-officedocument.spreadsheetml"

# --- active content -----------------------------------------------------------------------------------------------

VBA = ole("VBA", "_VBA_PROJECT", "dir")
REL, MS = OFFICE, "http://schemas.microsoft.com/office/2006/relationships"
case(
    "macro/xlsm",
    "MACRO",
    lambda: swapped(
        TYPES,
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ),
)
case(
    "macro/vba",
    "MACRO",
    lambda: with_part(
        "xl/vbaProject.bin", VBA, type="application/vnd.ms-office.vbaProject", relation=f"{MS}/vbaProject"
    ),
)
case("macro/vba-undeclared", "MACRO", lambda: with_part("xl/vbaProject.bin", VBA))
case("macro/vba-as-picture", "MACRO", lambda: with_part("xl/media/image1.png", VBA))
case(
    "macro/vba-renamed", "MACRO", lambda: with_part("xl/settings.bin", VBA, type="application/vnd.ms-office.vbaProject")
)
case("macro/relation-only", "MACRO", lambda: with_part("xl/x.bin", b"x", relation=f"{MS}/vbaProject"))
case(
    "macro/xlm",
    "MACRO",
    lambda: with_part(
        "xl/macrosheets/sheet1.xml",
        sheet(""),
        type="application/vnd.ms-excel.macrosheet+xml",
        relation=f"{MS}/xlMacrosheet",
    ),
)
case("macro/dialog", "MACRO", lambda: with_part("xl/dialogsheets/sheet1.xml", b"<a/>", type=f"{CT}.dialogsheet+xml"))
case(
    "macro/auto-open",
    "MACRO",
    lambda: swapped(
        BOOK,
        b"</sheets>",
        b'</sheets><definedNames><definedName name="_xlnm.Auto_Open">Sheet1!$A$1</definedName></definedNames>',
    ),
)
case(
    "macro/name-xlm",
    "MACRO",
    lambda: swapped(
        BOOK,
        b"</sheets>",
        b'</sheets><definedNames><definedName name="x" xlm="1" function="1">1</definedName></definedNames>',
    ),
)
case(
    "active/external-link",
    "ACTIVE",
    lambda: with_part(
        "xl/externalLinks/externalLink1.xml",
        b"<externalLink/>",
        type=f"{CT}.externalLink+xml",
        relation=f"{REL}/externalLink",
    ),
)
case(
    "active/dde-link",
    "ACTIVE",
    lambda: with_part(
        "xl/externalLinks/externalLink1.xml",
        b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
        relation=f"{REL}/externalLink",
    ),
)
case(
    "active/connections",
    "ACTIVE",
    lambda: with_part(
        "xl/connections.xml", b"<connections/>", type=f"{CT}.connections+xml", relation=f"{REL}/connections"
    ),
)
case(
    "active/query-table",
    "ACTIVE",
    lambda: with_part("xl/queryTables/queryTable1.xml", b"<queryTable/>", type=f"{CT}.queryTable+xml"),
)
case(
    "active/ole",
    "ACTIVE",
    lambda: with_part(
        "xl/embeddings/oleObject1.bin", ole("Package"), type="application/vnd.openxmlformats-officedocument.oleObject"
    ),
)
case("active/ole-as-picture", "ACTIVE", lambda: with_part("xl/media/image1.emf", ole("Package")))
case(
    "active/ole-element",
    "ACTIVE",
    lambda: with_rows("", after='<oleObjects><oleObject progId="Package" r:id="rId1"/></oleObjects>'),
)
case(
    "active/embedded-book",
    "ACTIVE",
    lambda: with_part("xl/embeddings/Book1.xlsx", pack(base()), relation=f"{REL}/package"),
)
case(
    "active/activex",
    "ACTIVE",
    lambda: with_part("xl/activeX/activeX1.xml", b"<a/>", type="application/vnd.ms-office.activeX+xml"),
)
case(
    "active/custom-ui",
    "ACTIVE",
    lambda: with_part(
        "customUI/customUI14.xml",
        b"<customUI/>",
        relation="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
        rels=ROOT,
    ),
)
case(
    "active/web-extension",
    "ACTIVE",
    lambda: with_part("xl/webextensions/webextension1.xml", b"<a/>", type="application/vnd.ms-office.webextension+xml"),
)
case("active/executable", "ACTIVE", lambda: with_part("xl/media/image1.png", b"MZ\x90\x00" + b"\x00" * 100))
case("active/very-hidden", "ACTIVE", lambda: swapped(BOOK, b'state="visible"', b'state="veryHidden"'))
case(
    "active/name-other-book",
    "ACTIVE",
    lambda: swapped(
        BOOK, b"</sheets>", b'</sheets><definedNames><definedName name="x">[1]Sheet1!$A$1</definedName></definedNames>'
    ),
)


def _link(kind: str, target: str) -> bytes:
    line = f'<Relationship Id="rId1" Type="{REL}/{kind}" Target="{target}" TargetMode="External"/>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{line}</Relationships>'
    return with_part("xl/worksheets/_rels/sheet1.xml.rels", HEAD + rels.encode())


case("active/link-file", "ACTIVE", lambda: _link("hyperlink", "file:///C:/Windows/System32/calc.exe"))
case("active/link-share", "ACTIVE", lambda: _link("hyperlink", "\\\\203.0.113.1\\share\\x"))
case("active/link-script", "ACTIVE", lambda: _link("hyperlink", "javascript:alert(1)"))
case("active/link-protocol", "ACTIVE", lambda: _link("hyperlink", "ms-msdt:/id PCWDiagnostic"))
case("active/picture-outside", "ACTIVE", lambda: _link("image", "http://203.0.113.1/x.png"))
case("active/template-outside", "ACTIVE", lambda: _link("attachedTemplate", "http://203.0.113.1/x.xltm"))

# --- formulas -----------------------------------------------------------------------------------------------------

FORMULAS = {
    "plain": "1+1",
    "sum": "SUM(A1:A2)",
    "hyperlink": "HYPERLINK(&quot;http://203.0.113.1/&quot;,&quot;x&quot;)",
    "webservice": "WEBSERVICE(&quot;http://203.0.113.1/&quot;)",
    "dde": "cmd|' /C calc'!A0",
    "external": "[1]Sheet1!A1",
}
for _key, _formula in FORMULAS.items():
    case(
        f"formula/{_key}",
        "FORMULA",
        lambda f=_formula: with_rows(f'<row r="3"><c r="B3"><f>{f}</f><v>42</v></c></row>'),
    )
case("formula/no-value", "FORMULA", lambda: with_rows('<row r="3"><c r="B3"><f>1+1</f></c></row>'))
case("formula/empty", "FORMULA", lambda: with_rows('<row r="3"><c r="B3"><f/><v>1</v></c></row>'))
case(
    "formula/shared",
    "FORMULA",
    lambda: with_rows('<row r="3"><c r="B3"><f t="shared" si="0" ref="B3:B9">1</f></c></row>'),
)
case("formula/array", "FORMULA", lambda: with_rows('<row r="3"><c r="B3"><f t="array" ref="B3">1</f></c></row>'))
case(
    "formula/prefixed",
    "FORMULA",
    lambda: with_sheet(
        HEAD
        + f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="3"><x:c r="B3"><x:f>1</x:f></x:c></x:row></x:sheetData></x:worksheet>'.encode()
    ),
)
case(
    "formula/name-webservice",
    "FORMULA",
    lambda: swapped(
        BOOK,
        b"</sheets>",
        b'</sheets><definedNames><definedName name="x">WEBSERVICE("http://203.0.113.1/")</definedName></definedNames>',
    ),
)

# --- values and texts ---------------------------------------------------------------------------------------------

case("value/nan", "BROKEN", lambda: with_rows('<row r="1"><c r="A1"><v>NaN</v></c></row>'))
case("value/infinite", "BROKEN", lambda: with_rows('<row r="1"><c r="A1"><v>1e999</v></c></row>'))
case("value/word", "BROKEN", lambda: with_rows('<row r="1"><c r="A1"><v>abc</v></c></row>'))
case("value/5000-digits", "BROKEN", lambda: with_rows(f'<row r="1"><c r="A1"><v>{"9" * 5_000}</v></c></row>'))
case("text/32768", "TOO_LONG", lambda: with_rows(row(inline("あ" * 32_768))))
case("text/surrogates-32768", "TOO_LONG", lambda: with_rows(row(inline("𠮷" * 16_384))))
case("text/million", "TOO_LONG", lambda: with_rows(row(inline("長い文" * 333_334))))
case("text/million-shared", "TOO_LONG", lambda: swapped(STRINGS, "見本の施策".encode(), "長い文".encode() * 333_334))
case("text/escape-control", "BAD_CHAR", lambda: with_rows(row(inline("a_x0001_b"))))
case("text/escape-surrogate", "BAD_CHAR", lambda: with_rows(row(inline("a_xD800_b"))))
case("text/escape-ffff", "BAD_CHAR", lambda: with_rows(row(inline("a_xFFFF_b"))))
case("text/surrogate-raw", "BAD_CHAR", lambda: with_rows(row(inline("x")).encode().replace(b">x<", b">\xed\xa0\x80<")))
case("text/surrogate-reference", "BAD_CHAR", lambda: with_rows(row(inline("&#xD800;"))))
case("text/ffff", "BAD_CHAR", lambda: with_rows(row(inline("x")).encode().replace(b">x<", b">\xef\xbf\xbf<")))
case("text/ffff-shared", "BAD_CHAR", lambda: swapped(STRINGS, "見本の施策".encode(), b"\xef\xbf\xbf"))
