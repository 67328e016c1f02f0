"""The fast engine makes the very book that openpyxl makes; what it caches is right or missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from review.domain.book import YearBook, YearCounts
from review.workbook import engine, part_cache, zip_parts
from review.workbook.book_reader import opened
from review.workbook.part_cache import PartCache
from review.workbook.reader import read_plan_workbook
from tests.review.workbook import plain_book, samples

HOSTILE = [
    "=cmd|'/c calc'!A1",
    "+1",
    "-5%",
    "@x",
    "'引用",
    "#N/A",
    "_x0001_",
    "a_x005F_b",
    " 前後 ",
    "一\r\n二\t三",
    "<&>\"']]>",
]
MARKED = ["制御\x00", "半分\ud800", "非文字\uffff", "長" * 40_000]


def made(book: YearBook, *, plain: bool = False, parts: PartCache | None = None) -> bytes:
    out = BytesIO()
    if plain:
        plain_book.write(book, out)
    else:
        engine.write(book, out, parts=parts)
    return out.getvalue()


def looks(cell, known: dict) -> tuple:
    key = cell.style_id if cell.has_style else None
    if key not in known:
        style = (cell.font, cell.fill, cell.border, cell.alignment, cell.number_format, cell.protection)
        known[key] = (*map(repr, style), cell.quotePrefix)
    return known[key]


def cells(sheet) -> dict:
    known: dict = {}
    return {
        cell.coordinate: (
            cell.value,
            cell.data_type,
            looks(cell, known),
            cell.hyperlink and (cell.hyperlink.ref, cell.hyperlink.location),
            cell.comment and (cell.comment.text, cell.comment.width, cell.comment.height),
        )
        for row in sheet.iter_rows()
        for cell in row
    }


def frame(sheet) -> dict:
    """Everything of a sheet that is no cell."""
    return {
        "merges": sorted(map(str, sheet.merged_cells.ranges)),
        "heights": {number: row.height for number, row in sheet.row_dimensions.items()},
        "widths": {letter: column.width for letter, column in sheet.column_dimensions.items()},
        "print": (sheet.print_area, sheet.print_title_rows, repr(sheet.page_setup), repr(sheet.page_margins)),
        "options": (repr(sheet.print_options), repr(sheet.sheet_properties)),
        "head": [
            vars(part) for item in (sheet.oddHeader, sheet.oddFooter) for part in (item.left, item.center, item.right)
        ],
        "breaks": [(one.id, one.man) for one in sheet.row_breaks.brk],
        "view": repr(sheet.sheet_view),
        "panes": sheet.freeze_panes,
        "filter": sheet.auto_filter.ref,
        "formats": [(str(one.sqref), [repr(rule) for rule in one.rules]) for one in sheet.conditional_formatting],
        "charts": [tostring(chart._write()) for chart in sheet._charts],
        "names": {name: one.attr_text for name, one in sheet.defined_names.items()},
        "size": sheet.dimensions,
    }


def assert_equal(fast: bytes, plain: bytes) -> None:
    one, other = load_workbook(BytesIO(fast)), load_workbook(BytesIO(plain))
    assert one.sheetnames == other.sheetnames
    assert repr(one.properties) == repr(other.properties)
    assert one.active.title == other.active.title
    for left, right in zip(one, other, strict=True):
        assert cells(left) == cells(right), left.title
        assert frame(left) == frame(right), left.title


def hostile_book(texts: list[str]) -> YearBook:
    sheets = [samples.sheet(text, code=f"01-{number:02d}") for number, text in enumerate(texts, start=1)]
    return samples.book(*sheets, city="見本&市", plan_name="計画<&>")


def long_book() -> YearBook:
    long = samples.sheet("長い文章です。" * 900, code="02-01")
    many = samples.sheet(code="02-02", indicators=tuple(samples.block(n, "短い") for n in range(1, 9)), schedule=())
    return samples.book(long, many, samples.sheet("x", code="a/b:c*"), samples.sheet("x", code="A-B-C-"), changes=())


#: What makes the longest book; that both warn of the same, and that it is made right again and again, stays.
LONGEST = "texts that need a mark"

BOOKS = {
    "the facts": samples.book,
    "none": lambda: samples.book(sheets=()),
    "demo values": lambda: samples.book(samples.sheet(), demo=True),
    "hostile texts": lambda: hostile_book(HOSTILE),
    LONGEST: lambda: hostile_book([*MARKED, "普通"]),
    "long sheets, one name twice": long_book,
    "six years, and the year before": lambda: samples.book(
        samples.sheet(),
        years=tuple(range(2020, 2026)),
        previous=YearCounts(fiscal_year=2023, sheets={"A": 1}, indicators={"B": 2}),
    ),
}


@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.drill] * (one == LONGEST)) for one in BOOKS])
def test_the_book_equals_openpyxl_s_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merged cells are compared as the file has them: reading, openpyxl would draw their borders anew, the same in both."""
    monkeypatch.setattr(Worksheet, "_clean_merge_range", lambda *_: None)
    book = BOOKS[name]()
    assert_equal(made(book), made(book, plain=True))


@pytest.mark.parametrize("texts", [HOSTILE, MARKED])
def test_the_same_warnings_are_given(texts: list[str]) -> None:
    book, warnings = hostile_book(texts), []
    for write in (engine.write, plain_book.write):
        warnings.append(sorted(map(str, write(book, BytesIO()))))
    assert warnings[0] == warnings[1]
    assert bool(warnings[0]) == (texts is MARKED)


def test_every_sheet_of_the_facts_comes_back(tmp_path) -> None:
    path = tmp_path / "book.xlsx"
    assert engine.write(samples.book(), path) == []
    assert samples.without_empty_texts(read_plan_workbook(opened(path))) == samples.without_empty_texts(samples.facts())


def test_the_archive_is_sound_and_its_directory_first() -> None:
    with ZipFile(BytesIO(made(samples.book()))) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())


def test_progress_is_told() -> None:
    progress: list[tuple[int, int]] = []
    engine.write(samples.book(), BytesIO(), progress=lambda *counts: progress.append(counts))
    assert progress == [(0, 30)]


def some(**changes: object) -> YearBook:
    return samples.book(*samples.facts().sheets[:6], **changes)


# --- what is remembered ------------------------------------------------------------------------------------------

#: of `some`: each sheet's form, its line in 総括 and its lines in 成果指標一覧; the frame that their forms share; the styles; and
#: two charts
ALL = 6 * 3 + 4


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "1.parts"


def built(path, book: YearBook) -> tuple[bytes, int]:
    """The book, and how many parts had to be made for it."""
    parts = PartCache(path)
    return made(book, parts=parts), parts.made


def test_a_second_build_makes_nothing_and_gives_the_same_bytes(path) -> None:
    first, cold = built(path, some())
    second, again = built(path, some())
    assert (cold, again) == (ALL, 0)
    assert first == second


def test_one_changed_sheet_alone_is_made_anew(path) -> None:
    book = some()
    built(path, book)
    entries = list(book.sheets)
    entries[4] = replace(entries[4], sheet=samples.with_texts(entries[4].sheet, policy="新しい方針"))
    changed = replace(book, sheets=tuple(entries))
    fast, count = built(path, changed)
    assert count == 3  # its form, its line in 総括, its lines in 成果指標一覧
    assert_equal(fast, made(changed, plain=True))


def test_a_sheet_that_moved_is_written_at_its_new_place(path) -> None:
    book = some()
    built(path, book)
    shorter = replace(book, sheets=book.sheets[3:])
    assert_equal(built(path, shorter)[0], made(shorter, plain=True))


@pytest.mark.parametrize("change", [{"state_label": "差戻し"}, {"demo": True}])
def test_a_remembered_frame_is_that_of_forms_alike_only(path, change) -> None:
    """The head of the page says the state, its tab whether there are demo values: a form that differs has its own frame."""
    book = some()
    built(path, book)
    changed = replace(book, sheets=(*book.sheets[:5], replace(book.sheets[5], **change)))
    fast, count = built(path, changed)
    assert count == 4  # what follows from the sheet, and its frame
    assert_equal(fast, made(changed, plain=True))


def test_a_remembered_chart_is_that_of_the_same_words_and_rows_only(path) -> None:
    book = some()
    built(path, book)
    worded = replace(book, scale=(replace(book.scale[0], meaning="すべて達成"), *book.scale[1:]))
    fast, count = built(path, worded)
    assert count == 2
    assert_equal(fast, made(worded, plain=True))
    fielded = replace(worded, sheets=(*worded.sheets[:5], replace(worded.sheets[5], field_name="別の分野")))
    assert_equal(built(path, fielded)[0], made(fielded, plain=True))


def changes(value: Any) -> Iterator[Any]:
    """The value with one thing in it changed, for each thing that it holds."""
    if is_dataclass(value):
        for one in fields(value):
            for other in changes(getattr(value, one.name)):
                yield replace(value, **{one.name: other})
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from ({**value, key: other} for other in changes(held))
        yield {**value, "another": value}
    elif isinstance(value, tuple):
        for at, held in enumerate(value):
            yield from ((*value[:at], other, *value[at + 1 :]) for other in changes(held))
        yield (*value, "another")
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float | Decimal):
        yield value + 1
    elif isinstance(value, datetime):
        yield value + timedelta(seconds=1)
    else:
        yield "another" if value is None else f"{value}*"


@pytest.mark.parametrize("words", [{"city": "別の市"}, {"fiscal_year": 2025}])
def test_the_words_of_the_book_are_part_of_every_key(path, words) -> None:
    built(path, some())
    book = some(**words)
    fast, count = built(path, book)
    assert count == ALL
    assert_equal(fast, made(book, plain=True))


def test_half_a_letter_is_remembered_like_another_text(path) -> None:
    """A lone surrogate is no JSON: the sheet has a key all the same, and another text another key."""
    book = some()
    texts = ["\ud842", "\ud843"]
    first, second = (replace(book, sheets=(replace(book.sheets[0], note=text), *book.sheets[1:])) for text in texts)
    keys = [engine._Digests(one).key(one.sheets[0]) for one in (book, first, second, first)]
    assert len(set(keys)) == 3 and keys[1] == keys[3]


def test_every_value_of_a_sheet_is_part_of_its_key() -> None:
    """Each field, however deep, changed by itself gives another key."""
    entry = some().sheets[0]
    digests = engine._Digests(some())
    changed = list(changes(entry))
    assert len(changed) > 50
    keys = {digests.key(one) for one in (entry, *changed)}
    assert len(keys) == 1 + len(changed)


def test_another_code_remembers_nothing(path, monkeypatch) -> None:
    built(path, some())
    monkeypatch.setattr(engine, "_code_digest", lambda: b"another version")
    assert built(path, some())[1] == ALL


def test_a_text_that_needs_a_mark_is_never_remembered(path) -> None:
    book = hostile_book(["普通", MARKED[0]])
    for _ in range(2):
        fast, _ = built(path, book)
        assert_equal(fast, made(book, plain=True))


@pytest.mark.parametrize("spoil", [lambda data: data[:-9], lambda data: data[:40] + b"x" + data[41:], lambda data: b""])
def test_a_damaged_memory_costs_a_cold_build_and_nothing_else(path, spoil) -> None:
    first, _ = built(path, some())
    path.write_bytes(spoil(path.read_bytes()))
    assert built(path, some()) == (first, ALL)


def test_the_memory_holds_no_more_than_the_last_book(path) -> None:
    built(
        path, samples.book(*(samples.sheet(code=f"01-{number:02d}", name=f"{number}番目") for number in range(1, 31)))
    )
    whole = path.stat().st_size
    built(path, samples.book(samples.sheet()))
    assert path.stat().st_size < whole / 3
    assert [one.name for one in path.parent.iterdir()] == ["1.parts"]


def test_a_text_stands_in_the_archive_once() -> None:
    """What 30 forms and three lists say of the same 施策 is one text, and forms that stand alone point to it."""
    sheets = [samples.sheet(code=f"01-{number:02d}") for number in range(1, 31)]
    with ZipFile(BytesIO(made(samples.book(*sheets)))) as archive:
        forms = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/form")]
        table = archive.read("xl/sharedStrings.xml")
    items = re.findall(rb"<si>.*?</si>", table, re.S)
    assert len(forms) == 30 and not any(b"inlineStr" in form for form in forms)
    assert len(items) == len(set(items))
    numbers = {int(number) for form in forms for number in re.findall(rb't="s"><v>(\d+)</v>', form)}
    assert numbers and max(numbers) < len(items) < len(forms) * 10


def test_texts_that_nobody_uses_any_more_do_not_pile_up(path) -> None:
    """Build after build with another text: every book is right, and the memory never more than a few times the first."""
    book, sizes = some(), []
    for turn in range(25):
        policy = f"{turn}回目の方針。" * 40
        entries = [replace(one, sheet=samples.with_texts(one.sheet, policy=policy)) for one in book.sheets]
        changed = replace(book, sheets=tuple(entries))
        fast, _count = built(path, changed)
        sizes.append(path.stat().st_size)
    assert_equal(fast, made(changed, plain=True))
    assert max(sizes) < 4 * sizes[0]


def test_a_full_disk_costs_only_the_memory(path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(part_cache, "beside", full)
    first, _ = built(path, samples.book(samples.sheet()))
    assert first == made(samples.book(samples.sheet()))
    assert not path.exists()


def test_an_archive_of_very_many_parts_counts_them_in_wider_numbers(monkeypatch) -> None:
    """Read by what knows the format, also where the plain count has no room; larger than 4 GB is refused."""
    monkeypatch.setattr(zip_parts, "MOST_PARTS", 4)
    content = made(samples.book(samples.sheet()))
    assert b"PK\x06\x06" in content and load_workbook(BytesIO(content)).sheetnames
    archive = zip_parts.ZipParts(BytesIO(), datetime(2025, 6, 10))
    archive._at = 1 << 32
    with pytest.raises(ValueError, match="too much"):
        archive.close()
