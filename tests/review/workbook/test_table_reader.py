"""Of a sheet that is read back only what a reader needs is parsed, and that as openpyxl has it."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from review.workbook.table_reader import opened
from tests.corpus import genuine


def facts(sheet: Worksheet) -> dict[str, object]:
    """All that the readers ask of a sheet."""
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return {
        "state": (sheet.title, sheet.sheet_state, sheet.max_row, sheet.max_column),
        "values": {cell.coordinate: (cell.value, cell.data_type) for cell in cells if isinstance(cell, Cell)},
        "looks": {cell.coordinate: (cell.number_format, cell.fill.fgColor.rgb) for cell in cells},
        "notes": {cell.coordinate: cell.comment.text for cell in cells if cell.comment},
        "merged": sorted(str(area) for area in sheet.merged_cells.ranges),
        "rows": sorted(number for number, row in sheet.row_dimensions.items() if row.hidden),
        "columns": sorted((key, one.min, one.max) for key, one in sheet.column_dimensions.items() if one.hidden),
        "names": {name: one.attr_text for name, one in sheet.defined_names.items()},
    }


@pytest.mark.parametrize("path", genuine.samples(), ids=lambda path: path.stem)
def test_what_is_read_is_what_openpyxl_has(path: Path) -> None:
    ours, theirs = opened(path), load_workbook(path)
    assert ours.sheetnames == theirs.sheetnames
    for mine, other in zip(ours.worksheets, theirs.worksheets, strict=True):
        assert facts(mine) == facts(other)


def test_what_only_a_writer_needs_is_not_parsed(tmp_path: Path) -> None:
    """A margin of the paper that is no number: the texts are there all the same."""
    path, odd = genuine.SAMPLES / "libreoffice-7-entry-book.xlsx", tmp_path / "odd.xlsx"
    with ZipFile(path) as given, ZipFile(odd, "w") as made:
        for name in given.namelist():
            data = given.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<pageMargins left="' in data and b"</sheetData>" in data
                data = data.replace(b'<pageMargins left="', b'<pageMargins left="wide')
            made.writestr(name, data)
    with pytest.raises(TypeError):
        load_workbook(odd)
    assert [facts(one) for one in opened(odd).worksheets] == [facts(one) for one in load_workbook(path).worksheets]
