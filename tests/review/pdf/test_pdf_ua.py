"""The papers against PDF/UA-1's machine-checkable rules, and each of these rules against a paper that breaks it."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from review.pdf import maker, row_heads
from review.workbook import consolidated
from tests.review.pdf import pdf_ua, reading
from tests.review.workbook import samples

RARE = "⽇本、𠮷野、髙﨑、䦰、草彅、𩸽、⻘葉、7~7.5俵"


@pytest.fixture(scope="module")
def papers() -> dict[str, maker.Paper]:
    book = samples.book(*samples.facts().sheets[:2], samples.sheet(f"{RARE}\n二行目", code="09-01"))
    one = book.sheets[-1]
    return {
        "sheet": maker.sheet(consolidated.form_of(book, one), one, made_at=book.made_at),
        "book": maker.book(book),
        "pack": maker.pack(book),
        "empty": maker.pack(samples.book(sheets=(), changes=())),
    }


@pytest.mark.parametrize("kind", ["sheet", "book", "pack", "empty"])
def test_no_rule_is_broken(papers, kind: str) -> None:
    assert pdf_ua.findings(reading.opened(papers[kind])) == []


@pytest.mark.parametrize(
    ("good", "bad", "clause"),
    [
        (b"/Marked true", b"/Marked null", "6.2"),
        (b"<pdfuaid:part>1", b"<pdfuaid:part>2", "5"),
        (b"dc:title", b"dc:titel", "7.1"),
        (b"/DisplayDocTitle true", b"/DisplayDocTitle null", "7.1"),
        (b"/Lang(ja)", b"/Lang(??)", "7.2"),
        (b"/S/H2", b"/S/H4", "7.4.2"),
        (b"/S/TR", b"/S/LI", "7.2"),
        (b"/S/P/", b"/S/X/", "7.1"),
        (b"/Scope/Row", b"/Scope/Up ", "7.5"),
        (b"/RowSpan 3", b"/RowSpan 2", "7.2"),
        (b"/Alt", b"/Atl", "7.3"),
        (b"/S/Link", b"/S/Span", "7.18"),
        (b"/Contents<", b"/Content5<", "7.18.5"),
        (b"/Tabs/S", b"/Tabs/R", "7.18.3"),
        (b"/StructParents ", b"/StructParent5 ", "7.1"),
        (b"/FontFile2", b"/FontFile9", "7.21.4"),
        (b"/CIDToGIDMap", b"/CIDToGIDMop", "7.21.3.2"),
        (b"/ToUnicode", b"/ToUnicoda", "7.21.7"),
        (b"/Type/Catalog", b"/AA<<>>/A 0  ", "7.10"),
    ],
)
def test_a_broken_rule_is_noticed(papers, good: bytes, bad: bytes, clause: str) -> None:
    data = papers["pack"].data
    assert good in data and len(good) == len(bad)
    broken = reading.opened(maker.Paper(data=data.replace(good, bad)))
    assert any(f": {clause}" in one for one in pdf_ua.findings(broken))


@pytest.mark.parametrize(
    ("good", "bad", "clause"),
    [(b"EMC", b"EMC 0 0 9 9 re f ", "7.1"), (b"[(", b"[(\\000\\000", "7.21.8"), (b"/MCID", b"/MCIX", "7.1")],
)
def test_what_is_painted_wrongly_is_noticed(papers, good: bytes, bad: bytes, clause: str) -> None:
    writer = PdfWriter(clone_from=reading.opened(papers["sheet"]))
    contents = writer.pages[0]["/Contents"].get_object()
    assert good in contents.get_data()
    contents.set_data(contents.get_data().replace(good, bad))
    out = BytesIO()
    writer.write(out)
    assert any(f": {clause}" in one for one in pdf_ua.findings(PdfReader(out)))


def test_every_row_of_a_sheet_has_a_head(papers) -> None:
    """What a value is of is heard with it: the goal and 目標 or 実績, the name of a text, the work of a bar."""
    reader = reading.opened(papers["sheet"])
    rows = [one for one in reading.elements(reader) if one.get("/S") == "/TR"]
    heads = {number for number, row in enumerate(rows) for cell in reading.children(row) if cell["/S"] == "/TH"}
    for number, row in enumerate(rows):
        for cell in reading.children(row):
            if cell["/S"] == "/TH":
                heads.update(range(number, number + (pdf_ua.attribute(cell, "/RowSpan") or 1)))
    assert len(rows) > 20 and heads == set(range(len(rows)))
    assert not any(pdf_ua.attribute(one, "/Headers") for one in reading.elements(reader) if one.get("/S") == "/TD")


def test_a_name_that_looks_like_a_tag_is_left_alone() -> None:
    name = "12 0 obj <</Type/StructElem/S/TD/P 9 0 R/A[<</O/Table/Headers[]>>]/K[3 0 R]>> endobj"
    book = samples.book(samples.sheet(code="01-01", name=name))
    assert f"01-01 {name}" in {one.title for one in reading.headings(reading.opened(maker.book(book)))}
    with pytest.raises(ValueError, match="plain table"):
        row_heads.tagged(b"%PDF-1.7 compressed")
