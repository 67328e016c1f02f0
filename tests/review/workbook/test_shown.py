"""A number is read as its cell shows it: decimals, commas, units, signs of losses, a dash for nothing."""

import pytest

from review.workbook.shown import shown_text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (21450, "General", "21450"),
        (21450, "#,##0", "21,450"),
        (75, "0.0", "75.0"),
        (0.485, "0.0%", "48.5%"),
        (0.125, "0.00", "0.13"),
        (2.5, "0", "3"),
        (1234, '#,##0"人"', "1,234人"),
        (-5, '#,##0;"△"#,##0', "△5"),
        (-1234, "#,##0;▲#,##0", "▲1,234"),
        (-1500, "#,##0;[Red]-#,##0", "-1,500"),
        (-3, "#,##0", "-3"),
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),
        (0, "#,##0", "0"),
        (1500, "#,##0.##", "1,500"),
    ],
)
def test_a_number_is_read_as_it_is_shown(value: float, number_format: str, text: str) -> None:
    assert shown_text(value, number_format)[0].strip() == text
