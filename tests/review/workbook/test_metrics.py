"""Room for Japanese text."""

from __future__ import annotations

import pytest

from review.workbook import metrics
from review.workbook.layout import Page, column_widths, lines
from tests.review.workbook import samples


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
