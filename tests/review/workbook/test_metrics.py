"""Room for Japanese text."""

from __future__ import annotations

import pytest

from review.workbook import indicator_list, metrics
from review.workbook.layout import Page, column_widths, lines
from review.workbook.styles import LOOKS
from tests.bench import book_of
from tests.review.workbook import font_widths, samples


@pytest.mark.parametrize(
    ("text", "units", "count"),
    [
        ("", 10, 1),
        ("あいうえお", 10, 1),
        ("あいうえおか", 10, 2),
        ("あ\nい\n\nう", 10, 4),
        ("ｱｲｳｴｵ", 5, 1),
        ("word " * 4, 14, 2),
        ("一語 " * 3, 5, 3),
        ("x" * 100, 10, 14),
        ("あ" + "x" * 100, 10, 15),
    ],
)
def test_lines_are_counted_in_full_and_half_width(text, units, count):
    assert metrics.line_count(text, units) == count


def test_every_text_of_the_facts_has_room_in_its_row():
    for sheet in samples.facts().sheets:
        form = samples.form(sheet)
        widths = column_widths(form)
        for line in lines(Page(form=form)):
            for box in line.boxes:
                if box.rows > 1 or box.style in ("title", "section", "link", "note", "state"):
                    continue
                width = sum(widths[box.first - 1 : box.last])
                needed = metrics.line_count(box.text, metrics.column_units(width, 9.0)) * 9.0
                assert line.height >= needed, (sheet.code, box.text)


# Lines of the font itself, and what a cell keeps free at each side and at an indent, in points.
LINE, SIDES, INDENT = 1.0, 3.0, 7.0


def test_the_font_s_own_widths_are_read() -> None:
    assert font_widths.width("漢字", 10) == 20
    assert 4 < font_widths.width("A", 10) < 8
    assert font_widths.width("い", 10) <= 10


def long_and_short():
    yield from (samples.form(sheet) for sheet in samples.facts().sheets)
    yield from (samples.form(entry.sheet) for entry in book_of.book(12).sheets)


def test_every_row_of_the_form_is_as_high_as_the_font_needs() -> None:
    for form in long_and_short():
        widths = column_widths(form)
        for line in lines(Page(form=form)):
            for box in line.boxes:
                look = LOOKS[box.style]
                if box.rows > 1 or not look.wrap:
                    continue
                points = (
                    sum((one * 7 + 5) * 0.75 for one in widths[box.first - 1 : box.last]) - SIDES - look.indent * INDENT
                )
                needed = font_widths.line_count(box.text, points, look.size) * look.size * LINE
                assert line.height >= needed, (form.sheet.code, box.text)


def test_no_word_of_the_form_or_of_a_list_s_head_is_wider_than_its_cell() -> None:
    heads = [(part, column.width) for column in indicator_list.COLUMNS for part in column.head.split("\n")]
    for text, width in heads:
        assert font_widths.width(text, 9) <= (width * 7 + 5) * 0.75 - SIDES, text


def test_every_row_of_the_list_is_as_high_as_the_font_needs() -> None:
    for entry in book_of.book(30).sheets:
        for one in entry.indicators:
            texts = [(spec.value(entry, one), spec) for spec in indicator_list.COLUMNS]
            columns = [(text, spec) for text, spec in texts if isinstance(text, str)]
            height = metrics.row_height([(text, spec.width) for text, spec in columns], size=9, least=20)
            for text, spec in columns:
                points = (spec.width * 7 + 5) * 0.75 - SIDES - LOOKS[spec.style].indent * INDENT
                assert height >= font_widths.line_count(text, points, 9) * 9 * LINE, text
