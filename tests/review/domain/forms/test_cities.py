"""Lists of many kinds: every cell right, and what could be meant otherwise is named."""

import pytest

from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Case, differences
from tests.review.domain.forms.cities_later import LATER
from tests.review.domain.forms.cities_lists import LISTS
from tests.review.domain.forms.cities_more import MORE
from tests.review.domain.forms.cities_round import ROUND
from tests.review.domain.forms.cities_sheets import SHEET_CASES
from tests.review.domain.forms.kinds import KINDS
from tests.review.domain.forms.more_kinds import MORE_KINDS

CASES = [*ROUND, *LISTS, *SHEET_CASES, *MORE, *LATER, *KINDS, *MORE_KINDS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_citys_list_is_read_with_every_cell(case: Case) -> None:
    read = read_grids(case.grids()).as_data()
    assert differences(read["measures"], case.measures) == {}
    assert case.doubts <= {doubt["code"] for doubt in read["doubts"]}
