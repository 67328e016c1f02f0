"""Whether a text looks like what it was taken for, and a list keeps to what every list keeps to: a column is filled throughout,
a goal's numbers are of one size, a word is no number. What does not is named to a person instead of passing in silence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from review.domain.forms import headings
from review.domain.forms.departments import is_office, split_departments
from review.domain.forms.grid import Grid
from review.domain.forms.headings import (
    NAMING,
    OF_A_YEAR,
    VALUES,
    Role,
    fold,
    is_amount,
    is_headingish,
    is_number,
    is_year_only,
)
from review.domain.forms.layout.shape import Layout
from review.domain.forms.proposal import Collector, Goal, Measure, Slot, squeezed
from review.domain.forms.sections import JOINED, class_of, items_of
from review.domain.forms.tables import Table, is_note, is_total
from review.domain.forms.years import named_year
from review.domain.wording import table

DITTO = frozenset({"〃", "々", "同上", "″", '"', "''", "””", "仝", "ゝ"})
_ODD = [(Role[name], re.compile(words)) for name, (words,) in table(Path(__file__).with_name("odd.tsv")).items()]
_HEADING = re.compile(
    r"[^\d]*(?:目標|実績|基準|現状)(?:値|数値)?|(?:重要業績)?評価?指標(?:名)?|単位|備考|担当(?:課|部署)"
)
#: who carries a plan out beside the city's offices
_ACTORS = re.compile(
    r"市|町|村|国|県|都|道|府|行政|市民|町民|村民|地域|住民|.*(?:事業者|団体|法人|組合|企業|大学|学校|会|社協|機関|機構|財団|NPO)(?:等|\(.*\))?"
)
#: a number, and the word behind it
_COUNTED = re.compile(r"[約概ね]*[-+△▲]?[\d,.]+([^\d\s()、。~/]{0,4}?)(?:/[年月])?(?:以上|以下|未満|以内|程度|\(.*\))?")
_NUMBER = re.compile(r"[約概ね]*([-+△▲]?\d[\d,]*(?:\.\d+)?)")
#: 年2回, 累計30, 全校(8校), (累計)30, 月平均 約3.2, 前年比±0
_COUNTS = re.compile(r"(?:\(?(?:累計|延べ?|平均|通算|[年月週日]間?|1日|前年度?比?)\)?\s*)*\D{0,3}\d")
#: what stands for a number: a state of the work, or that there is no figure
_STATE = re.compile(
    r"[-―ー–—‐−…*・/→〃″々]+|※.*|.*(?:未|中止|休|調査|集計|実施|なし|無|検討|達成|不明|データ|算[出定]|公表|継続|廃止|完了|予定|該当|維持|解消|増|減|拡大|策定|設置|導入|同|適正|上昇|向上|低下|改善|開始|終了|運用|作成|整備|着手|協議|準備|開催|推進|決定|改正|[◎○△×])[^課部]*"
)
#: what a row may leave to the one above
_NAMES = {Role.MEASURE, Role.GROUP, Role.CODE}
_FEW, _SHARE, _MANY = 3, 8, 3
#: how many times the others a number may be: among several, of two, and where things stood at the start
_TIMES, _OF_TWO, _AT_START = 5, 8, 15


def is_odd(role: Role | None, text: str) -> bool:
    """Whether the text cannot well be what it was taken for: a number as a name, a sentence as a unit, a heading as a value."""
    plain = unicodedata.normalize("NFKC", text.strip())
    word = "" if plain in DITTO else fold(plain)
    if not word:
        return False
    if role is Role.DEPARTMENT:
        return plain[:1].isdigit() or not all(map(_acts, split_departments(text)))
    if role is Role.TEXT:
        return is_number(plain)
    names, says_year = role in NAMING, is_year_only(plain)
    if (names and is_note(plain)) or (role is Role.CODE and is_headingish(plain) and not any(map(str.isdigit, word))):
        return True
    if (names or role is Role.UNIT) and (says_year or is_amount(plain)):
        return True
    dated = role in VALUES and "月" in word
    if (names or role in VALUES) and (_HEADING.fullmatch(word) or (says_year and not dated)):
        return True
    return any(pattern.fullmatch(word) for one, pattern in _ODD if one is role)


def _acts(name: str) -> bool:
    """Whether a name is an office's or that of who else carries a plan out."""
    return is_office(name) or bool(_ACTORS.fullmatch(unicodedata.normalize("NFKC", name)))


def doubt_odd(collector: Collector, grid: Grid, row: int, column: int, role: Role) -> None:
    """Name the cell where its text does not look like what it was taken for."""
    if is_odd(role, text := grid.own(row, column).strip()):
        collector.at(grid, row, column, "odd", text=text[:40], kind_item=role)


def doubt_section(collector: Collector, grid: Grid, row: int, column: int) -> None:
    """The same of a line that was taken for a 分野; one that is neither numbered nor marked is named in any case."""
    doubt_odd(collector, grid, row, column, Role.GROUP)
    if not class_of(text := grid.own(row, column).strip()):
        collector.at(grid, row, column, "section_assumed", text, text=text)


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
    doubt_unlike(collector, grid, table, layout, rows)


def number_in(text: str) -> float | None:
    """The number that a value begins with; None for words."""
    match = _NUMBER.match(unicodedata.normalize("NFKC", text.strip()))
    return float(match[1].replace(",", "").translate(str.maketrans("△▲", "--"))) if match else None


def doubt_unlike(collector: Collector, grid: Grid, table: Table, layout: Layout, rows: Sequence[int]) -> None:
    """Name what alone is blank in a column that is filled otherwise, and what alone is a word among numbers."""
    for row, column in (dict(_gaps(grid, layout, rows)) or dict(_holes(grid, table, layout, rows))).items():
        collector.at(grid, row, column, "gap", heading_words=table.headings[column].place, row=grid.row_numbers[row])
    for column in _slipped(grid, layout, rows):
        collector.at(grid, table.first - 1, column, "slipped", heading_words=table.headings[column].place)
    for row, column in [*_words(grid, layout, rows), *_lonely(grid, layout, rows)]:
        text = grid.own(row, column).strip()[:40]
        collector.at(grid, row, column, "odd", text=text, kind_item=layout.holds[column])


def _gaps(grid: Grid, layout: Layout, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(row, column) of each gap: of rows that say the same kind of value, and only where something of the goal stands."""
    for segment in layout.segments:
        columns = [value.column for value in segment.values]
        kinds: dict[Role | None, list[int]] = {}
        for row in rows:
            if any(grid.seen(row, column).strip() for column in columns):
                kind = None if layout.kind is None else headings.kind_of_row(grid.seen(row, layout.kind))
                kinds.setdefault(kind, []).append(row)
        goal = segment.goal if segment.divided_by is None else None
        others = [column for column, role in layout.holds.items() if role in _NAMES | {Role.DEPARTMENT}]
        for column in (one for one in [*columns, segment.unit, goal, *others] if one in layout.holds):
            for some in kinds.values():
                texts = [grid.seen(row, column).strip() for row in some]
                gaps = [row for row, text in zip(some, texts, strict=True) if not text]
                if column == segment.unit:  # what has its unit beside each number, or is none, needs no other
                    gaps = [row for row in gaps if any(is_number(grid.own(row, value)) for value in columns)]
                repeats = any(one == other for one, other in pairwise(texts))
                enough = _FEW * 2 if layout.holds[column] is Role.DEPARTMENT and not repeats else _FEW
                left_above = layout.holds[column] in _NAMES and not repeats
                if len(some) >= enough and 0 < len(gaps) <= max(1, len(some) // _SHARE) and not left_above:
                    yield from ((row, column) for row in gaps[:1])


def _holes(grid: Grid, table: Table, layout: Layout, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(row, column) of the first year without a value before one that has it, on each row of a table of one goal or two, where
    no other shows what is usual; of 目標, also behind the last."""
    columns = [c for c, one in enumerate(table.headings) if one.year and one.role in OF_A_YEAR]
    some = [row for row in rows if any(grid.own(row, column).strip() for column in columns)]
    for row in some if len(some) < _FEW else ():
        of_row = None if layout.kind is None else headings.kind_of_row(grid.seen(row, layout.kind))
        for role in (Role.TARGET, Role.ACTUAL):
            of_role = [c for c in columns if (layout.holds.get(c) or table.headings[c].role) is role or of_row is role]
            texts = [grid.seen(row, column).strip() for column in of_role]
            last = max((place for place, text in enumerate(texts) if text), default=-1)
            holes = [
                c
                for c, text in zip(of_role[: last + 1] if role is Role.ACTUAL else of_role, texts, strict=False)
                if not text
            ]
            yield from ((row, column) for column in holes[:1] if last >= 0)


def _slipped(grid: Grid, layout: Layout, rows: Sequence[int]) -> Iterator[int]:
    """Each column of names or offices that is blank on the first row, although what it names stands there: all of it may
    stand a row too low."""
    for column in (column for column, role in layout.holds.items() if role in _NAMES | {Role.DEPARTMENT, Role.UNIT}):
        below = any(grid.own(row, column).strip() for row in rows[1:])
        if below and not grid.seen(rows[0], column).strip():
            yield column


def _words(grid: Grid, layout: Layout, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(row, column) of each value that is a name, a word where nearly all others are numbers, or several of one goal."""
    named = [column for column, role in layout.holds.items() if role in NAMING | {Role.UNIT}]
    names = {squeezed(grid.own(row, column)) for row in rows for column in named} - {""}
    values = [column for column, role in layout.holds.items() if role in VALUES]
    in_words = {row for row in rows if _is_told(grid, row, values)}
    for column in values:
        texts = {row: text for row in rows if (text := grid.own(row, column).strip())}
        plain = {row: unicodedata.normalize("NFKC", text) for row, text in texts.items()}
        words = [row for row, text in plain.items() if not _COUNTS.match(text) and not _STATE.fullmatch(text)]
        numbers = sum(number_in(text) is not None for text in plain.values())
        few = numbers * 4 >= len(texts) * 3 or numbers == len(texts) - 1
        words = [row for row in words if row not in in_words]
        listed = [row for row, text in texts.items() if items_of(text)]
        yield from ((row, column) for row in {*words} - {*listed} if few or squeezed(texts[row]) in names)
        goals = [segment.goal for segment in layout.segments if segment.goal is not None]
        yield from ((row, column) for row in listed if not any(items_of(grid.seen(row, goal)) for goal in goals))


def _is_told(grid: Grid, row: int, columns: Sequence[int]) -> bool:
    """Whether a goal's values are words of its own, and none is a number: 方針決定, 協議中, 募集開始."""
    texts = [text for column in columns if (text := grid.own(row, column).strip())]
    return (
        len(texts) > 2 and len({*texts}) > 1 and all(number_in(text) is None or named_year(text).year for text in texts)
    )


def _lonely(grid: Grid, layout: Layout, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(row, column) of each name without a number that stands alone on its row, where others stand beside their values."""
    for column in (column for column, role in layout.holds.items() if role in (Role.GROUP, Role.MEASURE)):
        named = [row for row in rows if grid.own(row, column).strip()]
        alone = [row for row in named if len(grid.filled(row)) == 1 and not class_of(grid.own(row, column))]
        if len(alone) * 2 < len(named):
            yield from ((row, column) for row in alone)


def unlike_in_years(goals: Sequence[Goal]) -> Iterator[Goal]:
    """Each goal that lacks a value which nearly all others have, or has one that they lack."""
    slots = {id(goal): _slots(goal) for goal in goals}
    counts = Counter(slot for several in slots.values() for slot in several)
    most = max(1, len(goals) // _SHARE)
    for goal in goals if len(goals) > _FEW else ():
        begins = min((year for _kind, year in goal.values if year), default=0)
        others = (
            count for slot, count in counts.items() if slot not in slots[id(goal)] and (slot[1] or begins) >= begins
        )
        lacks = any(len(goals) - count <= most for count in others)
        if lacks or any(counts[slot] <= most for slot in slots[id(goal)]):
            yield goal


def _slots(goal: Goal) -> set[Slot]:
    """The places of the goal's values; of a single target without its year, as each goal may have another."""
    targets = [slot for slot in goal.values if slot[0] == "target"]
    return {("target", None) if slot in targets and len(targets) == 1 else slot for slot in goal.values}


def unlike_in_size(goals: Iterable[Goal]) -> Iterator[tuple[Goal, Slot]]:
    """Each value that is many times all others of its goal, or a small part of them."""
    for goal in goals:
        numbers = {slot: abs(n) for slot, one in goal.values.items() if (n := number_in(one.text))}
        for slot, number in numbers.items():
            others = [other for place, other in numbers.items() if place != slot]
            at_end = slot[0] == "target" and slot[1] == max(year or 0 for _kind, year in goal.values)
            times = _AT_START if slot[0] == "baseline" or at_end else _TIMES if len(others) > 1 else _OF_TWO
            if others and (number > max(others) * times or number * times < min(others)):
                yield goal, slot


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
    named: dict[str, dict[str, None]] = {}
    for says, name in _unlike_others(measures):
        named.setdefault(says, {})[name] = None
    for says, names in named.items():
        collector.doubt(says, name="」「".join(names))
    for goal, slot in unlike_in_size(goal for one in measures for goal in one.goals.values()):
        collector.doubt("value_unlike", name=goal.name, text=goal.values[slot].text)


def _unlike_others(measures: Collection[Measure]) -> Iterator[tuple[str, str]]:
    codes, names = [one.code for one in measures], [squeezed(one.name) for one in measures]
    for says, texts in (("code_twice", codes), ("name_twice", names)):
        yield from ((says, text) for text, count in Counter(filter(None, texts)).items() if count > 1)
    goals = [goal for one in measures for goal in one.goals.values()]
    yield from (("values_unlike", goal.name) for goal in goals if _is_unlike_itself(goal))
    bare = [goal for goal in goals if not goal.values]
    twice = [goal for one in measures for goal in one.goals.values() if not goal.values and _is_named_again(one, goal)]
    yield from (("goal_without_value", goal.name) for goal in (bare if len(bare) * 2 < len(goals) else twice))
    nobodys = [one for one in measures if not one.departments and one.goals]
    if len(nobodys) < len(measures):
        yield from (("no_department", one.name) for one in nobodys)
    empty = [one for one in measures if not one.goals]
    if len(empty) * 2 < len(measures):
        yield from (("no_goal", one.name) for one in empty)
    yield from (("years_unlike", goal.name) for goal in unlike_in_years([goal for goal in goals if goal.values]))
    yield from _divided_goals(measures)
    groups = Counter(one.group.split(JOINED)[0] for one in measures)
    if len(groups) == len(measures) > _MANY and all(groups):
        yield "groups_once", next(iter(groups))


def _is_named_again(measure: Measure, goal: Goal) -> bool:
    return sum(squeezed(goal.name) == name for name, _unit in measure.goals) > 1


def _divided_goals(measures: Collection[Measure]) -> Iterator[tuple[str, str]]:
    """The goals of which one 施策 seems to have the 目標 and another the 実績."""
    kinds: dict[tuple[str, str], list[set[str]]] = {}
    for key, goal in (pair for one in measures for pair in one.goals.items()):
        kinds.setdefault(key, []).append({slot[0] for slot in goal.values} - {"baseline"})
    for (name, _unit), several in kinds.items():
        if len(several) > 1 and {"target"} in several and {"actual"} in several:
            yield "goal_split", name
