"""Hostile: what is no workbook, old or locked ones, broken archives and bombs."""

from __future__ import annotations

import io
import zipfile
import zlib

from tests.corpus.cases import case
from tests.corpus.pack import (
    BOOK,
    BOOK_RELS,
    HEAD,
    ROOT,
    SHEET,
    STRINGS,
    STYLES,
    TYPES,
    base,
    flagged,
    inline,
    ole,
    pack,
    patched_sizes,
    row,
    sheet,
    swapped,
    with_part,
    with_sheet,
)

# --- no workbook at all -------------------------------------------------------------------------------------------

_PLAIN = {
    "one-byte": b"P",
    "pk-only": b"PK",
    "csv": "施策ID,実績\r\n01-01,42\r\n".encode("cp932"),
    "html": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF",
    "exe": b"MZ" + b"\x90\x00" * 500,
    "png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "xml-2003": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    "nulls": b"\x00" * 4096,
    "gzip": b"\x1f\x8b\x08" + b"\x00" * 100,
    "rtf": b"{\\rtf1\\ansi hello}",
    "word-doc": ole("WordDocument"),
    "ole-unknown": ole("Contents"),
}
case("empty", "EMPTY", lambda: b"")
for _name, _data in _PLAIN.items():
    case(f"kind/{_name}", "NOT_XLSX", lambda data=_data: data)
case("kind/plain-zip", "NOT_XLSX", lambda: pack({"readme.txt": b"hello"}))
case("kind/empty-zip", "NOT_XLSX", lambda: b"PK\x05\x06" + b"\x00" * 18)
case(
    "kind/ods",
    "NOT_XLSX",
    lambda: pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
)
case(
    "kind/docx",
    "NOT_XLSX",
    lambda: pack(
        {
            TYPES: _types("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"),
            "word/document.xml": b"<a/>",
        }
    ),
)
case(
    "kind/xlsb",
    "NOT_XLSX",
    lambda: swapped(
        TYPES,
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
    ),
)
case(
    "kind/template",
    "NOT_XLSX",
    lambda: swapped(TYPES, b"spreadsheetml.sheet.main+xml", b"spreadsheetml.template.main+xml"),
)
case("kind/polyglot-front", "NOT_XLSX", lambda: b"GIF89a" + b"\x00" * 64 + pack(base()))
case("kind/polyglot-pdf", "NOT_XLSX", lambda: b"%PDF-1.7\n" + pack(base()))
case("kind/polyglot-zip-front", "BROKEN", lambda: b"PK\x03\x04" + b"\x00" * 64 + pack(base()))
case("kind/polyglot-behind", "BROKEN", lambda: pack(base()) + b"<html><script>1</script></html>")
case("kind/two-zips", "BROKEN", lambda: pack({"a.txt": b"hello"}) + pack(base()))
case("old/xls", "OLD_XLS", lambda: ole("Root Entry", "Workbook"))
case("old/xls-5", "OLD_XLS", lambda: ole("Root Entry", "Book"))
case("old/biff2", "OLD_XLS", lambda: b"\x09\x00\x04\x00\x02\x00\x10\x00" + b"\x00" * 64)
case("old/biff4", "OLD_XLS", lambda: b"\x09\x04\x06\x00\x00\x00\x10\x00" + b"\x00" * 64)
case("password/agile", "ENCRYPTED", lambda: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"))
case(
    "password/rights",
    "ENCRYPTED",
    lambda: ole("Root Entry", "\x06DataSpaces", "EncryptedPackage", "DRMEncryptedDataSpace"),
)
case("password/zip-flag", "ENCRYPTED", lambda: flagged(pack(base()), 1))


def _types(main: str) -> bytes:
    return (
        HEAD + b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Default Extension="xml" ContentType="application/xml"/>'
        b'<Override PartName="/xl/workbook.xml" ContentType="' + main.encode() + b'"/></Types>'
    )


# --- broken archives ----------------------------------------------------------------------------------------------


def _duplicate(second: str) -> bytes:
    parts, out = base(), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.writestr("xl/workshXXts/sheet1.xml", sheet(row(inline("別の中身"))))
    return out.getvalue().replace(b"xl/workshXXts/sheet1.xml", second.encode())


def _crc() -> bytes:
    data = bytearray(pack(base()))
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = data.find(mark)
        data[place + at] ^= 0xFF
    return bytes(data)


def _overlapping() -> bytes:
    """Two entries of the directory that share the same data."""
    whole = pack(base())
    begin = whole.find(b"PK\x01\x02")
    end = whole.rfind(b"PK\x05\x06")
    first = whole[begin : whole.find(b"PK\x01\x02", begin + 4)]
    twin = bytearray(first)
    twin[46:47] = b"X"
    tail = bytearray(whole[end:])
    count = int.from_bytes(tail[10:12], "little") + 1
    tail[8:10] = tail[10:12] = count.to_bytes(2, "little")
    tail[12:16] = (end - begin + len(twin)).to_bytes(4, "little")
    return whole[:end] + bytes(twin) + bytes(tail)


def _hidden_member() -> bytes:
    """A member with a local header that the directory does not name."""
    parts = base()
    whole, without = pack({**parts, "xl/hidden.xml": b"<a/>" * 50}), pack(parts)
    begin = whole.find(b"PK\x01\x02")
    directory = without[without.find(b"PK\x01\x02") :]
    changed = bytearray(directory)
    end = directory.rfind(b"PK\x05\x06")
    changed[end + 16 : end + 20] = begin.to_bytes(4, "little")
    return whole[:begin] + bytes(changed)


def _renamed_locally() -> bytes:
    data = pack(base())
    at = data.find(SHEET.encode())
    return data[:at] + b"xl/worksheets/sheet9.xml" + data[at + len(SHEET) :]


def _deflate_tail() -> bytes:
    """Data behind the end of a member's deflate stream, counted as packed."""
    data = b"<a/>"
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = packer.compress(data) + packer.flush() + b"EVIL" * 10
    whole = pack({**base(), "xl/tail.xml": raw})
    # Stored as it is, then declared deflated.
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, part in base().items():
            archive.writestr(name, part)
        archive.writestr("xl/tail.xml", raw)
    changed = bytearray(out.getvalue())
    for mark, at, name_at in ((b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)):
        place = -1
        while (place := changed.find(mark, place + 1)) >= 0:
            if changed[place + name_at : place + name_at + 11] == b"xl/tail.xml":
                changed[place + at : place + at + 2] = b"\x08\x00"
                offset = at + 6
                changed[place + offset : place + offset + 4] = zlib.crc32(data).to_bytes(4, "little")
                changed[place + offset + 8 : place + offset + 12] = len(data).to_bytes(4, "little")
    assert whole
    return bytes(changed)


def _bzip2() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        for name, data in base().items():
            archive.writestr(name, data)
    return out.getvalue()


def _symlink() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in base().items():
            archive.writestr(name, data)
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


case("archive/truncated-half", "BROKEN", lambda: pack(base())[: len(pack(base())) // 2])
case("archive/truncated-tail", "BROKEN", lambda: pack(base())[:-10])
case(
    "archive/directory-zeroed",
    "BROKEN",
    lambda: (lambda d: d[: d.find(b"PK\x01\x02")] + b"\x00" * 60 + d[d.find(b"PK\x01\x02") + 60 :])(pack(base())),
)
case("archive/body-zeroed", "BROKEN", lambda: (lambda d: d[:60] + b"\x00" * 200 + d[260:])(pack(base())))
case("archive/checksum", "BROKEN", _crc)
case("archive/duplicate", "BROKEN", lambda: _duplicate(SHEET))
case("archive/duplicate-by-case", "BROKEN", lambda: _duplicate("xl/workSHEETs/Sheet1.xml"))
for _name in (
    "../../evil.xml",
    "/etc/evil.xml",
    "xl/../../evil.xml",
    "C:\\evil.xml",
    "xl\\worksheets\\x.xml",
    "xl/a\x01.xml",
    "xl//x.xml",
):
    case(f"archive/name-{_name.encode().hex()[:16]}", "BROKEN", lambda name=_name: pack({**base(), name: b"<a/>"}))
case("archive/size-lie-small", "BROKEN", lambda: patched_sizes(pack(base()), SHEET, 10, local=False))
case("archive/size-lie-both", "BOMB", lambda: patched_sizes(pack(base()), SHEET, 10))
case("archive/size-lie-large", "BROKEN", lambda: patched_sizes(pack(base()), SHEET, 900_000))
case("archive/size-lie-huge", "BOMB", lambda: patched_sizes(pack(base()), SHEET, 0x7FFFFFFF))
case("archive/overlapping", "BOMB", _overlapping)
case("archive/hidden-member", "BROKEN", _hidden_member)
case("archive/two-names", "BROKEN", _renamed_locally)
case("archive/tail-in-member", "BROKEN", _deflate_tail)
case("archive/bzip2", "BROKEN", _bzip2)
case("archive/symlink", "BROKEN", _symlink)
for _part in (BOOK, SHEET, BOOK_RELS, ROOT):
    case(
        f"archive/missing-{_part.replace('/', '-')}",
        "BROKEN",
        lambda name=_part: pack({k: v for k, v in base().items() if k != name}),
    )
case("archive/missing-types", "BROKEN", lambda: pack({k: v for k, v in base().items() if k != TYPES}))
case("archive/missing-strings", "BROKEN", lambda: pack({k: v for k, v in base().items() if k != STRINGS}))
case(
    "archive/relation-outside",
    "BROKEN",
    lambda: swapped(BOOK_RELS, b"/xl/worksheets/sheet1.xml", b"../../../etc/passwd"),
)

# --- bombs --------------------------------------------------------------------------------------------------------


def _overlong(data: bytes, *parts: str) -> bytes:
    return pack({**base(), **dict.fromkeys(parts, data)}, level=9)


MEGA = 1024 * 1024
case("bomb/spaces", "BOMB", lambda: with_sheet(sheet(b" " * (40 * MEGA))))
case("bomb/empty-cells", "BOMB", lambda: with_sheet(sheet(b"<row>" + b"<c/>" * (5 * MEGA) + b"</row>")))
case(
    "bomb/shared-strings",
    "BOMB",
    lambda: _overlong(HEAD + b"<sst>" + b"<si><t>a</t></si>" * (2 * MEGA) + b"</sst>", STRINGS),
)
case(
    "bomb/one-string",
    "BOMB",
    lambda: _overlong(HEAD + b"<sst><si><t>" + b"a" * (30 * MEGA) + b"</t></si></sst>", STRINGS),
)
case("bomb/properties", "BOMB", lambda: _overlong(HEAD + b"<a>" + b"b" * (30 * MEGA) + b"</a>", "docProps/core.xml"))
case(
    "bomb/styles",
    "BOMB",
    lambda: _overlong(
        HEAD + b"<styleSheet><cellXfs>" + b'<xf numFmtId="0"/>' * MEGA + b"</cellXfs></styleSheet>", STYLES
    ),
)
case(
    "bomb/total",
    "BOMB",
    lambda: pack({**base(), **{f"xl/media/{i}.xml": b"<a>" + b"x" * (5 * MEGA) + b"</a>" for i in range(20)}}, level=9),
)
case("bomb/nested-zip", "BOMB", lambda: with_part("xl/media/image1.png", pack({"a": b"\x00" * MEGA})))
case("bomb/nested-gzip", "BOMB", lambda: with_part("xl/media/image1.png", b"\x1f\x8b\x08" + b"\x00" * 64))
case("bomb/members", "BOMB", lambda: pack({**base(), **{f"xl/x{i}.xml": b"<a/>" for i in range(20_000)}}))
case("bomb/large-file", "TOO_LARGE", lambda: pack(base()) + b"\x00" * (11 * MEGA))
