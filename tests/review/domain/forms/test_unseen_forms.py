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
d (by another person, after those mends: a KPI list, 実施計画, environment, 事務事業 sheets, 効果検証 sheets, a print, a list as CSV, health,
tourism, education, transport, resilience): 2,356 cells, 91.5 % right, 8.5 % doubted, none silent, 137 doubts; eleven of twelve forms
between 93 and 100 %. 182 of the 200 doubted cells are one list, whose column of 目標値, 実績値 and 達成率 is headed 項目. (Left out of
the figure: texts, which the batch does not give, and 関係課 of d02 and d07.)
e (by a person who was not to look at the reader: 総合戦略, equality, welfare, 事務事業 cards, environment, tourism as CSV, water, a
library, children, DX as CSV, 都市マスタープラン, food education): 2,178 cells, 92.6 % right, 5.4 % doubted, 2.0 % silent, 101 doubts; nine of
twelve forms wholly right. Silent: rows headed 基準年度 that were 実績, and a 基本目標 over small tables that took the place of the 施策.
f (by another such person: 総合戦略 sheets, 施策評価 sheets, reform, health, children's cards, disability, climate, a village's projects, education
as CSV, water, 事務事業 cards of a ward, tourism): 3,688 cells, 86.2 % right, 11.8 % doubted, 2.0 % silent, 358 doubts. 248 of the doubted
cells are the cards of 量の見込み and 確保方策. Silent: 成果目標 over several 項目, a 施策 line of a card. (Left out of both figures: texts, and
line breaks in names. What we write otherwise: a 対象 of several rows in brackets behind the name of the goal, and none of a single row.)
g (fourteen forms by a third such person: lists, cards, a turned table, small tables): about 2,500 cells of thirteen forms, 95.5 % right,
4.2 % doubted, 0.2 % silent; one form (a turned table whose names are headed 成果目標) refused. Silent: decimals added to bare numbers.
h (fourteen forms): about 2,860 cells, 94.8 % right, 3.1 % doubted, 2.1 % silent. All of it is one form, whose names stand in cells merged over
two columns, with a line 施策の評価 below them.
i (fourteen forms): 2,490 cells, all right.
j (fourteen forms, by a fourth such person, told to write ordinary ones): 1,928 cells, 98.9 % right, 0.6 % doubted, 0.5 % silent, 32 doubts;
thirteen of fourteen forms wholly right. All of it is a card whose 令和7年度の取組 was taken for a name, and a 単位 without any. (j05 has
goals below a 分野 and no 施策; its author made each goal a 施策 of its own, we read 分野 as 施策, as five batches before, and now say so.)
(Left out of the last four figures: texts, which the batches do not give, and line breaks in names. What we write otherwise: the decimals that
a bare number gets from its neighbours, as a given form asks; they are named.)
"""

from functools import cache

import pytest

from review.domain.forms.proposal import Proposal
from review.domain.forms.reading import read_grids
from tests.review.domain.forms.books import differences
from tests.review.domain.forms.unseen import UNSEEN_FILES


@cache
def read(number: int) -> Proposal:
    """What is proposed of a form, read once for both tests."""
    return read_grids(UNSEEN_FILES[number].grids())


NUMBERS = range(len(UNSEEN_FILES))


@pytest.mark.parametrize("number", NUMBERS, ids=[case.name for case in UNSEEN_FILES])
def test_a_form_that_was_not_seen_before_is_read_with_every_cell(number: int) -> None:
    assert differences(read(number).as_data()["measures"], UNSEEN_FILES[number].measures) == {}


def test_they_ask_at_most_two_things_a_form() -> None:
    assert sum(len(read(number).doubts) for number in NUMBERS) <= 2 * len(UNSEEN_FILES)
