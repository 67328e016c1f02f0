"""Where the pages break, with a whole year of texts as long as a city's: nothing runs off a page, parts stay whole, no
heading stands alone, and all letters are large enough to read."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from pypdf import PdfReader

from review.domain.book import Agenda, YearBook
from review.pdf import maker
from tests.review.pdf import long_years, pdf_ua, reading
from tests.review.workbook import samples

FORM, JUDGED = "施策概要", "評価"
#: A page with fewer lines is a page of leftovers.
FEW = 8
#: How many sheets of the year may need a page more than their two parts.
LONGER = 2
SMALLEST = 8

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class Part(NamedTuple):
    """One of the two parts of a sheet: the page on which it begins, whether at its top, and its last page."""

    code: str
    name: str
    first: int
    on_top: bool
    last: int


@cache
def papers(name: str) -> dict[str, PdfReader]:
    """Book and pack of the document, made once."""
    book = long_years.year_book(dict(long_years.documents())[name])
    made = {
        "book": maker.book(book),
        "pack": maker.pack(book, Agenda(publication="公表日時は、公表の決定のときに定めます。")),
    }
    assert all(paper.warnings == () for paper in made.values()), "a letter of the document could not be printed"
    return {kind: reading.opened(paper) for kind, paper in made.items()}


@pytest.fixture(params=["made up", pytest.param("the city's", marks=pytest.mark.drill)])
def year(request: pytest.FixtureRequest) -> dict[str, PdfReader]:
    if request.param not in dict(long_years.documents()):
        pytest.skip("MEGURI_PLAN_FILE is not set: the papers of the city's whole document were not looked at")
    return papers(request.param)


@cache
def parts(reader: PdfReader) -> list[Part]:
    """The parts of all sheets, in order: they end the paper."""
    marks = reading.headings(reader)
    begun, code, before = [], "", -1
    for place, one in enumerate(marks):
        if one.title in (FORM, JUDGED):
            first = place - (1 if one.title == FORM else 0)
            code = marks[first].title[:5] if one.title == FORM else code
            on_top = before < one.page and reading.body(reader.pages[one.page])[0].size >= reading.HEADING
            begun.append((code, one.title, one.page, on_top))
        before = one.page if one.level > 2 else before
    ends = [two[2] - 1 if two[3] else two[2] for two in begun[1:]] + [len(reader.pages) - 1]
    return [Part(*one, last) for one, last in zip(begun, ends, strict=True)]


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_each_part_of_a_sheet_stands_whole(year, kind: str) -> None:
    """It begins on top of a page, or fits below the other; few sheets need a page more than that."""
    both = parts(year[kind])
    assert len(both) == 2 * len(samples.facts().sheets)
    for form, judged in zip(both[::2], both[1::2], strict=True):
        assert form.on_top, form
        assert judged.on_top or judged.first == judged.last == form.last, (form, judged)
    longer = {form.code for form, judged in zip(both[::2], both[1::2], strict=True) if judged.last - form.first > 1}
    assert len(longer) <= LONGER, longer


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_no_page_holds_leftovers(year, kind: str) -> None:
    ends = {part.last for part in parts(year[kind])} | ({0} if kind == "book" else set())
    short = {
        number + 1: len(lines)
        for number, page in enumerate(year[kind].pages)
        if len(lines := reading.body(page)) < FEW and number not in ends
    }
    assert short == {}


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_no_heading_stands_at_the_foot_of_a_page(year, kind: str) -> None:
    for number, page in enumerate(year[kind].pages[1:], start=2):
        assert reading.body(page)[-1].size < reading.HEADING, f"page {number}"


def test_a_heading_and_its_note_stand_with_their_list_wherever_a_page_ends() -> None:
    """However many lines stand before them."""
    missed, open_one = (
        replace(samples.judged(samples.block(1, "短い")), status=status) for status in ("未達成", "評価できない")
    )
    (entry,) = samples.book(samples.sheet()).sheets
    ends = set()
    for rows in range(8, 16):
        book = replace(samples.book(), sheets=(replace(entry, indicators=(missed,) * rows + (open_one,)),))
        reader = reading.opened(maker.pack(book))
        (heading,) = (one for one in reading.headings(reader) if one.title.startswith("評価できない"))
        assert reading.first_cell_after(reader, heading) == heading.page, rows
        ends.add(heading.page)
    assert len(ends) == 2, "a page ends within the range"


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_all_letters_are_large_enough_and_on_the_page(year, kind: str) -> None:
    for number, page in enumerate(year[kind].pages, start=1):
        assert_on_page(page, number)


def assert_on_page(page, number: int) -> None:
    runs = reading.runs(page)
    assert min(one.size for one in runs) >= SMALLEST, f"page {number}"
    beside = {round(one.height) for one in runs if not reading.BOTTOM <= one.height <= reading.TOP}
    assert len(beside) <= 2, f"page {number}: letters beside its one line of head and foot, at {beside}"


@pytest.mark.drill
def test_what_is_longer_than_a_page_runs_over_and_not_off() -> None:
    """Rows under one head stay together, but for those that no page could hold."""
    for paper in (maker.book(endless()), maker.pack(endless())):
        pages = reading.opened(paper).pages
        for number, page in enumerate(pages, start=1):
            assert_on_page(page, number)
        both = parts(reading.opened(paper))
        assert all(part.on_top and part.last > part.first for part in both), both


def endless() -> YearBook:
    """One sheet on which every text, value and remark is longer than a page."""
    text = "終わりのない文章。" * 350
    book = samples.book(samples.sheet(text, name="長い施策"))
    (entry,) = book.sheets
    goals = tuple(replace(one, status="未達成", flags=(text,)) for one in entry.indicators)
    return replace(book, sheets=(replace(entry, indicators=goals),))


@pytest.mark.parametrize("kind", ["book", "pack"])
def test_no_rule_of_pdf_ua_is_broken(year, kind: str) -> None:
    assert pdf_ua.findings(year[kind]) == []


def test_sheets_follow_each_other_by_their_numbers(year) -> None:
    codes = [part.code for part in parts(year["book"])[::2]]
    assert all(one < other for one, other in pairwise(codes)) and len(codes) == 30
