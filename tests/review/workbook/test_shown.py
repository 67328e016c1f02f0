"""A number is read as its cell shows it: decimals, commas, units, signs of losses, a dash for nothing. So is a date."""

from datetime import date, datetime, time, timedelta

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


APRIL = datetime(2025, 4, 1)


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (APRIL, 'yyyy"年"m"月"', "2025年4月"),
        (APRIL, 'yyyy"年"m"月"d"日";@', "2025年4月1日"),
        (APRIL, "yyyy/m/d", "2025/4/1"),
        (APRIL, "yyyy-mm-dd", "2025-04-01"),
        (APRIL, "mm-dd-yy", "2025/4/1"),  # how a book calls the short day of its land
        (APRIL, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2025年4月1日"),
        (APRIL, "yy/mm", "25/04"),
        (APRIL, "mmm-yy", "Apr-25"),
        (APRIL, "[$-411]ge\\.m\\.d", "R7.4.1"),
        (APRIL, 'ggge"年"m"月"d"日"(aaa)', "令和7年4月1日(火)"),
        (APRIL, "gge年mm月", "令7年04月"),
        (date(2019, 4, 30), "ge.m", "H31.4"),
        (datetime(2025, 4, 1, 9, 5), "yyyy/m/d h:mm", "2025/4/1 9:05"),
        (time(9, 5, 7), "h:mm:ss", "9:05:07"),
        (timedelta(minutes=95), "[h]:mm", "1:35:00"),
        (APRIL, "yyyy/m/d h:mm", "2025/4/1 0:00"),
        (APRIL, "General", "2025-04-01"),
        # a day without its year was typed as two numbers: a code, a page, a part of a whole
        (APRIL, "m/d", "4-1"),
        (APRIL, 'm"月"d"日"', "4-1"),
        (APRIL, "d-mmm", "4-1"),
    ],
)
def test_a_date_is_read_as_it_is_shown_and_two_numbers_as_they_were_typed(
    value: date | time | timedelta, number_format: str, text: str
) -> None:
    assert shown_text(value, number_format) == (text, "date_cell")
