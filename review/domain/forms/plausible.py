"""Whether a text looks like what it was taken for: what does not is named to a person instead of passing in silence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from review.domain.forms.departments import is_office, split_departments
from review.domain.forms.grid import Grid
from review.domain.forms.headings import NAMING, VALUES, Role, fold, is_headingish, is_number, is_year_only
from review.domain.forms.layout import Layout
from review.domain.forms.proposal import Collector, Goal, Measure, squeezed
from review.domain.forms.sections import JOINED
from review.domain.forms.tables import Table, is_note, is_total

DITTO = frozenset({"〃", "々", "同上", "″", '"', "''", "””", "仝", "ゝ"})
_LONGEST = {Role.UNIT: 12, Role.CODE: 20, Role.GROUP: 60, Role.MEASURE: 80, Role.GOAL: 100}
_OFFICE = re.compile(r"[^\d\s]{2,12}(?<![全各])(?:課|部|室|係|局)")
_HEADING = re.compile(r".*(?:目標|実績|基準|現状)(?:値|数値)?|(?:重要業績)?評価?指標(?:名)?|単位|備考|担当(?:課|部署)")
#: a grade, or where a value comes from
_NO_VALUE = re.compile(r"[A-Z]|.+(?:調べ|調査より|による)")
#: a number, and the word behind it
_COUNTED = re.compile(r"[約概ね]*[-+△▲]?[\d,.]+([^\d\s()、。~]{0,4}?)(?:以上|以下|未満|以内|程度|\(.*\))?")
_MANY = 3


def is_odd(role: Role | None, text: str) -> bool:
    """Whether the text cannot well be what it was taken for: a number as a name, a sentence as a unit, a heading as a value."""
    plain = unicodedata.normalize("NFKC", text.strip())
    word = "" if plain in DITTO else fold(plain)
    if not word:
        return False
    sentence = plain.endswith("。") or len(plain) > _LONGEST.get(role or Role.TEXT, 10_000)
    if role in NAMING:
        heading = bool(_HEADING.fullmatch(word)) and not any(map(str.isdigit, word))
        no_name = is_number(plain) or is_year_only(plain) or heading or is_note(plain)
        return no_name or sentence or (role is Role.GROUP and bool(_OFFICE.fullmatch(word)))
    if role is Role.UNIT:
        return sentence or is_number(plain) or is_year_only(plain) or bool(_OFFICE.fullmatch(word))
    if role in VALUES:
        return is_year_only(plain) or any(one.fullmatch(word) for one in (_HEADING, _OFFICE, _NO_VALUE))
    if role is Role.TEXT:
        return is_number(plain)
    if role is Role.CODE:
        return sentence or (is_headingish(plain) and not any(map(str.isdigit, word)))
    return role is Role.DEPARTMENT and (plain[:1].isdigit() or not all(map(is_office, split_departments(text))))


def doubt_odd(collector: Collector, grid: Grid, row: int, column: int, role: Role) -> None:
    """Name the cell where its text does not look like what it was taken for."""
    if is_odd(role, text := grid.own(row, column).strip()):
        collector.at(grid, row, column, "odd", text=text[:40], kind_item=role)


def doubt_columns(collector: Collector, grid: Grid, table: Table, layout: Layout, rows: Sequence[int]) -> None:
    """The same of each cell of a table on these rows; of the heading alone where most of its column is odd."""
    for column, role in layout.holds.items():
        filled = [row for row in rows if grid.own(row, column).strip()]
        odd = [row for row in filled if is_odd(role, grid.own(row, column))]
        if len(odd) < _MANY or len(odd) * 2 <= len(filled):
            for row in odd:
                doubt_odd(collector, grid, row, column, role)
        elif role is not Role.TEXT:
            facts = {"heading_words": table.headings[column].place, "kind_item": role}
            collector.at(grid, table.first - 1, column, "odd:column", **facts)


def adds_up(grid: Grid, table: Table) -> bool:
    """Whether the table only counts (目標数, 達成, 改善): no year, goal or unit in its headings, and a last row of sums."""
    if any(heading.year or heading.role in (Role.GOAL, Role.UNIT, Role.DEPARTMENT) for heading in table.headings):
        return False
    rows = [[grid.own(row, column).strip() for column in range(grid.width)] for row in range(table.first, table.end)]
    last = next((place for place, texts in enumerate(rows) if any(map(is_total, filter(None, texts)))), 0)
    columns = [[texts[column] for texts in rows[: last + 1]] for column in range(grid.width)]
    counts = [[int(text) for text in texts] for texts in columns if all(map(str.isdecimal, texts))]
    return last > 0 and len(counts) > 1 and all(sum(several[:-1]) == several[-1] for several in counts)


def _is_unlike_itself(goal: Goal) -> bool:
    """Whether the goal's values are counted in different words, or some as shares (95.3% beside 40,000)."""
    matches = (_COUNTED.fullmatch(unicodedata.normalize("NFKC", one.text)) for one in goal.values.values())
    words, unit = {match[1] for match in matches if match}, unicodedata.normalize("NFKC", goal.unit)
    others = {word for word in words if word and not unit.startswith(word)}
    return len(others) > 1 or ("%" in others and bool(unit or "" in words))


def doubt_all(measures: Collection[Measure], collector: Collector) -> None:
    """Doubts about the whole: numbers that several have, what has no goal or no value beside others that have one."""
    for says, name in _unlike_others(measures):
        collector.doubt(says, name=name)


def _unlike_others(measures: Collection[Measure]) -> Iterator[tuple[str, str]]:
    codes, names = [one.code for one in measures], [squeezed(one.name) for one in measures]
    for says, texts in (("code_twice", codes), ("name_twice", names)):
        yield from ((says, text) for text, count in Counter(filter(None, texts)).items() if count > 1)
    goals = [goal for one in measures for goal in one.goals.values()]
    yield from (("values_unlike", goal.name) for goal in goals if _is_unlike_itself(goal))
    bare = [goal for goal in goals if not goal.values]
    if len(bare) * 2 < len(goals):
        yield from (("goal_without_value", goal.name) for goal in bare)
    empty = [one for one in measures if not one.goals]
    if len(empty) * 2 < len(measures):
        yield from (("no_goal", one.name) for one in empty)
    groups = Counter(one.group.split(JOINED)[0] for one in measures)
    if len(groups) == len(measures) > _MANY and all(groups):
        yield "groups_once", next(iter(groups))
