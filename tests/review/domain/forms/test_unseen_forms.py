"""Forms that somebody who does not know the reader wrote as cities keep them, with their readings: every cell right.

How the reader met each batch is kept here, as it says what to expect of the next form: cells right at the first reading, wrong
with a doubt that names their place, wrong in silence, and doubts.

a (a KPI list, a 施策 list, health, 事務事業 sheets, a reform plan as CSV, environment, 数値目標, water): 1,389 cells, 95.7 % right,
0.9 % doubted, 3.4 % silent, 24 doubts. Silent: a legend of signs taken for a 分野, 担当部 beside 担当課 on a card, a 基本目標 with
a remark beside it. (The readings of a04 and a05 left texts out that stand on the sheets; they are in these files.)
b (transport, children, DX sheets, education, tourism, a list as CSV, resilience, 総合計画): 1,359 cells, 88.8 % right, 10.2 %
doubted, 1.0 % silent, 78 doubts. A goal called うち… ended a table, a name that ends in 対策 was a label, partners were offices,
a line of 取組内容 was a 分野. (Left out of the figure: texts of b02; 関係課 of b03 and b08, which we store behind the owner.)
c (sports, 事務事業 in one list, vacant houses, waste as CSV, 総合戦略 sheets, farming, culture, care insurance): 1,543 cells, 76.7 %
right, 23.3 % doubted, none silent, 172 doubts. Six sheets of which the second goal (KPI②, its name, 単位) did not end the table of
the first make 306 of the 360 doubted cells; services with a unit under a numbered heading were 施策 instead of goals, the year of
目標値 stood in a remark. (Left out of the figure: texts, which the batch does not give.)
"""

import json
from pathlib import Path
from typing import Any

import pytest

from review.domain.forms.grid import Grid
from review.domain.forms.reading import read_grids
from review.domain.separated import read_separated
from review.workbook import form_grids
from tests.review.domain.forms.books import differences

FORMS = sorted(path for path in (Path(__file__).parent / "data/unseen").iterdir() if path.suffix != ".json")


def grids_of(path: Path) -> list[Grid]:
    return [read_separated(path.read_bytes())] if path.suffix == ".csv" else form_grids.read_grids(path)


def reading_of(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.with_suffix(".json").read_text())


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_that_was_not_seen_before_is_read_with_every_cell(path: Path) -> None:
    assert differences(read_grids(grids_of(path)).as_data()["measures"], reading_of(path)) == {}


def test_they_ask_at_most_two_things_each() -> None:
    assert sum(len(read_grids(grids_of(path)).doubts) for path in FORMS) <= 2 * len(FORMS)
