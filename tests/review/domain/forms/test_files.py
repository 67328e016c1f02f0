"""The same list in each kind of file: a real workbook, and text in each writing that offices save."""

import csv
import io
from pathlib import Path

import pytest

from review.domain.forms import reading
from review.domain.plan_text import read_plan_text
from review.domain.separated import read_separated
from review.workbook import form_grids, sandbox
from review.workbook.book_reader import opened
from tests.review.domain.forms.books import Case, differences
from tests.review.domain.forms.cities_lists import FACILITIES
from tests.review.domain.forms.test_cities import CASES
from tests.review.domain.test_plan_text import FACTS

ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "utf-16"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_real_workbook_says_the_same(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(case.xlsx())
    entry = reading.read_grids(form_grids.read_grids(opened(path))).as_data()
    assert differences(entry["measures"], case.measures) == {}
    assert case.doubts <= {doubt["code"] for doubt in entry["doubts"]}


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_list_saved_as_text_says_the_same(encoding: str, separator: str) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(FACILITIES.pages[0].rows())
    grid = read_separated(stream.getvalue().encode(encoding))
    assert differences(reading.read_grids([grid]).as_data()["measures"], FACILITIES.measures) == {}


def test_the_citys_own_text_is_read_by_its_own_reader() -> None:
    document = read_plan_text(FACTS.read_bytes())
    read = (sandbox.read("form", FACTS).entry or {})["measures"]
    assert [measure["code"] for measure in read] == [sheet.code for sheet in document.sheets]
    first = document.sheets[0]
    assert read[0]["departments"][0] == first.owner
    assert read[0]["texts"]["現状と課題"] == first.text("current_state")
    cell = first.indicators[0].years[0]
    assert read[0]["indicators"][0]["targets"][str(cell.fiscal_year)] == cell.target
