"""Lists of many kinds: every cell right, and what could be meant otherwise is named."""

import pytest

from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import Case, Page, differences
from tests.review.domain.forms.cities_later import LATER, SIDE_BY_SIDE
from tests.review.domain.forms.cities_lists import LISTS
from tests.review.domain.forms.cities_more import MORE
from tests.review.domain.forms.cities_round import CARDS_WITH_SORTS, ROUND, SORTED_LIST
from tests.review.domain.forms.cities_sheets import SHEET_CASES
from tests.review.domain.forms.kinds import KINDS
from tests.review.domain.forms.more_kinds import MORE_KINDS

CASES = [*ROUND, *LISTS, *SHEET_CASES, *MORE, *LATER, *KINDS, *MORE_KINDS]


def test_each_goal_is_an_activity_or_an_outcome_as_its_row_heading_or_label_says() -> None:
    assert [read_grids(case.grids()).sorts() for case in (SORTED_LIST, CARDS_WITH_SORTS, SIDE_BY_SIDE)] == [
        [["activity", "outcome"], ["activity", "outcome"], ["outcome"]],
        [["activity", "activity", "outcome"], ["activity", "outcome"]],
        [["activity", "outcome"], ["activity", "outcome"]],
    ]
    card = Page(
        text="事業名|市民大学|担当課|学習課\n活動指標|講座数|単位|回\nR6目標|10|R6実績|11\n成果指標|満足度|単位|%\nR6目標|80|R6実績|81"
    )
    assert read_grids([card.grid()]).sorts() == [["activity", "outcome"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_citys_list_is_read_with_every_cell(case: Case) -> None:
    read = read_grids(case.grids()).as_data()
    assert differences(read["measures"], case.measures) == {}
    assert case.doubts <= {doubt["code"] for doubt in read["doubts"]}
