"""The papers: every value stands in the PDF as text, for eyes and for a screen reader."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from review.domain import checks
from review.domain.book import Agenda, YearBook, YearCounts
from review.pdf import glyphs, maker
from review.workbook import consolidated
from tests.review.workbook import samples

JUMP = checks.SENTENCES["jump"][0]


def texts(value: object) -> list[str]:
    """Every text of a value of ours."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for one in value for text in texts(one)]
    return [t for field in fields(value) for t in texts(getattr(value, field.name))] if is_dataclass(value) else []


def bare(text: str) -> str:
    """Without the spaces and line ends that setting in lines adds and takes."""
    return re.sub(r"\s+", "", text)


def read(paper: maker.Paper) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(paper.data))
    return reader, bare("".join(page.extract_text() for page in reader.pages))


def year(**changes: object) -> YearBook:
    """Three sheets: one missed, one that cannot be judged, one that jumped."""
    book = samples.book(
        *samples.facts().sheets[:3], previous=YearCounts(fiscal_year=2023, sheets={}, indicators={"A": 2})
    )
    missed, undecided, jumped = book.sheets
    missed = replace(
        missed,
        sheet=samples.with_texts(missed.sheet, cause="原因の文", response="対応の文"),
        indicators=tuple(replace(one, status="未達成", grade="B") for one in missed.indicators),
    )
    undecided = replace(
        undecided, indicators=tuple(replace(one, status="評価できない", grade="－") for one in undecided.indicators)
    )
    jumped = replace(
        jumped, indicators=tuple(replace(one, flags=(JUMP,), large_change=True) for one in jumped.indicators)
    )
    return replace(book, sheets=(missed, undecided, jumped), **changes)


@pytest.fixture(scope="module")
def papers() -> dict[str, maker.Paper]:
    book = year()
    one = book.sheets[0]
    return {
        "sheet": maker.sheet(consolidated.form_of(book, one), one, made_at=book.made_at),
        "book": maker.book(book),
        "pack": maker.pack(book),
    }


@pytest.mark.parametrize("kind", ["sheet", "book", "pack"])
def test_a_paper_declares_what_a_screen_reader_needs(papers, kind: str) -> None:
    reader, _ = read(papers[kind])
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("ja")
    assert root["/MarkInfo"]["/Marked"] is not None and root["/StructTreeRoot"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert reader.metadata.title and reader.metadata.creation_date.date().isoformat() == "2025-06-10"
    assert papers[kind].warnings == ()


def test_the_fonts_are_inside(papers) -> None:
    reader, _ = read(papers["pack"])
    fonts = {
        font["/BaseFont"].split("+")[-1]: font for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert set(fonts) == {"/BIZUDPGothic-Regular", "/BIZUDPGothic-Bold"} or set(fonts) == {
        "BIZUDPGothic-Regular",
        "BIZUDPGothic-Bold",
    }
    for font in fonts.values():
        assert "/ToUnicode" in font
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_every_value_stands_in_the_paper(papers, kind: str) -> None:
    _, content = read(papers[kind])
    for entry in year().sheets:
        for text in texts(entry.sheet):
            for paragraph in text.split("\n"):
                assert bare(paragraph) in content, (entry.sheet.code, paragraph)


def titles(outline, depth: int = 1):
    for one in outline:
        if isinstance(one, list):
            yield from titles(one, depth + 1)
        else:
            yield depth, bare(one.title)


def test_the_pack_puts_decisions_before_sheets(papers) -> None:
    reader, text = read(papers["pack"])
    marks = list(titles(reader.outline))
    assert [title for depth, title in marks if depth == 1] == [
        "総括", "先に見るもの", "計画の変更", "未提出・対象外", "そのほかの施策", "公表", "施策シート",
    ]  # fmt: skip
    below = [title for depth, title in marks if depth == 2]
    assert below[0].startswith("未達成の指標(2件)")
    assert [bare(title)[:5] for title in below[3:]] == [entry.sheet.code for entry in year().sheets]
    assert text.count("原因の文") == 3  # beside both missed 指標, and on the sheet
    first = bare(reader.pages[0].extract_text())
    assert "大きく変わった指標" in first and "令和5年度" in first


def test_the_pack_follows_the_agenda_and_what_is_farthest_from_its_target_comes_first() -> None:
    book = year()
    near, far, none = (
        replace(book.sheets[0].indicators[0], rate=rate, actual=actual)
        for rate, actual in ((Decimal("0.9"), "近い値"), (Decimal("0.2"), "遠い値"), (None, "率なしの値"))
    )
    first = replace(book.sheets[0], indicators=(near, none, far))
    calm = replace(book.sheets[1], indicators=(), sheet=replace(book.sheets[1].sheet, name="何も言うことのない施策"))
    out = replace(book.sheets[2], aside="対象外", indicators=(far,))
    agenda = Agenda(
        changes=(("01-02", "改称", "変更のわけ"),),
        proposals=(("01-03", "未提出", "来ないわけ"),),
        publication="公表の日",
    )
    _, text = read(maker.pack(replace(book, sheets=(first, calm, out)), agenda))
    body = text[text.index("目標に届かなかった指標です") : text.rindex("公表の日") + 4]
    order = [
        "遠い値",
        "近い値",
        "率なしの値",
        "変更のわけ",
        "来ないわけ",
        "対象外(決定済)",
        "何も言うことのない施策",
        "公表の日",
    ]
    places = [body.index(one) for one in order]
    assert places == sorted(places), dict(zip(order, places, strict=True))
    assert body.count("遠い値") == 1, "what is settled needs no word"


def test_the_book_has_a_table_of_contents_and_bookmarks(papers) -> None:
    reader, _ = read(papers["book"])
    assert "目次" in bare(reader.pages[1].extract_text())
    assert [title for depth, title in titles(reader.outline) if depth == 1] == ["総括", "変更履歴", "施策シート"]


def test_pictures_say_in_words_what_they_show(papers) -> None:
    assert "施策と指標の達成区分の割合".encode("utf-16-be") in _alternates(papers["pack"])


def _alternates(paper: maker.Paper) -> bytes:
    reader = PdfReader(BytesIO(paper.data))
    texts, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if not isinstance(node, dict):
            continue
        if "/Alt" in node:
            texts.append(str(node["/Alt"]).encode("utf-16-be"))
        children = node.get("/K", [])
        waiting.extend(children if isinstance(children, list) else [children])
    return b"".join(texts)


HOSTILE = "#let x = 1 *b* $y$ <a> @ref `c` //n \\ _x0001_ =cmd \x00\ud800\uffff 葛\U000e0100 😀\tタブ\r\n終"


def test_hostile_text_is_text_and_a_letter_without_a_shape_is_told() -> None:
    book = samples.book(samples.sheet(HOSTILE, code="01-01"), city="市#x", plan_name="計画*")
    paper = maker.pack(book)
    _, text = read(paper)
    assert bare("#let x = 1 *b* $y$ <a> @ref `c` //n \\ _x0001_ =cmd 〓〓〓") in text
    (warning,) = paper.warnings
    assert "U+1F600" in warning and "U+D800" in warning


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("漢字かな", "漢字かな"),
        ("葛\U000e0100", "葛"),
        ("a\u200bb", "ab"),
        ("\U0001f600", "〓"),
        ("か\u3099", "か\u3099"),
        ("⽇本の⾦⻘⺠⼾", "日本の金青民戸"),
        ("𠮷野𩸽", "𠮷野𩸽"),
        ("㍻①Ⅲ㎡", "㍻①Ⅲ㎡"),
    ],
)
def test_letters_are_kept_replaced_or_unseen(text: str, shown: str) -> None:
    missing: set[str] = set()
    assert glyphs.drawable({"a": [text]}, missing) == {"a": [shown]}
    assert bool(missing) == ("〓" in shown)


RARE = "⽇本、𠮷野、髙﨑、䦰、草彅、𩸽、⻘葉、仿、丂、𠀋"


@pytest.mark.parametrize("kind", ["sheet", "pack"])
def test_rare_letters_of_names_and_places_are_in_the_paper(kind: str) -> None:
    """Copied radicals are printed as the kanji that they stand for; rare kanji come from the font behind, also in headings."""
    book = samples.book(samples.sheet(RARE, code="01-01"), plan_name=f"計画{RARE}")
    one = book.sheets[0]
    paper = (
        maker.pack(book) if kind == "pack" else maker.sheet(consolidated.form_of(book, one), one, made_at=book.made_at)
    )
    _, text = read(paper)
    assert bare(RARE.replace("⽇", "日").replace("⻘", "青")) in text and "〓" not in text
    assert paper.warnings == () and RARE in one.sheet.name


@pytest.mark.drill
def test_a_book_without_sheets_and_one_with_long_ones_are_made() -> None:
    assert maker.pack(samples.book(sheets=())).data.startswith(b"%PDF")
    assert maker.book(samples.book(samples.sheet("長い文章です。" * 900), demo=True)).data.startswith(b"%PDF")
