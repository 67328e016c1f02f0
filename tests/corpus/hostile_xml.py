"""Hostile: XML that no spreadsheet program writes, and sheets of absurd size."""

from __future__ import annotations

from tests.corpus.cases import case
from tests.corpus.pack import (
    BOOK,
    BOOK_RELS,
    HEAD,
    MAIN,
    OFFICE,
    ROOT,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    base,
    inline,
    pack,
    row,
    sheet,
    swapped,
    with_rows,
    with_sheet,
)

# --- XML ----------------------------------------------------------------------------------------------------------

LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]>"
)
DTDS = {
    "laughs": LAUGHS,
    "quadratic": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]>',
    "xxe-file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "xxe-http": b'<!DOCTYPE x [<!ENTITY a SYSTEM "http://203.0.113.1/x">]>',
    "xxe-parameter": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://203.0.113.1/x.dtd">%a;]>',
    "external-dtd": b'<!DOCTYPE x SYSTEM "http://203.0.113.1/x.dtd">',
    "bare": b"<!DOCTYPE x>",
}


def _with_dtd(part: str, dtd: bytes) -> bytes:
    parts = base()
    body = parts[part]
    if body.startswith(b"<?xml"):
        body = body[body.index(b"?>") + 2 :]
    return pack({**parts, part: HEAD + dtd + body})


for _key, _dtd in DTDS.items():
    case(f"xml/{_key}-sheet", "XML_UNSAFE", lambda dtd=_dtd: _with_dtd(SHEET, dtd))
for _part in (STRINGS, BOOK, TYPES, ROOT, STYLES, "docProps/core.xml", "xl/theme/theme1.xml"):
    case(f"xml/laughs-{_part.replace('/', '-')}", "XML_UNSAFE", lambda part=_part: _with_dtd(part, LAUGHS))


def _recoded(encoding: str, declared: str, *, dtd: str = "") -> bytes:
    text = f'<?xml version="1.0" encoding="{declared}"?>{dtd}' + sheet(row(inline("文字"))).split(b"?>", 1)[1].decode()
    return with_sheet(text.encode(encoding))


case("xml/dtd-utf16", "XML_UNSAFE", lambda: _recoded("utf-16", "UTF-16", dtd="<!DOCTYPE x [<!ENTITY a 'b'>]>"))
case(
    "xml/dtd-utf16-be",
    "XML_UNSAFE",
    lambda: with_sheet(
        b"\xfe\xff" + ('<?xml version="1.0"?><!DOCTYPE x>' + sheet("").decode().split("?>", 1)[1]).encode("utf-16-be")
    ),
)
case("xml/utf7", "XML_UNSAFE", lambda: with_sheet(b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<a/>'))
case("xml/utf7-bare", "XML_UNSAFE", lambda: with_sheet(b"+ADwAIQ-DOCTYPE x+AD4-+ADw-a/+AD4-"))
case("xml/shift-jis", "XML_UNSAFE", lambda: _recoded("cp932", "Shift_JIS"))
case("xml/utf32", "XML_UNSAFE", lambda: _recoded("utf-32", "UTF-32"))
case("xml/bad-utf8", "BROKEN", lambda: with_rows(row(inline("x")).encode().replace(b">x<", b">\xff\xfe\x80<")))
case("xml/overlong-utf8", "BROKEN", lambda: with_rows(row(inline("x")).encode().replace(b">x<", b">\xc0\xbc<")))
case("xml/control", "BAD_CHAR", lambda: with_rows(row(inline("a\x01b"))))
case("xml/nul", "BAD_CHAR", lambda: with_rows(row(inline("a\x00b"))))
case("xml/control-reference", "BAD_CHAR", lambda: with_rows(row(inline("a&#1;b"))))
case("xml/nul-reference", "BAD_CHAR", lambda: with_rows(row(inline("a&#0;b"))))
case("xml/deep", "XML_UNSAFE", lambda: with_rows("<a>" * 5_000 + "</a>" * 5_000))
case(
    "xml/attributes",
    "XML_UNSAFE",
    lambda: with_rows('<row r="1" ' + " ".join(f'a{i}="1"' for i in range(5_000)) + "/>"),
)
case(
    "xml/attribute-flood",
    "XML_UNSAFE",
    lambda: with_rows('<row r="1" ' + " ".join(f'a{i}="1"' for i in range(400_000)) + "/>"),
)
case("xml/long-attribute", "XML_UNSAFE", lambda: with_rows(f'<row r="1" a="{"x" * 400_000}"/>'))
case("xml/long-row-number", "BROKEN", lambda: with_rows(f'<row r="{"9" * 5_000}"><c r="A1"><v>1</v></c></row>'))
case("xml/long-cell-number", "BROKEN", lambda: with_rows(f'<row r="1"><c r="A{"9" * 5_000}"><v>1</v></c></row>'))
case("xml/negative-row", "BROKEN", lambda: with_rows('<row r="-1"><c r="A1"><v>1</v></c></row>'))
case("xml/string-index-beyond", "BROKEN", lambda: with_rows('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'))
case("xml/string-index-negative", "BROKEN", lambda: with_rows('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'))
case("xml/string-index-word", "BROKEN", lambda: with_rows('<row r="1"><c r="A1" t="s"><v>abc</v></c></row>'))
case("xml/unclosed", "BROKEN", lambda: with_sheet(sheet("")[:-12]))
case("xml/two-roots", "BROKEN", lambda: with_sheet(sheet("") + b"<worksheet/>"))
case("xml/undeclared-entity", "XML_UNSAFE", lambda: with_rows(row(inline("&evil;"))))
case("xml/not-xml", "BROKEN", lambda: with_sheet(b"hello"))
case("xml/empty-part", "BROKEN", lambda: with_sheet(b""))
case("xml/cells-twice", "BROKEN", lambda: with_rows(row(inline("あ"), inline("い"))))
case("xml/rows-twice", "BROKEN", lambda: with_rows(row(inline("あ")) + row(inline("い"))))

# --- dimensions ---------------------------------------------------------------------------------------------------

NUMBERS = "".join(f'<row r="{i}"><c r="A{i}"><v>{i}</v></c></row>' for i in range(1, 30_001))
case("size/last-cell", "TOO_LARGE", lambda: with_rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
case("size/row-billion", "TOO_LARGE", lambda: with_rows('<row r="1000000000"><c r="A1"><v>1</v></c></row>'))
case("size/columns-beyond", "TOO_LARGE", lambda: with_rows('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'))
case("size/dimension-too-small", "BROKEN", lambda: with_rows(NUMBERS, before='<dimension ref="A1"/>'))
case(
    "size/dimension-too-large",
    "TOO_LARGE",
    lambda: with_rows(row(inline("x")), before='<dimension ref="A1:XFD1048576"/>'),
)
case(
    "size/one-merge",
    "TOO_LARGE",
    lambda: with_rows(row(inline("x")), after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
)
case(
    "size/merges",
    "TOO_LARGE",
    lambda: with_rows(
        "", after="<mergeCells>" + "".join(f'<mergeCell ref="A{i}:B{i}"/>' for i in range(1, 200_001)) + "</mergeCells>"
    ),
)
case("size/merge-nonsense", "BROKEN", lambda: with_rows("", after='<mergeCells><mergeCell ref="B2:A1"/></mergeCells>'))
case(
    "size/conditional-formats",
    "TOO_LARGE",
    lambda: with_rows(
        "",
        after="".join(
            f'<conditionalFormatting sqref="A{i}"><cfRule type="expression" priority="{i}"><formula>{i * 7919}</formula></cfRule></conditionalFormatting>'
            for i in range(1, 50_001)
        ),
    ),
)
case(
    "size/many-cells",
    "TOO_LARGE",
    lambda: with_rows(
        "".join(
            f'<row r="{r}">{"".join(f"<c><v>{r * c * 7919}</v></c>" for c in range(100))}</row>'
            for r in range(1, 5_001)
        )
    ),
)
case(
    "size/formats",
    "TOO_LARGE",
    lambda: swapped(STYLES, b"<cellXfs", b"<cellXfs>" + b'<xf numFmtId="0"/>' * 100_000 + b"</cellXfs><cellXfs"),
)


def _sheets(count: int) -> bytes:
    parts = base()
    names = "".join(f'<sheet name="s{i}" sheetId="{i}" r:id="r{i}"/>' for i in range(1, count + 1))
    parts[BOOK] = HEAD + f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'.encode()
    lines = "".join(
        f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, count + 1)
    )
    parts[BOOK_RELS] = (
        HEAD
        + f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'.encode()
    )
    return pack({**parts, **{f"xl/worksheets/sheet{i}.xml": sheet("") for i in range(1, count + 1)}})


case("size/sheets", "TOO_LARGE", lambda: _sheets(5_000))
case("size/no-sheets", "BROKEN", lambda: _sheets(0))
case(
    "size/names",
    "TOO_LARGE",
    lambda: swapped(
        BOOK,
        b"</sheets>",
        b"</sheets><definedNames>" + b'<definedName name="a">1</definedName>' * 60_000 + b"</definedNames>",
    ),
)
