"""施策ID of any form: which texts are one, their order, and that an address holds and gives back every one."""

from __future__ import annotations

import random

import pytest

from review.domain import measure_codes
from review.workbook.layout import sheet_names

CODES = [
    "1-2",
    "1-10",
    "1-①",
    "1-②",
    "A-1",
    "1-1-2",
    "1-(1)",
    "施策3",
    "1/2",
    "Ⅱ-1",
    "1.",
    "departments",
    "CON",
    "~2f~",
    "a?[b]*",
]


@pytest.mark.parametrize("code", CODES)
def test_every_form_is_one_and_comes_back_from_its_address(code: str) -> None:
    assert measure_codes.is_code(code)
    assert measure_codes.of_address(measure_codes.address(code)) == code


@pytest.mark.parametrize("text", ["", " ", "-", "a" * 21, "1\n2", "1\x002", " 1-1", "1\u200b1", "…"])
def test_what_is_none_is_said_so(text: str) -> None:
    assert not measure_codes.is_code(text)


@pytest.mark.parametrize("part", ["..", "1-%2F", "~31~-1", "~110000~", "1/2", "~2460", "departments"])
def test_an_address_that_we_never_give_leads_nowhere(part: str) -> None:
    with pytest.raises(ValueError):
        measure_codes.of_address(part)


def test_the_order_is_as_people_count() -> None:
    orders = [
        ["1-1", "1-2", "1-10", "2-1", "10-1"],
        ["1-①", "1-②", "1-⑨", "1-⑩", "1-⑪"],
        ["01-01", "01-02", "02-01"],
        ["1-1-2", "1-1-10", "1-2-1"],
        ["Ⅰ-1", "Ⅱ-1", "Ⅴ-1", "Ⅸ-1"],
        ["A-2", "A-11", "B-1"],
    ]
    for order in orders:
        mixed = list(order)
        random.Random(1).shuffle(mixed)
        assert sorted(mixed, key=measure_codes.sort_key) == order


def test_a_key_is_of_signs_that_every_database_sorts_alike_and_fits_its_column() -> None:
    for code in (*CODES, "ﷺ" * 20, "⑳" * 20, "\U0010fffd" * 20):
        key = measure_codes.sort_key(code)
        assert set(key) <= set("0123456789abcdef")
        assert len(key) <= measure_codes.LONGEST_KEY
    assert measure_codes.sort_key("1-1") != measure_codes.sort_key("1-①")


def test_random_texts_have_addresses_of_plain_letters_that_come_back() -> None:
    draw = random.Random(7)
    letters = "abcXYZ019-_.~/\\?*[]:'\" ()①②Ⅱア一。"
    for _turn in range(3000):
        code = "".join(draw.choices(letters, k=draw.randint(1, 20)))
        if measure_codes.is_code(code):
            part = measure_codes.address(code)
            assert part.isascii() and not set(part) & set("/\\?*[]:'\" %") and part.strip(".") == part
            assert measure_codes.of_address(part) == code


def test_a_cell_is_read_as_it_stands_but_two_digits_and_two_in_half_width() -> None:
    assert [measure_codes.read(text) for text in ("０１－０１", " 1-① ", "施策 3\n", "―")] == [
        "01-01",
        "1-①",
        "施策 3",
        "",
    ]


def test_the_group_that_a_code_names_is_what_stands_before_its_last_part() -> None:
    groups = {"01-04": "01", "1-1-2": "1-1", "A-1": "A", "1-①": "1", "施策3": "", "1.2": "1"}
    assert {code: measure_codes.group_of(code) for code in groups} == groups


def test_sheets_of_a_book_have_names_of_their_own_whatever_the_codes() -> None:
    names = sheet_names(["1/2", "1:2", "a-1", "A-1", "'x'", "[1]"], ())
    assert len({name.lower() for name in names}) == 6
    assert not any(set(name) & set("[]:*?/\\") for name in names)
