"""What `make bench` compares goes on working although no test measures it: each way makes a whole book of a few sheets."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.bench import workbook_child


@pytest.mark.parametrize("way", ["cold", "openpyxl", "xlsxwriter"])
def test_each_way_makes_the_whole_book(way: str, tmp_path: Path) -> None:
    workbook_child.measure(way, 3, tmp_path)
    book = load_workbook(tmp_path / f"{way}.xlsx")
    assert len(book.sheetnames) == 3 + 4
    assert [len(sheet._charts) for sheet in book.worksheets if sheet.title == "総括"] == [2]


def test_the_book_of_which_little_changed_begins_with_what_a_cold_one_remembered(tmp_path: Path) -> None:
    workbook_child.measure("cold", 3, tmp_path)
    made = workbook_child.measure("changed", 3, tmp_path)["made"]
    assert made == 3  # what follows from the one sheet: its form, its lines in two lists
